import { describe, expect, it } from '@jest/globals';
import { aVllmPage, type VllmPageValues } from '@app/testing/metrics';
import { engineRates, type EngineSample } from './engine-rates.js';
import { mapVllmPage } from './vllm-page.mapper.js';

function sample(atMs: number, values: VllmPageValues): EngineSample {
  const reading = mapVllmPage(aVllmPage(values)).engines[0];
  if (reading === undefined) throw new Error('the built page has no engine');
  return { reading, atMs };
}

const EARLIER: VllmPageValues = {
  promptTokens: 1000,
  generationTokens: 500,
  succeeded: 10,
  preemptions: 1,
  prefixCacheQueries: 400,
  prefixCacheHits: 100,
  ttft: [[0.05, 10]],
};

describe('engineRates', () => {
  it('are changes per second between two samples', () => {
    const later = { ...EARLIER, promptTokens: 3000, generationTokens: 1500, succeeded: 30, preemptions: 2 };

    expect(engineRates(sample(0, EARLIER), sample(10_000, later))).toMatchObject({
      promptTokensPerSecond: 200,
      generationTokensPerSecond: 100,
      requestsPerSecond: 2,
      preemptionsPerSecond: 0.1,
    });
  });

  it('judge only what was observed in the interval', () => {
    const later = {
      ...EARLIER,
      prefixCacheQueries: 500,
      prefixCacheHits: 190,
      ttft: [...(EARLIER.ttft ?? []), [0.9, 4]],
    };
    const rates = engineRates(sample(0, EARLIER), sample(1000, later as VllmPageValues));

    expect(rates.prefixCacheHitRatio).toBeCloseTo(0.9);
    expect(rates.ttft.count).toBe(4);
    expect(rates.ttft.p50Seconds).toBeCloseTo(0.875);
    expect(rates.ttft.meanSeconds).toBeCloseTo(0.9);
  });

  it('are null without an earlier sample', () => {
    expect(engineRates(null, sample(0, EARLIER))).toMatchObject({
      promptTokensPerSecond: null,
      prefixCacheHitRatio: null,
      ttft: { count: null },
    });
  });

  it.each<[string, VllmPageValues]>([
    ['a counter went down', { ...EARLIER, promptTokens: 10, generationTokens: 900 }],
    ['a histogram went down', { ...EARLIER, ttft: [], generationTokens: 900 }],
    ['the process started at another time', { ...EARLIER, generationTokens: 900, processStartSeconds: 5 }],
  ])('are null throughout when %s', (_, later) => {
    expect(engineRates(sample(0, EARLIER), sample(1000, later))).toMatchObject({
      promptTokensPerSecond: null,
      generationTokensPerSecond: null,
      requestsPerSecond: null,
      ttft: { count: null },
    });
  });

  it('tell nothing looked up from nothing found', () => {
    expect(engineRates(sample(0, EARLIER), sample(1000, EARLIER)).prefixCacheHitRatio).toBeNull();
    const missed = { ...EARLIER, prefixCacheQueries: 500 };
    expect(engineRates(sample(0, EARLIER), sample(1000, missed)).prefixCacheHitRatio).toBe(0);
  });

  it('are zero for an idle engine, not null', () => {
    expect(engineRates(sample(0, EARLIER), sample(1000, EARLIER))).toMatchObject({
      promptTokensPerSecond: 0,
      ttft: { count: 0, p50Seconds: null },
    });
  });
});
