import type { CandidateAction, Engine } from '@app/core';
import { ADD_REPLICA, hasPrefixCaching, plainAction } from './engine-actions.js';
import { enginesOfGpu, missesObjective, requestsOn, ttftPartsDuring } from './gpu-engine-readings.js';
import { hasReason, SLOWDOWN_REASONS } from './gpu-load-readings.js';
import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'tensorActive' | 'dramActive' | 'prefillShare';

function actionsFor(engine: Engine | undefined): CandidateAction[] {
  const isVllm = engine?.kind === 'vllm';
  const isQuantized = engine?.process?.flags['quantization'] !== undefined;
  return [
    ADD_REPLICA,
    ...(isVllm && !isQuantized
      ? [{ type: 'vllm-config:quantization', parameters: { value: 'fp8' } } satisfies CandidateAction]
      : []),
    ...(isVllm && hasPrefixCaching(engine) === false ? [plainAction('vllm-config:enable-prefix-caching')] : []),
  ];
}

/** The GPU computes as much as it can: normal for long prompts, a limit where first tokens are late for it. */
export const computeBoundRule = defineRule<'gpu', Threshold>({
  id: 'compute-bound',
  title: 'GPU is limited by its computing power',
  category: 'bottleneck',
  scope: 'gpu',
  durationClass: 'D1',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.profiling.tensorActiveRatio', required: true },
    { signal: 'gpus.profiling.dramActiveRatio', required: true },
    { signal: 'gpus.clockEventReasons', required: false },
    { signal: 'engines.histograms.ttft', required: false },
    { signal: 'engines.histograms.prefillTime', required: false },
  ],
  thresholds: {
    tensorActive: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice; NVIDIA DCGM guide: about 0.93 is the practical peak',
      range: { min: 0.1, max: 1 },
      description: 'tensor core activity',
      softens: 'down',
    },
    dramActive: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 1 },
      description: 'share of time in which the GPU memory is busy, below which it is no limit',
      softens: 'up',
    },
    prefillShare: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 1 },
      description: 'share of the time to first token that goes into computing the prompt',
    },
  },
  candidateActions: [ADD_REPLICA.type, 'vllm-config:quantization', 'vllm-config:enable-prefix-caching'],
  reference: 'NVIDIA DCGM profiling metrics: tensor and DRAM activity',

  judge({ state: gpu }, { thresholds }) {
    const { tensorActiveRatio, dramActiveRatio } = gpu.profiling;
    if (tensorActiveRatio === null || dramActiveRatio === null) {
      return missing(
        ...(tensorActiveRatio === null ? ['gpus.profiling.tensorActiveRatio'] : []),
        ...(dramActiveRatio === null ? ['gpus.profiling.dramActiveRatio'] : []),
      );
    }
    // A slowed-down GPU reaches its peak earlier; then that is the finding.
    if (hasReason(gpu, SLOWDOWN_REASONS)) return CLEAR;
    const isBound = tensorActiveRatio >= thresholds.tensorActive && dramActiveRatio < thresholds.dramActive;
    return isBound ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { profiling, clocks } = sample.state;
    const engines = enginesOfGpu(run);
    const shares = engines.map((engine) => ttftPartsDuring(run, engine)?.prefill ?? 0);
    const prefill = Math.max(0, ...shares);
    const isSlow = prefill >= context.thresholds.prefillShare && missesObjective(run, context, 'ttft');
    return {
      severity: isSlow ? 'medium' : 'info',
      confidence: 'high',
      summary: `The tensor cores are active {tensor} of the time${isSlow ? ', and {prefill} of the time to first token goes into computing prompts' : ''}.`,
      evidence: {
        tensor: reading(sample, 'gpus.profiling.tensorActiveRatio', profiling.tensorActiveRatio, 'ratio', {
          bound: context.bound('>=', 'tensorActive'),
        }),
        dram: reading(sample, 'gpus.profiling.dramActiveRatio', profiling.dramActiveRatio, 'ratio', {
          bound: context.bound('<', 'dramActive'),
        }),
        prefill: reading(sample, 'derived.ttftPrefillShare', isSlow ? prefill : null, 'ratio', {
          bound: context.bound('>=', 'prefillShare'),
        }),
        clock: reading(sample, 'gpus.clocks.smMhz', clocks.smMhz, 'megahertz'),
        running: reading(sample, 'engines.requestsRunning', requestsOn(engines), 'count'),
        promptRate: reading(
          sample,
          'engines.promptTokensPerSecond',
          engines[0]?.promptTokensPerSecond,
          'tokensPerSecond',
        ),
      },
      candidateActions: isSlow ? actionsFor(engines[0]) : [],
    };
  },
});
