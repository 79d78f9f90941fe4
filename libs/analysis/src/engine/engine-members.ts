import type { Engine, Snapshot } from '@app/core';
import { NO_ENGINE_COUNTERS, NO_ENGINE_HISTOGRAMS } from '@app/core';

/** An engine of one frame under the label that the window as a whole knows it by. */
export interface EngineMember {
  readonly id: string;
  readonly label: string;
  readonly state: Engine;
}

const UNANSWERED = new Set(['failed', 'timeout', 'denied']);

/**
 * Lists the engines of any frame of the window. Where no engine answered, a snapshot lists none; those that other frames
 * or the addresses of the section name stand there as not up, so that their absence is a reading too.
 */
export function engineMembersIn(window: readonly Snapshot[]): (snapshot: Snapshot) => EngineMember[] {
  const known = new Map<string, Engine>();
  for (const engine of window.flatMap((frame) => frame.engines)) {
    if (engine.up || !known.has(engine.id)) known.set(engine.id, engine);
  }
  return (snapshot) => {
    const shown = UNANSWERED.has(snapshot.sections.engines.status)
      ? unanswered(snapshot, [...known.values()])
      : snapshot.engines;
    return shown.map((state) => ({ id: state.id, label: labelOf(known.get(state.id) ?? state), state }));
  };
}

function labelOf(engine: Engine): string {
  return engine.model === null ? engine.id : `${engine.model} (${engine.id})`;
}

function unanswered(snapshot: Snapshot, known: readonly Engine[]): Engine[] {
  const addresses = addressesOf(snapshot);
  const asked = known.filter(({ url }) => url === null || addresses.length === 0 || addresses.includes(url));
  const seen = new Set(asked.map(({ url }) => url));
  const unseen = addresses.filter((address) => !seen.has(address));
  return [
    ...asked.map(({ id, url, kind }) => downEngine({ id, url, kind })),
    // Nothing is known of what never answered; vLLM is what most addresses are.
    ...unseen.map((address) => downEngine({ id: address, url: address, kind: 'vllm' })),
  ];
}

/** Base URLs of the section's source, which lists metrics pages. */
function addressesOf({ sections }: Snapshot): string[] {
  const pages = (sections.engines.source ?? '').split(', ');
  return pages.map((page) => page.replace(/\/metrics$/, '')).filter((address) => URL.canParse(address));
}

function downEngine(identity: Pick<Engine, 'id' | 'url' | 'kind'>): Engine {
  const none = { p50Seconds: null, p95Seconds: null, p99Seconds: null, meanSeconds: null, count: null };
  return {
    ...identity,
    up: false,
    healthy: null,
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
    ttft: none,
    interTokenLatency: none,
    queueTime: none,
    endToEnd: none,
    config: {},
    gpuUuids: null,
    process: null,
    lora: null,
    counters: NO_ENGINE_COUNTERS,
    histograms: NO_ENGINE_HISTOGRAMS,
  };
}
