import { describe, expect, it } from '@jest/globals';
import { cpuMs, fuzzRuns, mutatedText } from '@app/testing/fuzz';
import { anSglangPage, inventedNumbers, numbersOf } from '@app/testing/metrics';
import fc from 'fast-check';
import { engineRates } from './engine-rates.js';
import type { EngineReading } from './engine-reading.js';
import { mapSglangPage } from './sglang-page.mapper.js';

const WORK = {
  running: 162,
  queued: 26,
  tokenUsage: 0.28,
  cacheHitRate: 0.0075,
  retracted: 3,
  promptTokens: 1000,
  generationTokens: 500,
  cachedTokens: { device: 100, host: 20, storage_file: 7 },
  requests: 40,
  http: { '200': 38, '503': 2 },
  processStartSeconds: 1_789_000_000,
  ttft: [[0.3, 40]],
  queueTime: [[0.15, 60]],
} as const;
const PAGES = [
  ['one rank', anSglangPage(WORK)],
  ['several ranks', anSglangPage({ ...WORK, tpRanks: 2, dpRanks: [{ running: 5 }, { running: 9 }] })],
] as const;

/** Adapters are counted in a list of names, so their numbers stand nowhere. */
const NO_COUNTS = { lora: null };

describe('mapSglangPage on damaged pages', () => {
  it.each(PAGES)('gives no number that the page does not have: %s', (_, original) => {
    fc.assert(
      fc.property(mutatedText(original), (text) => {
        const startedAt = cpuMs();
        const { engines } = mapSglangPage(text);

        expect(cpuMs() - startedAt).toBeLessThan(1_000);
        expect(
          inventedNumbers(
            engines.map((engine) => ({ ...engine, ...NO_COUNTS })),
            text,
          ),
        ).toEqual([]);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it.each(PAGES)('gives no rate that can not be: %s', (_, original) => {
    const earlier = { reading: readingOf(original), atMs: 0 };
    fc.assert(
      fc.property(mutatedText(original), fc.integer({ min: -5, max: 5 }), (text, seconds) => {
        for (const reading of mapSglangPage(text).engines) {
          const rates = engineRates(earlier, { reading, atMs: seconds * 1000 });
          const impossible = numbersOf(rates).filter((value) => !Number.isFinite(value) || value < 0);

          expect(impossible).toEqual([]);
          expect(rates.prefixCacheHitRatio ?? 0).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

function readingOf(page: string): EngineReading {
  const [reading] = mapSglangPage(page).engines;
  if (reading === undefined) throw new Error('the built page has no engine');
  return reading;
}
