import type { Engine } from '@app/core';
import { capacityWaiting } from './derived-readings.js';
import { ADD_REPLICA, plainAction } from './engine-actions.js';
import { NO_REPLICAS, type ReplicaGroup, replicaGroups } from './replica-groups.js';
import { CLEAR, defineRule, lastOf, missing, reading, type RuleContext, startOf } from './rule.js';

type Threshold = 'loadRatio' | 'waitingRequests' | 'kvCacheUsage' | 'sustainedSeconds' | 'hitRatioLead';

interface Imbalance {
  readonly hot: Engine;
  readonly idle: Engine;
  readonly hotLoad: number;
  readonly meanLoad: number;
  readonly loadRatio: number;
}

function loadOf({ requestsRunning, requestsWaiting }: Engine): number | null {
  return requestsRunning === null || requestsWaiting === null ? null : requestsRunning + requestsWaiting;
}

function waitingOf(engine: Engine): number {
  return capacityWaiting(engine)?.requests ?? 0;
}

/** The busiest replica against the mean of its group and one that has room; null where the load is even enough. */
function imbalanceOf({ replicas }: ReplicaGroup, bounds: RuleContext<Threshold>['thresholds']): Imbalance | null {
  const loads = replicas.map((engine) => ({ engine, load: loadOf(engine) ?? 0 }));
  const hottest = loads.reduce((most, each) => (each.load > most.load ? each : most));
  const meanLoad = loads.reduce((sum, { load }) => sum + load, 0) / loads.length;
  const idle = replicas.find(
    (engine) =>
      engine !== hottest.engine && waitingOf(engine) === 0 && (engine.kvCacheUsageRatio ?? 1) < bounds.kvCacheUsage,
  );
  if (!idle || waitingOf(hottest.engine) < bounds.waitingRequests) return null;
  if (hottest.load < bounds.loadRatio * meanLoad) return null;
  return { hot: hottest.engine, idle, hotLoad: hottest.load, meanLoad, loadRatio: hottest.load / meanLoad };
}

/** Routing by prefix puts load where the cache is; then the busiest replica finds clearly more in it. */
function isByPrefix({ hot, idle }: Imbalance, lead: number): boolean {
  if (hot.prefixCacheHitRatio === null || idle.prefixCacheHitRatio === null) return false;
  return hot.prefixCacheHitRatio - idle.prefixCacheHitRatio >= lead;
}

function missingInputs(groups: readonly ReplicaGroup[]): string[] {
  const replicas = groups.flatMap((group) => group.replicas);
  return [
    ...(replicas.some(({ requestsRunning }) => requestsRunning === null) ? ['engines.requestsRunning'] : []),
    ...(replicas.some(({ requestsWaiting }) => requestsWaiting === null) ? ['engines.requestsWaiting'] : []),
    ...(replicas.every(({ kvCacheUsageRatio }) => kvCacheUsageRatio === null) ? ['engines.kvCacheUsageRatio'] : []),
  ];
}

