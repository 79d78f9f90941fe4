import type { Engine, Gap } from '@app/core';
import type { EngineRates } from './engine-rates.js';
import { NO_QUANTILES } from './histogram.js';
import type { EngineReading } from './vllm-page.mapper.js';

export interface EngineIdentity {
  readonly id: string;
  readonly url: string;
  readonly version: string | null;
}

/** Engine of a scrape. GPUs are assigned where all sources come together. */
export function upEngine(identity: EngineIdentity, reading: EngineReading, rates: EngineRates): Engine {
  return {
    ...identity,
    kind: 'vllm',
    up: true,
    model: reading.model,
    requestsRunning: reading.requestsRunning,
    requestsWaiting: reading.requestsWaiting,
    requestsWaitingCapacity: reading.requestsWaitingCapacity,
    requestsWaitingDeferred: reading.requestsWaitingDeferred,
    maxNumSeqs: null,
    kvCacheUsageRatio: reading.kvCacheUsageRatio,
    ...rates,
    config: reading.config,
    gpuUuids: null,
    counters: reading.counters,
    histograms: reading.histograms,
  };
}

/** Engine that does not answer: known by its address, everything else not available. */
export function downEngine(id: string, url: string): Engine {
  return {
    id,
    url,
    kind: 'vllm',
    up: false,
    version: null,
    model: null,
    requestsRunning: null,
    requestsWaiting: null,
    requestsWaitingCapacity: null,
    requestsWaitingDeferred: null,
    maxNumSeqs: null,
    kvCacheUsageRatio: null,
    prefixCacheHitRatio: null,
    preemptionsPerSecond: null,
    promptTokensPerSecond: null,
    generationTokensPerSecond: null,
    requestsPerSecond: null,
    ttft: NO_QUANTILES,
    interTokenLatency: NO_QUANTILES,
    queueTime: NO_QUANTILES,
    endToEnd: NO_QUANTILES,
    config: {},
    gpuUuids: null,
    counters: {
      preemptions: null,
      promptTokens: null,
      generationTokens: null,
      requestsSucceeded: null,
      prefixCacheQueries: null,
      prefixCacheHits: null,
    },
    histograms: { ttft: null, interTokenLatency: null, queueTime: null, prefillTime: null, endToEnd: null },
  };
}

export type Comparison = 'compared' | 'first-sample' | 'restarted';

const NOT_ON_PAGE = 'is not on its metrics page';
const COMPARISON_REASONS: Record<Comparison, string> = {
  compared: 'nothing was counted in the interval, or the series is not on its metrics page',
  'first-sample': 'there is no earlier sample to compare with',
  restarted: 'it restarted since the sample before',
};

/** Why values of an engine that answers are null. */
export function engineGaps(engine: Engine, comparison: Comparison): Gap[] {
  const onPage = ['model', 'requestsRunning', 'requestsWaiting', 'kvCacheUsageRatio'] as const;
  const byReason = ['requestsWaitingCapacity', 'requestsWaitingDeferred'] as const;
  const rates = [
    'prefixCacheHitRatio',
    'preemptionsPerSecond',
    'promptTokensPerSecond',
    'generationTokensPerSecond',
    'requestsPerSecond',
  ] as const;
  const quantiles = ['ttft', 'interTokenLatency', 'queueTime', 'endToEnd'] as const;
  const gap = (field: string, reason: string): Gap => ({
    signal: `engines.${field}`,
    status: 'absent',
    reason: `${engine.id}: ${reason}`,
  });
  return [
    gap('maxNumSeqs', 'the engine does not publish it and its command line is not read in this version'),
    ...(engine.version === null ? [gap('version', '/version gave no version')] : []),
    ...onPage.filter((field) => engine[field] === null).map((field) => gap(field, NOT_ON_PAGE)),
    ...byReason
      .filter((field) => engine[field] === null)
      .map((field) => gap(field, 'this engine version does not tell why requests wait')),
    ...rates.filter((field) => engine[field] === null).map((field) => gap(field, COMPARISON_REASONS[comparison])),
    ...quantiles
      .filter((field) => (engine[field].count ?? 0) === 0)
      .map((field) => gap(field, COMPARISON_REASONS[comparison])),
  ];
}
