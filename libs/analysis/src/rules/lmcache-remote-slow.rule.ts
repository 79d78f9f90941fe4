import type { Cache } from '@app/core';
import { histogramRise } from '../histogram-shares.js';
import {
  cacheLookBack,
  cacheRise,
  engineOf,
  hasRemoteTier,
  meanBetween,
  prefillTokensPerSecond,
  remoteBypass,
  slowRetrievalsPerMinute,
} from './cache-readings.js';
import { sumOver } from './derived-readings.js';
import { breachReading } from './engine-readings.js';
import type { LookBack } from './look-back.js';
import {
  BASELINE,
  CLEAR,
  type Bound,
  type RuleContext,
  type RuleSample,
  type Run,
  defineRule,
  lastOf,
  missing,
  reading,
  startOf,
} from './rule.js';

type Threshold = 'slowPerMinute' | 'pingRatio' | 'pingSeconds' | 'pingBaselineSeconds' | 'retrieves';
type Thresholds = RuleContext<Threshold>['thresholds'];

/** What tells how fast the second tier is; null for what can't be told. */
interface TierSpeed {
  readonly remoteReads: number | null;
  readonly retrieveTokensPerSecond: number | null;
  readonly prefillTokensPerSecond: number | null;
  readonly remoteGetSeconds: number | null;
  /** Time that the engine would take to compute what one read brings. */
  readonly chunkPrefillSeconds: number | null;
  readonly slowPerMinute: number | null;
  readonly pingSeconds: number | null;
  readonly pingBaselineSeconds: number | null;
}
type Comparison = 'retrieve' | 'remote-get' | 'slow-retrievals' | 'ping';

/** The fastest ping of the time before: a slow one lasts longer than the average would remember. */
function pingBaseline(sample: RuleSample<Cache>, seconds: number): number | null {
  const pings: number[] = [];
  for (let at = sample.previous; at !== null && sample.atMs - at.atMs <= seconds * 1000; at = at.previous) {
    if (at.state.remotePingErrorCode === 0 && at.state.remoteLatencySeconds !== null) {
      pings.push(at.state.remoteLatencySeconds);
    }
  }
  return pings.length === 0 ? null : Math.min(...pings);
}

function speedOf(back: LookBack<Cache>, sample: RuleSample<Cache>, thresholds: Thresholds): TierSpeed {
  const { start } = back;
  const { state: cache } = sample;
  const reads = cacheRise(start, sample, 'remoteReads');
  const hits = cacheRise(start, sample, 'secondTierHitTokens');
  const prefill = prefillTokensPerSecond(engineOf(start.state, start.snapshot), engineOf(cache, sample.snapshot));
  return {
    remoteReads: reads === null && hits === null ? null : Math.max(reads ?? 0, hits ?? 0),
    retrieveTokensPerSecond: meanBetween(start.state.histograms.retrieveSpeed, cache.histograms.retrieveSpeed),
    prefillTokensPerSecond: prefill,
    remoteGetSeconds: meanBetween(start.state.histograms.remoteGetTime, cache.histograms.remoteGetTime),
    chunkPrefillSeconds: prefill === null || cache.chunkSizeTokens === null ? null : cache.chunkSizeTokens / prefill,
    slowPerMinute: slowRetrievalsPerMinute(back, sample),
    pingSeconds: cache.remotePingErrorCode === null ? null : cache.remoteLatencySeconds,
    pingBaselineSeconds: pingBaseline(sample, thresholds.pingBaselineSeconds),
  };
}

function isBelow(value: number | null, bound: number | null): boolean | null {
  return value === null || bound === null ? null : value < bound;
}