/** One replica of a model queues while another one has room. */
export const replicaLoadImbalanceRule = defineRule<'fleet', Threshold>({
  id: 'replica-load-imbalance',
  title: 'Load is spread unevenly over the replicas of a model',
  category: 'bottleneck',
  scope: 'fleet',
  durationClass: 'D1',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.model', required: true },
    { signal: 'engines.requestsRunning', required: true },
    { signal: 'engines.requestsWaiting', required: true },
    { signal: 'engines.kvCacheUsageRatio', required: true },
    { signal: 'engines.prefixCacheHitRatio', required: false },
    { signal: 'engines.histograms.ttft', required: false },
  ],
  thresholds: {
    loadRatio: {
      value: 2,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1.1, max: 10 },
      description: 'requests of the busiest replica over the mean of all',
      softens: 'down',
    },
    waitingRequests: {
      value: 5,
      unit: 'count',
      source: 'default queue-depth threshold of the Kubernetes gateway inference extension',
      range: { min: 1, max: 10_000 },
      description: 'requests waiting for capacity on the busiest replica',
      softens: 'down',
    },
    kvCacheUsage: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice; the Kubernetes gateway inference extension stops routing at 0.8',
      range: { min: 0.1, max: 0.9 },
      description: 'KV cache usage below which a replica has room',
      softens: 'up',
    },
    sustainedSeconds: {
      value: 300,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 10, max: 3600 },
      description: 'time for which it has to be so',
    },
    hitRatioLead: {
      value: 0.2,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 1 },
      description: 'lead in prefix cache hits of the busiest replica that shows routing by prefix',
    },
  },
  candidateActions: ['router-rebalance', ADD_REPLICA.type],
  reference: 'Kubernetes gateway inference extension, saturation detector: queue depth and KV cache thresholds',

  judge({ state }, { thresholds }) {
    const groups = replicaGroups(state);
    if (groups.length === 0) return { status: 'inapplicable', reason: NO_REPLICAS };
    const inputs = missingInputs(groups);
    if (inputs.length > 0) return missing(...inputs);
    const found = groups.map((group) => imbalanceOf(group, thresholds)).filter((each) => each !== null);
    if (found.length === 0) return CLEAR;
    if (found.every((imbalance) => isByPrefix(imbalance, thresholds.hitRatioLead))) {
      const reason = 'the busiest replica finds clearly more in its prefix cache: requests are routed by prefix';
      return { status: 'inapplicable', reason };
    }
    return { status: 'holds', needsSeconds: thresholds.sustainedSeconds };
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { thresholds, breaches } = context;
    const found = replicaGroups(sample.state)
      .map((group) => ({ group, imbalance: imbalanceOf(group, thresholds) }))
      .find(({ imbalance }) => imbalance !== null && !isByPrefix(imbalance, thresholds.hitRatioLead));
    if (!found?.imbalance) return null;
    const { hot, idle, hotLoad, meanLoad, loadRatio } = found.imbalance;
    const isLate = (engine: Engine) => breaches.ttft(engine.id, startOf(run))?.breached === true;
    const others = found.group.replicas.filter((engine) => engine !== hot);
    const isOnlyHotLate = isLate(hot) && !others.some(isLate);
    return {
      severity: isOnlyHotLate ? 'high' : 'medium',
      confidence: capacityWaiting(hot)?.confidence ?? 'medium',
      summary:
        '{hot} has {load} requests, {waiting} of them waiting, while the mean of the replicas is {mean} and {idle} has no queue.',
      evidence: {
        loadRatio: reading(sample, 'derived.replicaLoadRatio', loadRatio, 'count', {
          bound: context.bound('>=', 'loadRatio'),
        }),
        hot: reading(sample, 'engines.id', hot.id, 'text'),
        load: reading(sample, 'derived.replicaRequests', hotLoad, 'count'),
        waiting: reading(sample, capacityWaiting(hot)?.signal ?? 'engines.requestsWaiting', waitingOf(hot), 'count', {
          bound: context.bound('>=', 'waitingRequests'),
        }),
        mean: reading(sample, 'derived.meanReplicaRequests', meanLoad, 'count'),
        idle: reading(sample, 'derived.idleReplica', idle.id, 'text'),
        idleKvCache: reading(sample, 'engines.kvCacheUsageRatio', idle.kvCacheUsageRatio, 'ratio', {
          bound: context.bound('<', 'kvCacheUsage'),
        }),
        hotHit: reading(sample, 'engines.prefixCacheHitRatio', hot.prefixCacheHitRatio, 'ratio'),
        idleHit: reading(sample, 'derived.idleReplicaHitRatio', idle.prefixCacheHitRatio, 'ratio'),
      },
      candidateActions: [plainAction('router-rebalance'), ADD_REPLICA],
    };
  },
});
