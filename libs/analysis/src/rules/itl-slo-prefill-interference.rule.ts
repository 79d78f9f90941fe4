import type { CandidateAction, Engine } from '@app/core';
import { isCpuStarved, STARVATION_DEFAULTS } from './cpu-starvation.js';
import { changeSetting, numberFlag, settingTypes } from './engine-actions.js';
import { isItlBreach, judgedItl, largeStepShare } from './itl-breach.js';
import { latencyReading } from './latency-readings.js';
import { meanPromptTokens } from './prompt-readings.js';
import { secondsBetween } from './recent-samples.js';
import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'fastShare' | 'largeStepShare' | 'largeStepTokens' | 'tailRatio';

/** Tokens per step at which the gaps between tokens are short, by vLLM's tuning guide. */
const SMALL_BATCHED_TOKENS = 2048;

/** How much slower the slowest gaps of the interval are than the middle ones; null where a quantile is not known. */
function tailRatio({ interTokenLatency: { p50Seconds, p99Seconds } }: Engine): number | null {
  return p50Seconds === null || p99Seconds === null || p50Seconds <= 0 ? null : p99Seconds / p50Seconds;
}

function actionsFor(engine: Engine): CandidateAction[] {
  const budget = numberFlag(engine, 'max-num-batched-tokens');
  const isSmall = budget !== null && budget <= SMALL_BATCHED_TOKENS;
  return [
    ...(isSmall
      ? []
      : [changeSetting(engine, 'max-num-batched-tokens', 'lower', budget === null ? null : SMALL_BATCHED_TOKENS)]),
    ...(engine.kind === 'vllm' ? [{ type: 'vllm-config:long-prefill', parameters: {} }] : []),
  ];
}

/** Most tokens come in time, but steps that also compute a long prompt hold some of them up. */
export const itlSloPrefillInterferenceRule = defineRule<'engine', Threshold>({
  id: 'itl-slo-prefill-interference',
  title: 'Tokens come in bursts: long prompts hold up running answers',
  category: 'bottleneck',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.histograms.interTokenLatency', required: true },
    { signal: 'engines.counters.preemptions', required: true },
    { signal: 'engines.histograms.iterationTokens', required: false },
    { signal: 'engines.interTokenLatency.p50Seconds', required: false },
    { signal: 'engines.interTokenLatency.p99Seconds', required: false },
    { signal: 'engines.process.flags', required: false },
  ],
  thresholds: {
    fastShare: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 0.95 },
      description: 'share of the gaps within half the objective, from which only a tail is slow',
      softens: 'down',
    },
    largeStepShare: {
      value: 0.1,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 1 },
      description: 'share of the steps with many tokens',
      softens: 'down',
    },
    largeStepTokens: {
      value: 2048,
      unit: 'count',
      source: 'vLLM optimization guide: a budget of 2048 tokens per step keeps inter-token latency low',
      range: { min: 128, max: 65_536 },
      description: 'tokens above which a step counts as large',
    },
    tailRatio: {
      value: 3,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1.5, max: 100 },
      description: 'p99 over p50 of the gaps, where steps are not counted',
      softens: 'down',
    },
  },
  candidateActions: [...settingTypes('max-num-batched-tokens'), 'vllm-config:long-prefill'],
  reference: 'vLLM optimization guide: max_num_batched_tokens trades time to first token against inter-token latency',

  judge(sample, context) {
    const found = judgedItl(sample, context);
    if (!isItlBreach(found)) return found;
    const { thresholds } = context;
    if (found.fastShare < thresholds.fastShare) return CLEAR;
    // A CPU that does not keep up makes the same tail.
    if (isCpuStarved(sample, STARVATION_DEFAULTS)) return CLEAR;
    const steps = largeStepShare(found.latency.before.state, sample.state, thresholds.largeStepTokens);
    const tail = tailRatio(sample.state);
    if (steps === null && tail === null) return missing('engines.histograms.iterationTokens');
    const isInterfering =
      steps !== null ? steps >= thresholds.largeStepShare : tail !== null && tail >= thresholds.tailRatio;
    return isInterfering ? { status: 'holds', fromPrevious: true } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const found = judgedItl(sample, context);
    if (!isItlBreach(found)) return null;
    const { state: engine } = sample;
    const { before } = found.latency;
    const window = { windowSeconds: secondsBetween(before, sample) };
    const steps = largeStepShare(before.state, engine, context.thresholds.largeStepTokens);
    const reason =
      steps !== null
        ? '{steps} of the steps carried more than {stepTokens} tokens'
        : 'the slowest gaps are {tail} times as long as the middle ones';
    return {
      severity: steps !== null ? 'high' : 'medium',
      confidence: steps !== null ? 'high' : 'low',
      summary: `{late} of the tokens came later than the objective although {fast} came within half of it; ${reason}.`,
      evidence: {
        late: latencyReading(sample, 'interTokenLatency', found.latency),
        fast: reading(sample, 'derived.interTokenLatencyFastRatio', found.fastShare, 'ratio', {
          bound: context.bound('>=', 'fastShare'),
          ...window,
        }),
        steps: reading(sample, 'derived.largeStepRatio', steps, 'ratio', {
          bound: context.bound('>=', 'largeStepShare'),
          ...window,
        }),
        stepTokens: reading(
          sample,
          'derived.largeStepTokens',
          steps === null ? null : context.thresholds.largeStepTokens,
          'count',
        ),
        tail: reading(sample, 'derived.interTokenLatencyTailRatio', tailRatio(engine), 'count', {
          bound: steps === null ? context.bound('>=', 'tailRatio') : null,
        }),
        p50: reading(sample, 'engines.interTokenLatency.p50Seconds', engine.interTokenLatency.p50Seconds, 'seconds'),
        p99: reading(sample, 'engines.interTokenLatency.p99Seconds', engine.interTokenLatency.p99Seconds, 'seconds'),
        promptTokens: reading(
          sample,
          'derived.meanPromptTokens',
          meanPromptTokens(before.state, engine),
          'count',
          window,
        ),
        budget: reading(
          sample,
          'engines.process.flags.max-num-batched-tokens',
          numberFlag(engine, 'max-num-batched-tokens'),
          'count',
        ),
      },
      candidateActions: actionsFor(engine),
    };
  },
});
