import { MORE_API_SERVERS, plainAction } from './engine-actions.js';
import { isBreach, latencyReading, recentLatency } from './latency-readings.js';
import { meanPromptTokens } from './prompt-readings.js';
import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';
import { isTtftBreach, judgedTtft, partReading } from './ttft-breach.js';

type Threshold = 'frontendShare' | 'objectiveShare';

const NEEDED = ['ttft', 'queueTime', 'prefillTime'] as const;

/** First tokens are late, or close to it, and much of the time is spent before a request reaches the engine. */
export const ttftSloFrontendRule = defineRule<'engine', Threshold>({
  id: 'ttft-slo-frontend',
  title: 'First tokens are late: the front end takes long',
  category: 'bottleneck',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.histograms.ttft', required: true },
    { signal: 'engines.histograms.queueTime', required: true },
    { signal: 'engines.histograms.prefillTime', required: true },
    { signal: 'engines.process.cpuCores', required: false },
    { signal: 'system.pressure.cpuSomeAvg60', required: false },
    { signal: 'system.cgroup.cpuThrottledRatio', required: false },
  ],
  thresholds: {
    frontendShare: {
      value: 0.3,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 1 },
      description: 'share of the time to first token that is neither queue nor prompt computation',
      softens: 'down',
    },
    objectiveShare: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 1 },
      description: 'how close to the objective the time to first token has to be, as a share of it',
    },
  },
  candidateActions: ['vllm-config:api-server-count', 'k8s-patch-resources'],
  reference: 'vLLM metrics design: the time to first token starts at the arrival in the front end',

  judge(sample, context) {
    const found = judgedTtft(sample, context, NEEDED, context.thresholds.objectiveShare);
    if (!isTtftBreach(found)) return found;
    const { frontend, isSameRequests } = found.parts;
    if (frontend === null) return missing('engines.histograms.queueTime', 'engines.histograms.prefillTime');
    // A remainder of numbers that are of different requests is no front end.
    if (!isSameRequests) {
      return { status: 'inapplicable', reason: 'the latency histograms of the window are not of the same requests' };
    }
    // Three windows are asked for, so that the first of them counts as one sample, not as two.
    return frontend >= context.thresholds.frontendShare ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const found = judgedTtft(sample, context, NEEDED, context.thresholds.objectiveShare);
    if (!isTtftBreach(found)) return null;
    const { state: engine, snapshot } = sample;
    const { system } = snapshot;
    const latency = recentLatency(sample, 'ttft', context.slo.ttftP95Seconds);
    const late = latency && isBreach(latency) ? latency : null;
    return {
      severity: late ? 'high' : 'medium',
      confidence: 'high',
      summary: `${late ? '{late} of the first tokens came later than the objective; ' : ''}{frontend} of the time to first token is spent before the request reaches the queue.`,
      evidence: {
        frontend: partReading(sample, found, 'frontend', context.bound('>=', 'frontendShare')),
        late: latencyReading(sample, 'ttft', late),
        queue: partReading(sample, found, 'queue'),
        prefill: partReading(sample, found, 'prefill'),
        mean: reading(sample, 'derived.ttftMeanSeconds', found.parts.meanSeconds, 'seconds'),
        serverCores: reading(sample, 'engines.process.cpuCores', engine.process?.cpuCores, 'count'),
        cpuPressure: reading(sample, 'system.pressure.cpuSomeAvg60', system?.pressure.cpuSomeAvg60, 'percent'),
        throttled: reading(sample, 'system.cgroup.cpuThrottledRatio', system?.cgroup.cpuThrottledRatio, 'ratio'),
        promptTokens: reading(
          sample,
          'derived.meanPromptTokens',
          meanPromptTokens(found.latency.before.state, engine),
          'count',
        ),
      },
      candidateActions: [...(engine.kind === 'vllm' ? [MORE_API_SERVERS] : []), plainAction('k8s-patch-resources')],
    };
  },
});
