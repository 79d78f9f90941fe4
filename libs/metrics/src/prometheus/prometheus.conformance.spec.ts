import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parsePrometheusText } from './prometheus-text.parser.js';

const CAPTURES = process.env.CAPTURES_DIR;
const FOLDERS = ['prometheus-format', 'dcgm', 'node-exporter', 'sglang', 'vllm', 'lmcache'];
const FILES = CAPTURES === undefined ? [] : FOLDERS.flatMap(filesOf);

function filesOf(folder: string): string[] {
  return readdirSync(join(CAPTURES ?? '', folder)).map((name) => `${folder}/${name}`);
}

function read(file: string): string {
  return readFileSync(join(CAPTURES ?? '', file), 'utf8');
}

/** A sample line as a person would take it apart, sharing nothing with the parser. */
function takeApart(line: string): {
  name: string;
  labels: Record<string, string>;
  value: number;
  timestamp: string | null;
} {
  const parts = /^([a-zA-Z_:][\w:]*)\s*(?:\{(.*)\})?\s*(\S+)(?:\s+(-?[\d.]+))?\s*$/.exec(line.replace(/ # \{.*$/, ''));
  const [, name = '', labels = '', value = '', timestamp = null] = parts ?? [];
  const pairs = [...labels.matchAll(/([\w.]+)\s*=\s*("(?:[^"\\]|\\.)*")/g)].map(([, label = '', quoted = '']) => [
    label,
    quoted.slice(1, -1).replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
  ]);
  return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: numberOf(value), timestamp };
}

function numberOf(text: string): number {
  return Number(text.replace(/^([+-]?)Inf$/, '$1Infinity'));
}

const pages = FILES.filter((file) => /\.(prom|om|txt)$/.test(file));

(CAPTURES === undefined ? describe.skip : describe)('recorded metrics pages (skipped without CAPTURES_DIR)', () => {
  it.each(pages)('%s: every line is read as it stands', (file) => {
    const text = read(file);
    const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
    const { samples } = parsePrometheusText(text);

    expect(lines.length).toBeGreaterThan(0);
    expect(samples).toHaveLength(lines.length);
    for (const [index, line] of lines.entries()) {
      const { timestampMs, ...sample } = samples[index] ?? { timestampMs: null };
      const { timestamp, ...expected } = takeApart(line);
      expect({ line, ...sample }).toEqual({ line, ...expected });
      const scale = text.trimEnd().endsWith('# EOF') ? 1000 : 1;
      expect(timestampMs).toBe(timestamp === null ? null : Math.round(Number(timestamp) * scale));
    }
  });

  it.each(pages)('%s: nothing is called wrong that is not', (file) => {
    const text = read(file);
    const allowed = [
      ...(text.includes('\ufffd') ? ['text that is no valid UTF-8'] : []),
      ...(text.endsWith('\n') ? [] : ['no line end: the page may be cut off']),
    ];

    expect(
      parsePrometheusText(text).problems.filter((problem) => !allowed.some((known) => problem.endsWith(known))),
    ).toEqual([]);
  });

  it.each(pages)('%s: every type is known', (file) => {
    const text = read(file);
    const written = [...text.matchAll(/^# TYPE (\S+) (\S+)\s*$/gm)].map(([, family, type]) => [family, type]);

    expect(Object.fromEntries(parsePrometheusText(text).types)).toEqual(Object.fromEntries(written));
  });

  it.each(pages)('%s: keeping one name gives just its lines', (file) => {
    const text = read(file);
    const all = parsePrometheusText(text).samples;
    const wanted = all[Math.floor(all.length / 2)]?.name;
    const { samples } = parsePrometheusText(text, { keep: (name) => name === wanted });

    expect(samples).toEqual(all.filter(({ name }) => name === wanted));
  });

  it('are there', () => {
    expect(pages.length).toBeGreaterThan(0);
  });
});

interface ValidCase {
  readonly name: string;
  readonly input: string;
  readonly samples: readonly { readonly value: number | string }[];
}

interface InvalidCase {
  readonly id: number;
  readonly inputBase64: string;
  readonly invalidInUtf8Names: boolean;
}

function casesOf<Case>(kind: RegExp): Case[] {
  return FILES.filter((file) => kind.test(file)).flatMap((file) => (JSON.parse(read(file)) as { cases: Case[] }).cases);
}

(CAPTURES === undefined ? describe.skip : describe)('cases of other parsers (skipped without CAPTURES_DIR)', () => {
  const valid = casesOf<ValidCase>(/\/valid-[^/]*cases\.json$/);
  const invalid = casesOf<InvalidCase>(/\/invalid-[^/]*cases\.json$/);

  it.each(valid.map((each) => [each.name, each] as const))('valid: %s', (_, { input, samples }) => {
    const page = parsePrometheusText(input);

    expect(page.problems).toEqual([]);
    expect(page.samples).toEqual(
      samples.map((sample) => ({
        ...sample,
        value: typeof sample.value === 'string' ? numberOf(sample.value) : sample.value,
      })),
    );
  });

  it.each(invalid.map((each) => [each.id, each] as const))('invalid: %d', (_, { inputBase64, invalidInUtf8Names }) => {
    const text = Buffer.from(inputBase64, 'base64').toString('utf8');
    const page = parsePrometheusText(text);

    expect(page.problems.length > 0).toBe(invalidInUtf8Names || !text.endsWith('\n'));
    // Whatever was read stands at the end of a line in just this way.
    for (const { value } of page.samples) {
      expect(text.split('\n').some((line) => numberOf(line.split(/[ }]/).at(-1) ?? '') === value)).toBe(true);
    }
  });

  it('are there', () => {
    expect(valid.length).toBeGreaterThan(0);
    expect(invalid.length).toBeGreaterThan(0);
  });
});
