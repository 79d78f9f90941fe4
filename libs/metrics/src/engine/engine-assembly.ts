import { type Engine, NO_ENGINE_COUNTERS, NO_ENGINE_HISTOGRAMS } from '@app/core';
import type { EngineRates } from './engine-rates.js';
import type { EngineReading } from './engine-reading.js';
import { NO_QUANTILES } from './histogram.js';

/** What is known of an engine besides its page. */
export type EngineIdentity = Pick<Engine, 'id' | 'url' | 'version' | 'healthy'>;

/** Engine of a scrape. Its process and GPUs are assigned where all sources come together. */
export function upEngine(identity: EngineIdentity, reading: EngineReading, rates: EngineRates): Engine {
  return {
    ...identity,
    kind: reading.kind,
    up: true,
    startedAt: isoOf(reading.processStartSeconds),
    sleepState: reading.sleepState,
    model: reading.model,
    requestsRunning: reading.requestsRunning,
    requestsWaiting: reading.requestsWaiting,
    requestsWaitingCapacity: reading.requestsWaitingCapacity,
    requestsWaitingDeferred: reading.requestsWaitingDeferred,
    maxNumSeqs: reading.maxNumSeqs,
    kvCacheUsageRatio: reading.kvCacheUsageRatio,
    ...rates,
    config: reading.config,
    gpuUuids: null,
    process: null,
    lora: reading.lora,
    counters: reading.counters,
    histograms: reading.histograms,
  };
}

/** Engine that does not answer: known by its address, everything else not available. */
export function downEngine(identity: Pick<Engine, 'id' | 'url' | 'kind' | 'healthy'>): Engine {
  return {
    ...identity,
    up: false,
    version: null,
    startedAt: null,
    sleepState: null,
    model: null,
    requestsRunning: null,
    requestsWaiting: null,
    requestsWaitingCapacity: null,
    requestsWaitingDeferred: null,
    maxNumSeqs: null,
    kvCacheUsageRatio: null,
    prefixCacheHitRatio: null,
    externalCacheHitRatio: null,
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
    process: null,
    lora: null,
    counters: NO_ENGINE_COUNTERS,
    histograms: NO_ENGINE_HISTOGRAMS,
  };
}

/** Null for what is no time of a process: a start at or before the epoch, or one that no date can hold. */
function isoOf(epochSeconds: number | null): string | null {
  if (epochSeconds === null || epochSeconds <= 0) return null;
  const date = new Date(epochSeconds * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
