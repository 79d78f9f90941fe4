import { ADD_REPLICA, plainAction } from './engine-actions.js';
import { waitingReading } from './engine-readings.js';
import { latencyReading } from './latency-readings.js';
import { SLO_BREACH_SHARE } from '../slo-breaches.js';
import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';
import { isTtftBreach, judgedTtft, partReading } from './ttft-breach.js';
import { isQueueInFirstBucket } from './ttft-parts.js';

type Threshold = 'queueShare';

const NEEDED = ['ttft', 'queueTime'] as const;

/** First tokens are late because requests wait in the queue. */
export const ttftSloQueueRule = defineRule<'engine', Threshold>({
  id: 'ttft-slo-queue',
  title: 'First tokens are late: requests wait in the queue',
  category: 'bottleneck',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.histograms.ttft', required: true },
    { signal: 'engines.histograms.queueTime', required: true },
    { signal: 'engines.histograms.prefillTime', required: false },
    { signal: 'engines.requestsWaiting', required: false },
    { signal: 'engines.kvCacheUsageRatio', required: false },
  ],
  thresholds: {
    queueShare: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 1 },
      description: 'share of the time to first token that is spent in the queue',
      softens: 'down',
    },
  },
  candidateActions: [ADD_REPLICA.type, 'router-rebalance'],
  reference: 'vLLM metrics design: the queue interval lasts from queued to last scheduled',

  judge(sample, context) {
    const found = judgedTtft(sample, context, NEEDED);
    if (!isTtftBreach(found)) return found;
    if (found.parts.queue === null) return missing('engines.histograms.queueTime');
    if (isQueueInFirstBucket(found.latency.before.state, sample.state, SLO_BREACH_SHARE)) return CLEAR;
    return found.parts.queue >= context.thresholds.queueShare ? { status: 'holds', fromPrevious: true } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const found = judgedTtft(sample, context, NEEDED);
    if (!isTtftBreach(found)) return null;
    const { state: engine } = sample;
    return {
      severity: 'high',
      confidence: found.parts.isSameRequests ? 'high' : 'medium',
      summary: '{late} of the first tokens came later than the objective; {queue} of that time is spent in the queue.',
      evidence: {
        late: latencyReading(sample, 'ttft', found.latency),
        queue: partReading(sample, found, 'queue', context.bound('>=', 'queueShare')),
        prefill: partReading(sample, found, 'prefill'),
        frontend: partReading(sample, found, 'frontend'),
        mean: reading(sample, 'derived.ttftMeanSeconds', found.parts.meanSeconds, 'seconds'),
        waiting: waitingReading(sample),
        running: reading(sample, 'engines.requestsRunning', engine.requestsRunning, 'count'),
        cap: reading(sample, 'engines.maxNumSeqs', engine.maxNumSeqs, 'count'),
        kvCache: reading(sample, 'engines.kvCacheUsageRatio', engine.kvCacheUsageRatio, 'ratio'),
      },
      candidateActions: [ADD_REPLICA, plainAction('router-rebalance')],
    };
  },
});
