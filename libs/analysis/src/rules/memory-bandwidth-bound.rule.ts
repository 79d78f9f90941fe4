import type { CandidateAction, Engine, Gpu } from '@app/core';
import { smallerCacheType } from './engine-actions.js';
import { enginesOn } from './engine-gpus.js';
import { enginesOfGpu, missesObjective, requestsOn } from './gpu-engine-readings.js';
import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'dramActive' | 'tensorActive' | 'smActive';

function missingInputs({ profiling }: Gpu): string[] {
  const names = ['dramActiveRatio', 'tensorActiveRatio', 'smActiveRatio'] as const;
  return names.filter((name) => profiling[name] === null).map((name) => `gpus.profiling.${name}`);
}

function actionsFor(engine: Engine | undefined, gpu: Gpu): CandidateAction[] {
  if (engine?.kind !== 'vllm') return [];
  const isQuantized = engine.process?.flags['quantization'] !== undefined;
  const weights: CandidateAction[] = isQuantized ? [] : [{ type: 'vllm-config:quantization', parameters: {} }];
  return [...weights, ...smallerCacheType(engine, [gpu])];
}

/** The GPU spends its time reading memory, not computing: normal for decoding, a limit where tokens come too slowly. */
export const memoryBandwidthBoundRule = defineRule<'gpu', Threshold>({
  id: 'memory-bandwidth-bound',
  title: 'GPU is limited by its memory bandwidth',
  category: 'bottleneck',
  scope: 'gpu',
  durationClass: 'D1',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.profiling.dramActiveRatio', required: true },
    { signal: 'gpus.profiling.tensorActiveRatio', required: true },
    { signal: 'gpus.profiling.smActiveRatio', required: true },
    { signal: 'engines.requestsRunning', required: false },
    { signal: 'engines.histograms.interTokenLatency', required: false },
  ],
  thresholds: {
    dramActive: {
      value: 0.6,
      unit: 'ratio',
      source: 'engineering choice; NVIDIA DCGM guide: about 0.8 is the practical peak',
      range: { min: 0.2, max: 1 },
      description: 'share of time in which the GPU memory is busy',
      softens: 'down',
    },
    tensorActive: {
      value: 0.3,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 0.9 },
      description: 'tensor core activity below which computing is no limit',
      softens: 'up',
    },
    smActive: {
      value: 0.5,
      unit: 'ratio',
      source: 'NVIDIA DCGM guide: less than half of the SMs active is ineffective use',
      range: { min: 0.1, max: 1 },
      description: 'SM activity from which the GPU is at work',
      softens: 'down',
    },
  },
  candidateActions: ['vllm-config:quantization', 'vllm-config:kv-cache-dtype'],
  reference: 'NVIDIA DCGM profiling metrics: DRAM, tensor and SM activity',

  judge(sample, { thresholds }) {
    const { dramActiveRatio, tensorActiveRatio, smActiveRatio } = sample.state.profiling;
    if (dramActiveRatio === null || tensorActiveRatio === null || smActiveRatio === null) {
      return missing(...missingInputs(sample.state));
    }
    if (requestsOn(enginesOn(sample.subject.id, sample.snapshot)) === 0) return CLEAR;
    const isBound =
      dramActiveRatio >= thresholds.dramActive &&
      tensorActiveRatio < thresholds.tensorActive &&
      smActiveRatio >= thresholds.smActive;
    return isBound ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { profiling, clocks } = sample.state;
    const isSlow = missesObjective(run, context, 'interTokenLatency');
    const engines = enginesOfGpu(run);
    return {
      severity: isSlow ? 'medium' : 'info',
      confidence: 'high',
      summary: 'The GPU memory is busy {dram} of the time and the tensor cores {tensor}, as is usual for decoding.',
      evidence: {
        dram: reading(sample, 'gpus.profiling.dramActiveRatio', profiling.dramActiveRatio, 'ratio', {
          bound: context.bound('>=', 'dramActive'),
        }),
        tensor: reading(sample, 'gpus.profiling.tensorActiveRatio', profiling.tensorActiveRatio, 'ratio', {
          bound: context.bound('<', 'tensorActive'),
        }),
        smActive: reading(sample, 'gpus.profiling.smActiveRatio', profiling.smActiveRatio, 'ratio', {
          bound: context.bound('>=', 'smActive'),
        }),
        clock: reading(sample, 'gpus.clocks.smMhz', clocks.smMhz, 'megahertz'),
        running: reading(sample, 'engines.requestsRunning', requestsOn(engines), 'count'),
      },
      candidateActions: isSlow ? actionsFor(engines[0], sample.state) : [],
    };
  },
});
