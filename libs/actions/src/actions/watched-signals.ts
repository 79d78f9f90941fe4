import type { WatchedSignal } from '@app/core';

/** Tokens per second may fall by a tenth before it counts as harm (engineering choice, as are the next two). */
export const TOKENS_GUARD: WatchedSignal = {
  signal: 'engines.generationTokensPerSecond',
  role: 'guard',
  better: 'up',
  minimumChangeRatio: 0.1,
  across: 'sum',
};
export const TTFT_GUARD: WatchedSignal = {
  signal: 'engines.ttft.p95Seconds',
  role: 'guard',
  better: 'down',
  minimumChangeRatio: 0.1,
  across: 'max',
};
export const ITL_GUARD: WatchedSignal = {
  signal: 'engines.interTokenLatency.p95Seconds',
  role: 'guard',
  better: 'down',
  minimumChangeRatio: 0.05,
  across: 'max',
};
/** What a change of anything below the engines must not harm. */
export const SERVING_GUARDS: readonly WatchedSignal[] = [TTFT_GUARD, ITL_GUARD, TOKENS_GUARD];

export const TTFT_TARGET: WatchedSignal = { ...TTFT_GUARD, role: 'target', minimumChangeRatio: 0.05 };
export const DRAW_TARGET: WatchedSignal = {
  signal: 'gpus.power.drawWatts',
  role: 'target',
  better: 'down',
  minimumChangeRatio: 0.02,
  across: 'sum',
};
export const TEMPERATURE_TARGET: WatchedSignal = {
  signal: 'gpus.temperature.gpuCelsius',
  role: 'target',
  better: 'down',
  minimumChangeRatio: 0.02,
  across: 'max',
};
/** The slowest GPU of a group sets the pace. */
export const SM_CLOCK_TARGET: WatchedSignal = {
  signal: 'gpus.clocks.smMhz',
  role: 'target',
  better: 'up',
  minimumChangeRatio: 0.02,
  across: 'min',
};
export const GPU_MEMORY_TARGET: WatchedSignal = {
  signal: 'gpus.memory.usedBytes',
  role: 'target',
  better: 'down',
  minimumChangeRatio: 0.1,
  across: 'sum',
};
export const WAITING_TARGET: WatchedSignal = {
  signal: 'engines.requestsWaiting',
  role: 'target',
  better: 'down',
  minimumChangeRatio: 0.1,
  across: 'max',
};
export const EVICTIONS_TARGET: WatchedSignal = {
  signal: 'caches.evictionsPerSecond',
  role: 'target',
  better: 'down',
  minimumChangeRatio: 0.1,
  across: 'sum',
};
export const CACHE_HITS_GUARD: WatchedSignal = {
  signal: 'caches.hitRatio',
  role: 'guard',
  better: 'up',
  minimumChangeRatio: 0.1,
  across: 'mean',
};
