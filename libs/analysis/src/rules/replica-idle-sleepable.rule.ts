import type { CandidateAction, Engine } from '@app/core';
import { REMOVE_REPLICA } from './engine-actions.js';
import { engineDelta, momentsOf, spanSeconds } from './history-readings.js';
import { NO_REPLICAS, type ReplicaGroup, replicaGroups } from './replica-groups.js';
import { CLEAR, defineRule, lastOf, missing, reading, type RuleSample, type Run } from './rule.js';

type Threshold = 'kvCacheUsage' | 'requestShare' | 'historySeconds';

function groupOf({ state, snapshot }: Pick<RuleSample<Engine>, 'state' | 'snapshot'>): ReplicaGroup | null {
  return replicaGroups(snapshot).find(({ replicas }) => replicas.some(({ id }) => id === state.id)) ?? null;
}

/** KV cache usage if one replica less had to hold what all hold now; replicas of a model have caches of one size. */
function forecastOf({ replicas }: ReplicaGroup): number | null {
  if (replicas.some(({ kvCacheUsageRatio }) => kvCacheUsageRatio === null)) return null;
  const held = replicas.reduce((sum, { kvCacheUsageRatio }) => sum + (kvCacheUsageRatio ?? 0), 0);
  return held / (replicas.length - 1);
}

/** Share of the group's finished requests that this replica served over the run; null without any. */
function requestShareOf(run: Run<Engine>): number | null {
  const moments = momentsOf(run);
  const sample = lastOf(run);
  const replicas = groupOf(sample)?.replicas ?? [];
  const served = (id: string) => engineDelta(moments, id, ({ counters }) => counters.requestsSucceeded) ?? 0;
  const all = replicas.reduce((sum, { id }) => sum + served(id), 0);
  return all === 0 ? null : served(sample.state.id) / all;
}

function peakForecast(run: Run<Engine>): number {
  return Math.max(...run.map(({ sample }) => forecastOf(groupOf(sample) ?? { model: '', replicas: [] }) ?? 0));
}

function actionsFor(engine: Engine): CandidateAction[] {
  const canSleep = engine.kind === 'vllm' && engine.sleepState !== null;
  return [...(canSleep ? [{ type: 'vllm-sleep', parameters: { level: 1 } }] : []), REMOVE_REPLICA];
}

/** The replicas of a model would do with one less, and this one is hardly used. */
export const replicaIdleSleepableRule = defineRule<'engine', Threshold>({
  id: 'replica-idle-sleepable',
  title: 'Replica is hardly used and its model would do without it',
  category: 'cost',
  scope: 'engine',
  durationClass: 'D3',
  historyThreshold: 'historySeconds',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.model', required: true },
    { signal: 'engines.kvCacheUsageRatio', required: true },
    { signal: 'engines.requestsWaiting', required: true },
    { signal: 'engines.counters.requestsSucceeded', required: true },
    { signal: 'engines.sleepState', required: false },
  ],
  thresholds: {
    kvCacheUsage: {
      value: 0.6,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 0.9 },
      description: 'KV cache usage that the other replicas would have to stay below',
      softens: 'up',
    },
    requestShare: {
      value: 0.05,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0, max: 0.5 },
      description: 'share of the requests of the model that this replica served',
    },
    historySeconds: {
      value: 21_600,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 1800, max: 604_800 },
      description: 'time over which the peak load has to be known',
    },
  },
  candidateActions: ['vllm-sleep', REMOVE_REPLICA.type],
  reference: 'vLLM sleep mode: a sleeping engine frees its GPU memory and keeps its process',

  judge(sample, { thresholds }) {
    const { state: engine } = sample;
    if (engine.model === null) return missing('engines.model');
    const group = groupOf(sample);
    if (!group) return { status: 'inapplicable', reason: NO_REPLICAS };
    const forecast = forecastOf(group);
    const isQueueKnown = group.replicas.every(({ requestsWaiting }) => requestsWaiting !== null);
    const inputs = [
      ...(forecast === null ? ['engines.kvCacheUsageRatio'] : []),
      ...(isQueueKnown ? [] : ['engines.requestsWaiting']),
      ...(engine.counters.requestsSucceeded === null ? ['engines.counters.requestsSucceeded'] : []),
    ];
    if (forecast === null || inputs.length > 0) return missing(...inputs);
    const hasQueue = group.replicas.some(({ requestsWaiting }) => (requestsWaiting ?? 0) > 0);
    if (hasQueue || forecast >= thresholds.kvCacheUsage) return CLEAR;
    // The peak counts: every sample of the time has to leave room.
    return { status: 'holds', needsSeconds: thresholds.historySeconds };
  },

  conclude(run, context) {
    const share = requestShareOf(run);
    if (share === null || share > context.thresholds.requestShare) return null;
    const sample = lastOf(run);
    const { state: engine } = sample;
    const windowSeconds = spanSeconds(momentsOf(run));
    return {
      severity: 'low',
      confidence: 'medium',
      summary:
        'This replica served {share} of the requests of its model; without it the others would have used at most {peak} of their KV cache.',
      evidence: {
        share: reading(sample, 'derived.replicaRequestShare', share, 'ratio', {
          bound: context.bound('<=', 'requestShare'),
          windowSeconds,
        }),
        peak: reading(sample, 'derived.kvCacheForecastRatio', peakForecast(run), 'ratio', {
          bound: context.bound('<', 'kvCacheUsage'),
          windowSeconds,
        }),
        replicas: reading(sample, 'derived.replicas', groupOf(sample)?.replicas.length, 'count'),
        gpuHours: reading(
          sample,
          'derived.gpuHours',
          engine.gpuUuids ? (engine.gpuUuids.length * windowSeconds) / 3600 : null,
          'count',
          { windowSeconds },
        ),
        sleepState: reading(sample, 'engines.sleepState', engine.sleepState, 'text'),
      },
      candidateActions: actionsFor(engine),
    };
  },
});
