import type { CandidateAction, Confidence, Engine, Severity } from '@app/core';
import { capacityWaiting, preemptionDelta, slopePerSecond } from './derived-readings.js';
import { ADD_REPLICA, plainAction } from './engine-actions.js';
import { breachDuring, breachReading, isSettling, waitingReading } from './engine-readings.js';
import { engineDelta, momentsOf } from './history-readings.js';
import {
  BASELINE,
  CLEAR,
  type RuleContext,
  type Run,
  defineRule,
  firstOf,
  lastOf,
  missing,
  reading,
  recentOf,
} from './rule.js';

type Threshold = 'waitingRequests' | 'remainingRatio' | 'growthSeconds' | 'criticalGrowth';

function waitingPoints(run: Run<Engine>) {
  return run.flatMap(({ sample }) => {
    const waiting = capacityWaiting(sample.state);
    return waiting ? [{ atMs: sample.atMs, value: waiting.requests }] : [];
  });
}

/** Growth over the newest minutes of the run; null when it is younger than that. */
function growthOf(run: Run<Engine>, growthSeconds: number): number | null {
  const last = lastOf(run);
  if (last.atMs - firstOf(run).atMs < growthSeconds * 1000) return null;
  return slopePerSecond(waitingPoints(run).filter((point) => last.atMs - point.atMs <= growthSeconds * 1000));
}

function remainingOf(run: Run<Engine>, context: RuleContext<Threshold>): number {
  const points = waitingPoints(recentOf(run, context.durations));
  return (points.at(-1)?.value ?? 0) / (points[0]?.value || 1);
}

/** Requests turned away or failed while the queue stood; null where neither is counted. */
function refusedDuring(run: Run<Engine>): number | null {
  const moments = momentsOf(run);
  const { id } = lastOf(run).state;
  const rejected = engineDelta(moments, id, ({ counters }) => counters.admissionRejections);
  const failed = engineDelta(moments, id, ({ counters }) => counters.httpServerErrors);
  // A rejection is answered with a server error: the larger of the two counts both.
  return rejected === null && failed === null ? null : Math.max(rejected ?? 0, failed ?? 0);
}

/** How many times as long the queue is as it was when it began. */
function growthFactorOf(run: Run<Engine>): number {
  const points = waitingPoints(run);
  return (points.at(-1)?.value ?? 0) / (points[0]?.value || 1);
}

const CAPACITY_ACTIONS: readonly CandidateAction[] = [ADD_REPLICA, plainAction('router-rebalance')];

/** Requests wait for capacity, again and again, and the queue does not drain. */
export const queueBacklogRule = defineRule<'engine', Threshold>({
  id: 'queue-backlog',
  title: 'Requests queue up for capacity',
  category: 'bottleneck',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.requestsRunning', required: true },
    { signal: 'engines.requestsWaiting', required: true },
    { signal: 'engines.requestsWaitingCapacity', required: false },
    { signal: 'engines.requestsWaitingDeferred', required: false },
    { signal: 'engines.histograms.ttft', required: false },
    { signal: 'engines.counters.admissionRejections', required: false },
    { signal: 'engines.counters.httpServerErrors', required: false },
  ],
  thresholds: {
    waitingRequests: {
      value: 5,
      unit: 'count',
      source: 'default queue-depth threshold of the Kubernetes gateway inference extension and of llm-d',
      range: { min: 1, max: 10_000 },
      description: 'requests waiting for capacity',
      softens: 'down',
    },
    remainingRatio: {
      value: 0.8,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 1 },
      description: 'last queue depth as a share of the first, below which the queue counts as draining',
    },
    growthSeconds: {
      value: 300,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 60, max: 3600 },
      description: 'time over which a growing queue is urgent',
    },
    criticalGrowth: {
      value: 10,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 2, max: 1000 },
      description: 'times that the queue has grown, from which refused requests make it critical',
    },
  },
  candidateActions: ['k8s-scale', 'router-rebalance'],
  reference: 'kubernetes-sigs/gateway-api-inference-extension saturation detector; vLLM metric num_requests_waiting',

  judge(sample, { thresholds }) {
    const { requestsRunning } = sample.state;
    const waiting = capacityWaiting(sample.state);
    const inputs = [
      ...(requestsRunning === null ? ['engines.requestsRunning'] : []),
      ...(waiting === null ? ['engines.requestsWaiting'] : []),
    ];
    if (requestsRunning === null || waiting === null) return missing(...inputs);
    if (isSettling(sample)) return BASELINE;
    return waiting.requests >= thresholds.waitingRequests && requestsRunning > 0 ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const remaining = remainingOf(run, context);
    if (remaining < context.thresholds.remainingRatio) return null;
    const growth = growthOf(run, context.thresholds.growthSeconds);
    const breach = breachDuring(run, context, 'ttft');
    const isBatch = context.slo.ttftP95Seconds <= 0;
    const isUrgent = breach !== null || (growth ?? 0) > 0;
    const refused = refusedDuring(run);
    const growthFactor = growthFactorOf(run);
    const isCritical = (refused ?? 0) > 0 && growthFactor >= context.thresholds.criticalGrowth;
    const severity: Severity = isBatch ? 'info' : isCritical ? 'critical' : isUrgent ? 'high' : 'medium';
    const confidence: Confidence = capacityWaiting(sample.state)?.confidence ?? 'medium';
    const { state: engine } = sample;
    const late = breach ? '; {breach} of the first tokens came later than the objective' : '';
    const stays = run.length > 1 ? ' and does not drain' : '';
    return {
      severity,
      confidence,
      summary: isBatch
        ? 'A queue of {waiting} requests waits behind {running} running ones, as intended for batch work.'
        : `A queue of {waiting} requests waits for capacity behind {running} running ones${stays}${late}.`,
      evidence: {
        waiting: waitingReading(sample, context.bound('>=', 'waitingRequests')),
        running: reading(sample, 'engines.requestsRunning', engine.requestsRunning, 'count', {
          bound: { operator: '>', threshold: 0, source: 'rule definition' },
        }),
        remaining: reading(sample, 'derived.queueRemainingRatio', remaining, 'ratio', {
          bound: context.bound('>=', 'remainingRatio'),
          windowSeconds: (sample.atMs - firstOf(recentOf(run, context.durations)).atMs) / 1000,
        }),
        breach: breachReading(sample, breach),
        growth: reading(sample, 'derived.queueGrowth', growth, 'perSecond', {
          windowSeconds: context.thresholds.growthSeconds,
        }),
        growthFactor: reading(sample, 'derived.queueGrowthFactor', isCritical ? growthFactor : null, 'count', {
          bound: context.bound('>=', 'criticalGrowth'),
        }),
        refused: reading(sample, 'derived.refusedRequests', refused, 'count'),
        completed: reading(sample, 'engines.requestsPerSecond', engine.requestsPerSecond, 'perSecond'),
        maxNumSeqs: reading(sample, 'engines.maxNumSeqs', engine.maxNumSeqs, 'count'),
        kvCache: reading(sample, 'engines.kvCacheUsageRatio', engine.kvCacheUsageRatio, 'ratio'),
        preemptions: reading(sample, 'derived.preemptionDelta', preemptionDelta(sample), 'count'),
        deferred: reading(sample, 'engines.requestsWaitingDeferred', engine.requestsWaitingDeferred, 'count'),
        queueTime: reading(sample, 'engines.queueTime.meanSeconds', engine.queueTime.meanSeconds, 'seconds'),
      },
      candidateActions: isBatch ? [] : CAPACITY_ACTIONS,
    };
  },
});
