import type { Cache, HistogramReading } from '@app/core';
import { histogramRise } from '../histogram-shares.js';
import { cacheLookBack, cacheRise, engineOf, observationsUpTo } from './cache-readings.js';
import type { LookBack } from './look-back.js';
import { BASELINE, CLEAR, type RuleSample, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'longPromptRatio' | 'prompts';

interface Prompts {
  readonly count: number;
  readonly meanTokens: number;
  /** Share that may fill a chunk; an upper bound, since buckets are coarse. */
  readonly longRatio: number | null;
}

function promptHistogram({ state, snapshot }: RuleSample<Cache>): HistogramReading | null {
  return engineOf(state, snapshot)?.histograms.promptTokens ?? null;
}

function promptsOf({ start }: LookBack<Cache>, sample: RuleSample<Cache>, chunkTokens: number): Prompts | null {
  const [before, after] = [promptHistogram(start), promptHistogram(sample)];
  const rise = histogramRise(before, after);
  if (!rise || rise.count === 0) return null;
  const short = observationsUpTo(before, after, chunkTokens);
  return {
    count: rise.count,
    meanTokens: rise.sum / rise.count,
    longRatio: short === null ? null : Math.max(0, rise.count - short) / rise.count,
  };
}

/** What was stored of the prompts, in tokens or, in a server of its own, in chunks. */
function storedOf(start: RuleSample<Cache>, sample: RuleSample<Cache>): number | null {
  return cacheRise(start, sample, 'storedTokens') ?? cacheRise(start, sample, 'storedChunks');
}

/** No prompt fills a chunk, and chunks that are not full are not stored. */
export const lmcacheChunkTooLargeRule = defineRule<'cache', Threshold>({
  id: 'lmcache-chunk-too-large',
  title: 'Chunks of LMCache are longer than the prompts',
  category: 'configuration',
  scope: 'cache',
  durationClass: 'D2',
  sections: ['lmcache', 'engines'],
  keeps: 'state',
  inputs: [
    { signal: 'caches.chunkSizeTokens', required: true },
    { signal: 'caches.counters.storedTokens', required: true },
    { signal: 'caches.counters.storedChunks', required: false },
    { signal: 'engines.histograms.promptTokens', required: true },
  ],
  thresholds: {
    longPromptRatio: {
      value: 0.2,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 1 },
      description: 'share of prompts that fill a chunk, from which the size is worth it',
    },
    prompts: {
      value: 20,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 100_000 },
      description: 'prompts below which their mean says nothing',
    },
  },
  candidateActions: ['lmcache-config:chunk-size'],
  reference: 'LMCache configuration: chunk_size 256, save_unfull_chunk false',

  judge(sample, { thresholds, durations }) {
    const { chunkSizeTokens, counters, healthy } = sample.state;
    if (healthy === false) return { status: 'inapplicable', reason: 'an unhealthy cache stores nothing' };
    const inputs = [
      ...(chunkSizeTokens === null ? ['caches.chunkSizeTokens'] : []),
      ...(counters.storedTokens === null && counters.storedChunks === null ? ['caches.counters.storedTokens'] : []),
      ...(promptHistogram(sample) === null ? ['engines.histograms.promptTokens'] : []),
    ];
    if (chunkSizeTokens === null || inputs.length > 0) return missing(...inputs);
    const back = cacheLookBack(sample, durations.d2Seconds);
    if (!back) return BASELINE;
    const prompts = promptsOf(back, sample, chunkSizeTokens);
    const stored = storedOf(back.start, sample);
    if (stored === null) return BASELINE;
    if (prompts === null || stored > 0 || prompts.meanTokens >= chunkSizeTokens) return CLEAR;
    // Buckets that say nothing about the chunk size leave the mean alone to judge.
    const hasLong = prompts.longRatio !== null && prompts.longRatio >= thresholds.longPromptRatio;
    return hasLong ? CLEAR : { status: 'holds', fromPrevious: true };
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { chunkSizeTokens } = sample.state;
    const back = cacheLookBack(sample, context.durations.d2Seconds);
    const prompts = back && chunkSizeTokens !== null ? promptsOf(back, sample, chunkSizeTokens) : null;
    if (!back || chunkSizeTokens === null || !prompts || prompts.count < context.thresholds.prompts) return null;
    const over = { windowSeconds: back.seconds };
    return {
      severity: 'low',
      // Whether chunks that are not full are stored is only seen by what is stored.
      confidence: 'medium',
      summary: 'Prompts have {mean} tokens on average, a chunk {chunkSize}: nothing is stored.',
      evidence: {
        mean: reading(sample, 'derived.meanPromptTokens', prompts.meanTokens, 'count', {
          bound: { operator: '<', threshold: chunkSizeTokens, source: 'chunk size of the configuration' },
          ...over,
        }),
        chunkSize: reading(sample, 'caches.chunkSizeTokens', chunkSizeTokens, 'count'),
        stored: reading(sample, 'derived.cacheStoredTokens', storedOf(back.start, sample), 'count', {
          bound: { operator: '==', threshold: 0, source: 'rule definition' },
          ...over,
        }),
        long: reading(sample, 'derived.longPromptRatio', prompts.longRatio, 'ratio', {
          bound: prompts.longRatio === null ? null : context.bound('<', 'longPromptRatio'),
          ...over,
        }),
        prompts: reading(sample, 'derived.prompts', prompts.count, 'count', {
          bound: context.bound('>=', 'prompts'),
          ...over,
        }),
      },
      candidateActions: [{ type: 'lmcache-config:chunk-size', parameters: {} }],
    };
  },
});
