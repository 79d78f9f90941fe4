import type { CandidateAction, Engine, Snapshot } from '@app/core';
import { changeLoraSlots } from './lora-slots.js';
import { plainAction } from './engine-actions.js';
import { isSettling } from './engine-readings.js';
import { BASELINE, CLEAR, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'deferredRequests' | 'deferredShare' | 'fewestDeferred';

function deferredShare({ requestsWaiting, requestsWaitingCapacity, requestsWaitingDeferred }: Engine): number | null {
  const deferred = requestsWaitingDeferred ?? 0;
  const waiting = requestsWaiting ?? (requestsWaitingCapacity === null ? null : requestsWaitingCapacity + deferred);
  return waiting === null || waiting <= 0 ? null : Math.min(1, deferred / waiting);
}

function actionsFor(engine: Engine, { caches }: Pick<Snapshot, 'caches'>): CandidateAction[] {
  const hasCache = caches.length > 0 || engine.counters.externalCacheQueries !== null;
  return [
    ...((engine.lora?.waitingAdapters ?? 0) > 0 ? [changeLoraSlots(engine)] : []),
    ...(hasCache ? [plainAction('lmcache-health-check')] : []),
  ];
}

/** Requests wait for something else than capacity: an adapter slot, a KV transfer, a grammar. */
export const requestsDeferredRule = defineRule<'engine', Threshold>({
  id: 'requests-deferred',
  title: 'Requests are held back for something else than capacity',
  category: 'bottleneck',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.requestsWaitingDeferred', required: true },
    { signal: 'engines.requestsWaiting', required: false },
    { signal: 'engines.lora.waitingAdapters', required: false },
    { signal: 'engines.externalCacheHitRatio', required: false },
  ],
  thresholds: {
    deferredRequests: {
      value: 5,
      unit: 'count',
      source: 'engineering choice, as for a queue',
      range: { min: 1, max: 10_000 },
      description: 'deferred requests',
      softens: 'down',
    },
    deferredShare: {
      value: 0.8,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 1 },
      description: 'deferred requests as a share of those that wait',
      softens: 'down',
    },
    fewestDeferred: {
      value: 2,
      unit: 'count',
      source: 'engineering choice; one deferred request counts as resolved',
      range: { min: 1, max: 100 },
      description: 'deferred requests below which their share says nothing',
    },
  },
  candidateActions: ['vllm-config:max-loras', 'lmcache-health-check'],
  reference: 'vLLM metrics: num_requests_waiting_by_reason, deferred by LoRA budget, KV transfer or a blocked state',

  judge(sample, { thresholds }) {
    const deferred = sample.state.requestsWaitingDeferred;
    if (deferred === null) return missing('engines.requestsWaitingDeferred');
    if (isSettling(sample)) return BASELINE;
    const isMost =
      deferred >= thresholds.fewestDeferred && (deferredShare(sample.state) ?? 0) >= thresholds.deferredShare;
    return deferred >= thresholds.deferredRequests || isMost ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: engine, snapshot } = sample;
    const { thresholds } = context;
    const share = deferredShare(engine);
    const isMany = (engine.requestsWaitingDeferred ?? 0) >= thresholds.deferredRequests;
    const isMost = share !== null && share >= thresholds.deferredShare;
    return {
      severity: 'medium',
      confidence: 'high',
      summary: `{deferred} requests are deferred${share === null ? '' : ', {share} of those that wait'}: capacity does not hold them back.`,
      evidence: {
        deferred: reading(sample, 'engines.requestsWaitingDeferred', engine.requestsWaitingDeferred, 'count', {
          bound: isMany ? context.bound('>=', 'deferredRequests') : null,
        }),
        share: reading(sample, 'derived.deferredRatio', share, 'ratio', {
          bound: isMost ? context.bound('>=', 'deferredShare') : null,
        }),
        capacity: reading(sample, 'engines.requestsWaitingCapacity', engine.requestsWaitingCapacity, 'count'),
        running: reading(sample, 'engines.requestsRunning', engine.requestsRunning, 'count'),
        waitingAdapters: reading(sample, 'engines.lora.waitingAdapters', engine.lora?.waitingAdapters, 'count'),
        maxAdapters: reading(sample, 'engines.lora.maxAdapters', engine.lora?.maxAdapters, 'count'),
        externalHit: reading(sample, 'engines.externalCacheHitRatio', engine.externalCacheHitRatio, 'ratio'),
      },
      candidateActions: actionsFor(engine, snapshot),
    };
  },
});