/** Every comparison that can be made, and whether it says slow. */
function comparisonsOf(speed: TierSpeed, thresholds: Thresholds): ReadonlyMap<Comparison, boolean> {
  const { pingSeconds, pingBaselineSeconds: baseline, slowPerMinute, chunkPrefillSeconds, remoteGetSeconds } = speed;
  const retrieve = isBelow(speed.retrieveTokensPerSecond, speed.prefillTokensPerSecond);
  const answers: readonly (readonly [Comparison, boolean | null])[] = [
    ['retrieve', retrieve],
    // Reads run side by side, so the time of one only counts where the speed of them all is unknown.
    ['remote-get', retrieve === null ? isBelow(chunkPrefillSeconds, remoteGetSeconds) : null],
    ['slow-retrievals', slowPerMinute === null ? null : slowPerMinute >= thresholds.slowPerMinute],
    [
      'ping',
      pingSeconds === null || baseline === null
        ? null
        : pingSeconds >= thresholds.pingSeconds && pingSeconds >= baseline * thresholds.pingRatio,
    ],
  ];
  return new Map(answers.flatMap(([name, answer]) => (answer === null ? [] : [[name, answer] as const])));
}

function slowestSign(speed: TierSpeed, thresholds: Thresholds): Comparison | null {
  const signs = [...comparisonsOf(speed, thresholds)].filter(([, isSlow]) => isSlow);
  return signs[0]?.[0] ?? null;
}

/** Retrievals of the run, however they are counted; null when they are not. */
function retrievesIn(run: Run<Cache>): number | null {
  return (
    sumOver(run, (sample) => (sample.previous ? cacheRise(sample.previous, sample, 'retrieveRequests') : null)) ??
    sumOver(
      run,
      ({ previous, state }) =>
        histogramRise(previous?.state.histograms.retrieveSpeed, state.histograms.retrieveSpeed)?.count ?? null,
    )
  );
}

const SUMMARIES: Readonly<Record<Comparison, string>> = {
  retrieve: 'LMCache loads {retrieve}, slower than the engine computes a prompt ({prefill}).',
  'remote-get': 'A read from the remote tier takes {remoteGet}, longer than computing the same chunk ({chunkPrefill}).',
  'slow-retrievals': 'LMCache counts {slow} slow retrievals a minute.',
  ping: 'The remote tier of LMCache answers a ping in {ping}, against {pingBaseline} before.',
};

