import type { CandidateAction, Engine } from '@app/core';
import { capacityWaiting, preemptionDelta } from './derived-readings.js';
import { changeSetting, settingTypes } from './engine-actions.js';
import { breachDuring, breachReading, isSettling, waitingReading } from './engine-readings.js';
import { isBreach, latencyAbove } from './latency-readings.js';
import { BASELINE, CLEAR, type RuleSample, type Run, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'runningRatio' | 'kvCacheUsage';

/** A cap is raised by at most this factor, and only as far as the KV cache is expected to stay below the next number. */
const LARGEST_RAISE = 2;
const SMALLEST_RAISE = 1.1;
const KV_FORECAST_LIMIT = 0.85;
/** Share of the objective for the inter-token latency that has to be left. */
const LATENCY_MARGIN = 0.2;

function missingInputs({ state }: RuleSample<Engine>): string[] {
  const inputs: [string, unknown][] = [
    ['engines.requestsRunning', state.requestsRunning],
    ['engines.requestsWaiting', capacityWaiting(state)],
    ['engines.kvCacheUsageRatio', state.kvCacheUsageRatio],
    ['engines.counters.preemptions', state.counters.preemptions],
  ];
  return inputs.filter(([, value]) => value === null).map(([signal]) => signal);
}

/** Without a known cap, a number of running requests that looks like one and never changes stands for it. */
function looksLikeCap(sample: RuleSample<Engine>): boolean {
  const running = sample.state.requestsRunning ?? 0;
  const before = sample.previous?.state.requestsRunning ?? running;
  const isRound = running > 0 && (running % 8 === 0 || Number.isInteger(Math.log2(running)));
  return isRound && before === running;
}

function raiseFor(engine: Engine, cap: number): CandidateAction[] {
  const kvCacheUsage = engine.kvCacheUsageRatio ?? 1;
  const factor = Math.min(LARGEST_RAISE, kvCacheUsage > 0 ? KV_FORECAST_LIMIT / kvCacheUsage : LARGEST_RAISE);
  if (factor < SMALLEST_RAISE) return [];
  return [changeSetting(engine, 'max-num-seqs', 'raise', Math.floor(cap * factor))];
}

/** Raising the cap costs latency: there has to be some to spare. Unknown latency does not forbid it. */
function hasLatencyMargin(run: Run<Engine>, objectiveSeconds: number): boolean {
  const { sample } = run[0];
  if (objectiveSeconds <= 0) return true;
  const within = objectiveSeconds * (1 - LATENCY_MARGIN);
  const latency = latencyAbove(sample.previous ?? sample, lastOf(run), 'interTokenLatency', within);
  return latency === null || !isBreach(latency);
}

function isSteady(run: Run<Engine>): boolean {
  return run.every(({ sample }) => sample.state.requestsRunning === run[0].sample.state.requestsRunning);
}

/** Requests wait although the KV cache has room: the cap on concurrent sequences holds them back. */
export const maxNumSeqsBoundRule = defineRule<'engine', Threshold>({
  id: 'max-num-seqs-bound',
  title: 'Concurrent sequences are at their configured cap',
  category: 'bottleneck',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.maxNumSeqs', required: true },
    { signal: 'engines.requestsRunning', required: true },
    { signal: 'engines.requestsWaiting', required: true },
    { signal: 'engines.kvCacheUsageRatio', required: true },
    { signal: 'engines.counters.preemptions', required: true },
    { signal: 'engines.requestsWaitingCapacity', required: false },
  ],
  thresholds: {
    runningRatio: {
      value: 0.98,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.5, max: 1 },
      description: 'running requests as a share of the cap',
      softens: 'down',
    },
    kvCacheUsage: {
      value: 0.7,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.3, max: 0.9 },
      description: 'KV cache usage below which there is room for more sequences',
      softens: 'up',
    },
  },
  candidateActions: settingTypes('max-num-seqs'),
  reference: 'vLLM engine arguments: --max-num-seqs defaults to 1024 or 256, depending on the GPU',

  judge(sample, { thresholds }) {
    const inputs = missingInputs(sample);
    const { requestsRunning, maxNumSeqs, kvCacheUsageRatio } = sample.state;
    if (inputs.length > 0 || requestsRunning === null || kvCacheUsageRatio === null) return missing(...inputs);
    if (isSettling(sample)) return BASELINE;
    const hasPressure = (capacityWaiting(sample.state)?.requests ?? 0) > 0;
    const hasRoom = kvCacheUsageRatio < thresholds.kvCacheUsage && (preemptionDelta(sample) ?? 0) === 0;
    if (maxNumSeqs === null) {
      return hasPressure && hasRoom && looksLikeCap(sample) ? { status: 'holds' } : missing('engines.maxNumSeqs');
    }
    const isAtCap = requestsRunning >= thresholds.runningRatio * maxNumSeqs;
    return isAtCap && hasPressure && hasRoom ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: engine } = sample;
    const cap = engine.maxNumSeqs;
    // More sequences at once make every token slower: with that objective already missed, this is no remedy.
    if (breachDuring(run, context, 'interTokenLatency')) return null;
    if (cap === null && !isSteady(run)) return null;
    const hasMargin = hasLatencyMargin(run, context.slo.itlP95Seconds);
    const ttft = breachDuring(run, context, 'ttft');
    const positive = { operator: '>', threshold: 0, source: 'rule definition' } as const;
    const room = 'although the KV cache is only {kvCache} used; waiting: {waiting}';
    return {
      severity: ttft ? 'high' : 'medium',
      confidence: cap === null ? 'low' : (capacityWaiting(engine)?.confidence ?? 'medium'),
      summary:
        cap === null
          ? `Running requests stay at {running}, which looks like a cap, ${room}.`
          : `The engine runs {running} of at most {cap} sequences, ${room}.`,
      evidence: {
        cap: reading(sample, 'engines.maxNumSeqs', cap, 'count'),
        running: reading(sample, 'engines.requestsRunning', engine.requestsRunning, 'count'),
        runningRatio: reading(
          sample,
          'derived.runningRatio',
          cap ? (engine.requestsRunning ?? 0) / cap : null,
          'ratio',
          {
            bound: context.bound('>=', 'runningRatio'),
          },
        ),
        waiting: waitingReading(sample, positive),
        kvCache: reading(sample, 'engines.kvCacheUsageRatio', engine.kvCacheUsageRatio, 'ratio', {
          bound: context.bound('<', 'kvCacheUsage'),
        }),
        preemptions: reading(sample, 'derived.preemptionDelta', preemptionDelta(sample), 'count'),
        ttft: breachReading(sample, ttft),
      },
      candidateActions: cap === null || !hasMargin ? [] : raiseFor(engine, cap),
    };
  },
});
