import { describe, expect, it } from '@jest/globals';
import { cpuMs, fuzzRuns, mutatedText } from '@app/testing/fuzz';
import { aVllmPage, inventedNumbers, numbersOf } from '@app/testing/metrics';
import fc from 'fast-check';
import { engineRates } from './engine-rates.js';
import type { EngineReading } from './engine-reading.js';
import { mapVllmPage } from './vllm-page.mapper.js';

const WORK = {
  running: 3,
  waiting: 5,
  kvCacheUsage: 0.25,
  promptTokens: 1000,
  generationTokens: 500,
  succeeded: 70,
  errored: 4,
  prefixCacheQueries: 800,
  prefixCacheHits: 200,
  ttft: [[0.3, 40]],
  interTokenLatency: [[0.03, 60]],
  iterationTokens: [[300, 70]],
} as const;
const PAGES = [
  ['V1', aVllmPage({ ...WORK, http: { '2xx': 66, '5xx': 11 }, lora: [{ atSeconds: 300, running: ['a'], max: 2 }] })],
  ['V0', aVllmPage({ ...WORK, era: 'v0' })],
  ['two engines', aVllmPage({ engines: [WORK, { running: 8 }], prefix: 'ray_vllm:' })],
] as const;

/** Adapters are counted in a list of names, so their numbers stand nowhere. */
const NO_COUNTS = { lora: null };

describe('mapVllmPage on damaged pages', () => {
  it.each(PAGES)('gives no number that the page does not have: %s', (_, original) => {
    fc.assert(
      fc.property(mutatedText(original), (text) => {
        const startedAt = cpuMs();
        const { engines } = mapVllmPage(text);

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
        for (const reading of mapVllmPage(text).engines) {
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
  const [reading] = mapVllmPage(page).engines;
  if (reading === undefined) throw new Error('the built page has no engine');
  return reading;
}