/** Loading from the second tier takes longer than it saves. */
export const lmcacheRemoteSlowRule = defineRule<'cache', Threshold>({
  id: 'lmcache-remote-slow',
  title: 'Remote tier of LMCache is too slow to help',
  category: 'bottleneck',
  scope: 'cache',
  durationClass: 'D1',
  sections: ['lmcache'],
  keeps: 'state',
  inputs: [
    { signal: 'caches.counters.remoteReads', required: true },
    { signal: 'caches.counters.secondTierHitTokens', required: false },
    { signal: 'caches.counters.slowRetrievals', required: true },
    { signal: 'caches.counters.retrieveRequests', required: false },
    { signal: 'caches.histograms.retrieveSpeed', required: false },
    { signal: 'caches.histograms.remoteGetTime', required: false },
    { signal: 'caches.remoteLatencySeconds', required: false },
    { signal: 'caches.chunkSizeTokens', required: false },
    { signal: 'engines.counters.promptTokens', required: false },
    { signal: 'engines.histograms.prefillTime', required: false },
  ],
  thresholds: {
    slowPerMinute: {
      value: 3,
      unit: 'count',
      source: 'LMCache slow-retrieval counters; the rate is an engineering choice',
      range: { min: 0.1, max: 1000 },
      description: 'slow retrievals per minute',
      softens: 'down',
    },
    pingRatio: {
      value: 10,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 2, max: 1000 },
      description: 'ping time as a multiple of the fastest one before',
      softens: 'down',
    },
    pingSeconds: {
      value: 0.01,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 0.001, max: 10 },
      description: 'ping time below which nobody waits for it, whatever it was before',
    },
    pingBaselineSeconds: {
      value: 900,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 60, max: 86_400 },
      description: 'time in which the fastest ping is looked for',
    },
    retrieves: {
      value: 20,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 100_000 },
      description: 'retrievals below which their speed says nothing',
    },
  },
  candidateActions: ['lmcache-bypass-add', 'lmcache-config:remote', 'lmcache-config:min-retrieve-tokens', 'host-tune'],
  reference: 'LMCache observability: slow-retrieval counters; loading is only worth it when faster than computing',

  judge(sample, { thresholds, durations }) {
    const { counters } = sample.state;
    if (counters.remoteReads === null && counters.secondTierHitTokens === null) {
      return missing('caches.counters.remoteReads');
    }
    const back = cacheLookBack(sample, durations.d1Seconds);
    if (!back) return BASELINE;
    const speed = speedOf(back, sample, thresholds);
    if (speed.remoteReads === null) return BASELINE;
    if (speed.remoteReads === 0) return CLEAR;
    const comparisons = comparisonsOf(speed, thresholds);
    if (comparisons.size === 0) return missing('caches.histograms.retrieveSpeed', 'caches.counters.slowRetrievals');
    return [...comparisons.values()].includes(true) ? { status: 'holds', fromPrevious: true } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: cache } = sample;
    const { thresholds, durations } = context;
    const retrieves = retrievesIn(run);
    const back = cacheLookBack(sample, durations.d1Seconds);
    const speed = back ? speedOf(back, sample, thresholds) : null;
    const sign = speed ? slowestSign(speed, thresholds) : null;
    if (!back || !speed || !sign || (retrieves !== null && retrieves < thresholds.retrieves)) return null;
    const engine = engineOf(cache, sample.snapshot);
    const ttft = engine ? context.breaches.ttft(engine.id, startOf(run)) : null;
    const over = { windowSeconds: back.seconds };
    const against = (operator: Bound['operator'], threshold: number | null, source: string): Bound | null =>
      threshold === null ? null : { operator, threshold, source };
    return {
      severity: ttft?.breached ? 'high' : 'medium',
      confidence: sign === 'ping' || retrieves === null ? 'medium' : 'high',
      summary: SUMMARIES[sign],
      evidence: {
        retrieve: reading(sample, 'derived.retrieveTokensPerSecond', speed.retrieveTokensPerSecond, 'tokensPerSecond', {
          bound: against('<', sign === 'retrieve' ? speed.prefillTokensPerSecond : null, 'speed of computing instead'),
          ...over,
        }),
        prefill: reading(
          sample,
          'derived.prefillTokensPerSecond',
          speed.prefillTokensPerSecond,
          'tokensPerSecond',
          over,
        ),
        remoteGet: reading(sample, 'derived.remoteGetSeconds', speed.remoteGetSeconds, 'seconds', {
          bound: against('>', sign === 'remote-get' ? speed.chunkPrefillSeconds : null, 'time of computing instead'),
          ...over,
        }),
        chunkPrefill: reading(sample, 'derived.chunkPrefillSeconds', speed.chunkPrefillSeconds, 'seconds', over),
        slow: reading(sample, 'derived.slowRetrievalsPerMinute', speed.slowPerMinute, 'count', {
          bound: sign === 'slow-retrievals' ? context.bound('>=', 'slowPerMinute') : null,
          ...over,
        }),
        ping: reading(sample, 'caches.remoteLatencySeconds', speed.pingSeconds, 'seconds', {
          bound: sign === 'ping' ? context.bound('>=', 'pingSeconds') : null,
        }),
        pingBaseline: reading(sample, 'derived.pingBaselineSeconds', speed.pingBaselineSeconds, 'seconds', {
          windowSeconds: thresholds.pingBaselineSeconds,
        }),
        retrieves: reading(sample, 'derived.retrieves', retrieves, 'count', {
          bound: context.bound('>=', 'retrieves'),
          windowSeconds: (sample.atMs - startOf(run)) / 1000,
        }),
        ttft: breachReading(sample, ttft?.breached ? ttft : null),
      },
      candidateActions: [
        ...(hasRemoteTier(cache) ? remoteBypass(cache) : []),
        { type: 'lmcache-config:remote', parameters: {} },
        { type: 'lmcache-config:min-retrieve-tokens', parameters: {} },
        { type: 'host-tune', parameters: {} },
      ],
    };
  },
});
