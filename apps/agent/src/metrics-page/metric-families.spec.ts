import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { AGENT_VERSION } from './agent-version.js';
import { METRIC_FAMILIES, type MetricFamily } from './metric-families.js';

const families: readonly MetricFamily[] = Object.values(METRIC_FAMILIES);

describe('the families of the metrics page', () => {
  it('stand in docs/metrics.md with type, unit, labels and meaning, and no others do', () => {
    const rows = readFileSync('docs/metrics.md', 'utf8')
      .split('\n')
      .filter((line) => /^\|\s*`/.test(line))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim().replaceAll('`', '')),
      );
    const expected = families.map(({ name, type, unit, labels, help }) => [name, type, unit, labels.join(', '), help]);
    expect(rows.sort()).toEqual(expected.sort());
  });

  it.each(families)('$name is named after its type and unit', ({ name, type, unit }) => {
    expect(name).toMatch(/^[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    if (unit === 'seconds' || unit === 'bytes') expect(name).toContain(unit);
  });

  it('have different names', () => {
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
  });
});

describe('the version of the page', () => {
  it('is that of the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(AGENT_VERSION).toBe(version);
  });
});
