import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import { mapEnginePage } from './engine-page.mapper.js';
import { mapSglangPage } from './sglang-page.mapper.js';

const folder = join(process.env['CAPTURES_DIR'] ?? '', 'sglang');
const captures =
  process.env['CAPTURES_DIR'] !== undefined && existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.prom'))
    : [];

/** Lines of a series by plain text search, without the parser under test; of several names the first on the page. */
function rawLines(text: string, names: readonly string[]): string[] {
  const lines = text.split('\n');
  const of = (name: string): string[] => lines.filter((line) => new RegExp(`^sglang[:_]${name}[{ ]`).test(line));
  const found = of(names.find((name) => of(name).length > 0) ?? '');
  // Ranks of a model count the same requests: of lines that differ in the rank only, the lowest rank's counts.
  const ranked = [...found].sort((one, other) => rankOf(one) - rankOf(other));
  const byOthers = new Map<string, string>();
  for (const line of ranked) {
    const others = line.replace(/(?:tp|pp|moe_ep)_rank="\d+",?/g, '').replace(/ \S+$/, '');
    if (!byOthers.has(others)) byOthers.set(others, line);
  }
  // Queues are counted by priority and, under an empty one, for all of them.
  const counted = [...byOthers.values()];
  const totals = counted.filter((line) => /_reqs\{.*priority=""/.test(line));
  return totals.length > 0 ? totals : counted;
}

function rankOf(line: string): number {
  return ['pp', 'tp', 'moe_ep'].reduce(
    (rank, name) => rank * 10_000 + Number(new RegExp(`[{,]${name}_rank="(\\d+)"`).exec(line)?.[1] ?? 0),
    0,
  );
}

function rawSum(text: string, names: readonly string[]): number | null {
  const lines = rawLines(text, names);
  return lines.length === 0 ? null : lines.reduce((sum, line) => sum + valueOf(line), 0);
}

function valueOf(line: string): number {
  return Number(line.trimEnd().split(' ').at(-1));
}

const HISTOGRAMS: readonly (readonly [keyof Engine['histograms'], readonly string[]])[] = [
  ['ttft', ['time_to_first_token_seconds']],
  ['interTokenLatency', ['inter_token_latency_seconds', 'time_per_output_token_seconds']],
  ['queueTime', ['queue_time_seconds', 'queue_time_s']],
  ['endToEnd', ['e2e_request_latency_seconds']],
  ['promptTokens', ['prompt_tokens_histogram']],
  ['generationTokens', ['generation_tokens_histogram']],
];

if (captures.length === 0) {
  describe('recorded SGLang pages', () => {
    it.skip('are read as their raw lines say (set CAPTURES_DIR to a folder with sglang/*.prom)', () => undefined);
  });
} else {
  describe.each(captures)('the recorded page %s', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const page = mapSglangPage(text);
    const engine = page.engines[0];

    it('is an engine without unreadable lines', () => {
      expect(page).toMatchObject({ foreign: null, problems: [], simulated: false, isUnknownVersion: false });
      expect(mapEnginePage(text).engines).toEqual(page.engines);
      expect(engine?.kind).toBe('sglang');
    });

    // Sums over the engines of the page, so that pages of several are checked as well.
    const total = (read: (reading: (typeof page.engines)[number]) => number | null): number | null =>
      page.engines.map(read).reduce((sum, value) => (value === null ? sum : (sum ?? 0) + value), null);

    it('has the gauges of its raw lines', () => {
      const highest = (name: string): number | null => {
        const values = rawLines(text, [name]).map(valueOf);
        return values.length === 0 ? null : Math.max(...values);
      };
      expect(total(({ requestsRunning: count }) => count)).toBe(
        rawSum(text, ['num_running_reqs', 'num_requests_running']),
      );
      expect(total(({ requestsWaiting: count }) => count)).toBe(
        rawSum(text, ['num_queue_reqs', 'num_requests_waiting']),
      );
      expect(total(({ maxNumSeqs }) => maxNumSeqs)).toBe(rawSum(text, ['max_running_requests']));
      const usages = page.engines.flatMap(({ kvCacheUsageRatio: usage }) => usage ?? []);
      expect(usages.length === 0 ? null : Math.max(...usages)).toBe(highest('token_usage'));
      const rates = page.engines.flatMap(({ prefixCacheHitRate: rate }) => rate ?? []);
      expect(rates.length === 0 ? null : Math.max(...rates)).toBe(highest('cache_hit_rate'));
    });

    it.each([
      ['promptTokens', ['prompt_tokens_total']],
      ['generationTokens', ['generation_tokens_total']],
      ['requestsSucceeded', ['num_requests_total']],
      ['requestsAborted', ['num_aborted_requests_total']],
      ['preemptions', ['num_retracted_requests_total', 'total_retracted_reqs']],
    ] as const)('has the counter %s of its raw lines', (field, names) => {
      expect(total(({ counters }) => counters[field])).toBe(rawSum(text, names));
    });

    it.each(HISTOGRAMS)('has the histogram %s of its raw lines', (field, names) => {
      const series = (suffix: string): string[] => names.map((name) => `${name}_${suffix}`);
      const histogram = engine?.histograms[field];
      if (rawLines(text, series('count')).length === 0) return expect(histogram).toBeNull();

      expect(histogram?.count).toBe(rawSum(text, series('count')));
      expect(histogram?.sum).toBe(rawSum(text, series('sum')));
      const byBound = new Map<number, number>();
      for (const line of rawLines(text, series('bucket'))) {
        const bound = Number(/le="([^"]+)"/.exec(line)?.[1]?.replace('+Inf', 'Infinity'));
        byBound.set(bound, (byBound.get(bound) ?? 0) + valueOf(line));
      }
      const sorted = [...byBound].sort(([a], [b]) => a - b);
      expect(histogram?.cumulativeCounts).toEqual(sorted.map(([, count]) => count));
      expect(histogram?.upperBounds).toEqual(sorted.map(([bound]) => (bound === Infinity ? null : bound)));
    });
  });
}
