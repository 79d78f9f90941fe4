import type { CandidateAction, Engine } from '@app/core';
import { ADD_REPLICA, lowerCap, settingTypes, smallerCacheType } from './engine-actions.js';
import { gpusOf } from './engine-gpus.js';
import { isItlBreach, judgedItl } from './itl-breach.js';
import { latencyReading } from './latency-readings.js';
import { meanPromptTokens } from './prompt-readings.js';
import { secondsBetween } from './recent-samples.js';
import { CLEAR, defineRule, lastOf, missing, reading, type RuleSample } from './rule.js';

type Threshold = 'fastShare' | 'runningRatio' | 'runningRequests' | 'dramActive';

/** With fewer requests than this, drafted tokens are cheap to check. */
const SMALL_BATCH = 8;

/** Highest DRAM activity over the engine's GPUs; null where none tells. */
function dramActive({ state, snapshot }: Pick<RuleSample<Engine>, 'state' | 'snapshot'>): number | null {
  const ratios = (gpusOf(state, snapshot) ?? []).map((gpu) => gpu.profiling.dramActiveRatio);
  const known = ratios.filter((ratio) => ratio !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function runningRatio({ requestsRunning, maxNumSeqs }: Engine): number | null {
  return requestsRunning === null || !maxNumSeqs ? null : requestsRunning / maxNumSeqs;
}

function actionsFor(sample: RuleSample<Engine>): CandidateAction[] {
  const { state: engine, snapshot } = sample;
  const isQuantized = engine.process?.flags['quantization'] !== undefined;
  const isSmall = engine.requestsRunning !== null && engine.requestsRunning < SMALL_BATCH;
  return [
    ADD_REPLICA,
    ...(isSmall ? [] : [lowerCap(engine)]),
    ...(engine.kind === 'vllm' && !isQuantized ? [{ type: 'vllm-config:quantization', parameters: {} }] : []),
    ...smallerCacheType(engine, gpusOf(engine, snapshot)),
    ...(isSmall && engine.kind === 'vllm'
      ? [{ type: 'vllm-config:speculative', parameters: { value: 'on' } } satisfies CandidateAction]
      : []),
  ];
}

/** Tokens come too slowly throughout, because each step has too much to read and compute. */
export const itlSloDecodeBatchRule = defineRule<'engine', Threshold>({
  id: 'itl-slo-decode-batch',
  title: 'Tokens come too slowly: the batch is too large for the GPU',
  category: 'bottleneck',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.histograms.interTokenLatency', required: true },
    { signal: 'engines.counters.preemptions', required: true },
    { signal: 'engines.requestsRunning', required: true },
    { signal: 'engines.maxNumSeqs', required: false },
    { signal: 'gpus.profiling.dramActiveRatio', required: false },
    { signal: 'engines.histograms.promptTokens', required: false },
  ],
  thresholds: {
    fastShare: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 0.95 },
      description: 'share of the gaps within half the objective, below which the middle is slow too',
      softens: 'up',
    },
    runningRatio: {
      value: 0.7,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 1 },
      description: 'running requests as a share of the cap',
      softens: 'down',
    },
    runningRequests: {
      value: 64,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 10_000 },
      description: 'running requests that make a large batch whatever the cap is',
      softens: 'down',
    },
    dramActive: {
      value: 0.6,
      unit: 'ratio',
      source: 'engineering choice; NVIDIA DCGM guide: about 0.8 is the practical peak',
      range: { min: 0.2, max: 1 },
      description: 'share of time in which the GPU memory is busy',
      softens: 'down',
    },
  },
  candidateActions: [
    ADD_REPLICA.type,
    ...settingTypes('max-num-seqs'),
    'vllm-config:quantization',
    'vllm-config:kv-cache-dtype',
    'vllm-config:speculative',
  ],
  reference: 'each decode step reads all weights and the KV cache of every sequence, so that gaps grow with the batch',

  judge(sample, context) {
    const { requestsRunning } = sample.state;
    if (requestsRunning === null) return missing('engines.requestsRunning');
    const found = judgedItl(sample, context);
    if (!isItlBreach(found)) return found;
    const { thresholds } = context;
    const isLarge =
      requestsRunning >= thresholds.runningRequests ||
      (runningRatio(sample.state) ?? 0) >= thresholds.runningRatio ||
      (dramActive(sample) ?? 0) >= thresholds.dramActive;
    return isLarge && found.fastShare < thresholds.fastShare ? { status: 'holds', fromPrevious: true } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const found = judgedItl(sample, context);
    if (!isItlBreach(found)) return null;
    const { state: engine } = sample;
    const { thresholds } = context;
    const window = { windowSeconds: secondsBetween(found.latency.before, sample) };
    const ratio = runningRatio(engine);
    const dram = dramActive(sample);
    const isLarge = (engine.requestsRunning ?? 0) >= thresholds.runningRequests;
    return {
      severity: 'high',
      confidence: 'high',
      summary:
        '{late} of the tokens came later than the objective and only {fast} within half of it, with {running} requests running.',
      evidence: {
        late: latencyReading(sample, 'interTokenLatency', found.latency),
        fast: reading(sample, 'derived.interTokenLatencyFastRatio', found.fastShare, 'ratio', {
          bound: context.bound('<', 'fastShare'),
          ...window,
        }),
        running: reading(sample, 'engines.requestsRunning', engine.requestsRunning, 'count', {
          bound: isLarge ? context.bound('>=', 'runningRequests') : null,
        }),
        runningRatio: reading(sample, 'derived.runningRatio', ratio, 'ratio', {
          bound: ratio !== null && ratio >= thresholds.runningRatio ? context.bound('>=', 'runningRatio') : null,
        }),
        dram: reading(sample, 'gpus.profiling.dramActiveRatio', dram, 'ratio', {
          bound: dram !== null && dram >= thresholds.dramActive ? context.bound('>=', 'dramActive') : null,
        }),
        promptTokens: reading(
          sample,
          'derived.meanPromptTokens',
          meanPromptTokens(found.latency.before.state, engine),
          'count',
          window,
        ),
      },
      candidateActions: actionsFor(sample),
    };
  },
});
