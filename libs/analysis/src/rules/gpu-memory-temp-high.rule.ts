import type { CandidateAction, Gpu } from '@app/core';
import { hasReason } from './gpu-load-readings.js';
import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';
import { THERMAL_REASONS, heatEvidence, lowerPowerLimit } from './slowdown-readings.js';

type Threshold = 'marginCelsius';

/** Degrees left until the limit of the memory; null without a sensor or a limit. */
function memoryMarginOf({ temperature }: Gpu): number | null {
  const { memoryCelsius, memoryMaxOperatingCelsius } = temperature;
  if (memoryCelsius === null || !memoryMaxOperatingCelsius) return null;
  return memoryMaxOperatingCelsius - memoryCelsius;
}

function missingInputs({ temperature }: Gpu): string[] {
  return [
    ...(temperature.memoryCelsius === null ? ['gpus.temperature.memoryCelsius'] : []),
    ...(temperature.memoryMaxOperatingCelsius ? [] : ['gpus.temperature.memoryMaxOperatingCelsius']),
  ];
}

function actionsFor(gpu: Gpu): CandidateAction[] {
  return [{ type: 'notify-oncall', parameters: {} }, ...lowerPowerLimit(gpu)];
}

/** The memory of the GPU is hot, by its own limit: it can be so while the chip is cool. */
export const gpuMemoryTempHighRule = defineRule<'gpu', Threshold>({
  id: 'gpu-memory-temp-high',
  title: 'GPU memory is close to its temperature limit',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D1',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.temperature.memoryCelsius', required: true },
    { signal: 'gpus.temperature.memoryMaxOperatingCelsius', required: true },
    { signal: 'gpus.clockEventReasons', required: false },
  ],
  thresholds: {
    marginCelsius: {
      value: 5,
      unit: 'celsius',
      source: 'engineering choice',
      range: { min: 0, max: 30 },
      description: "degrees left until the memory's maximum operating temperature",
      softens: 'up',
    },
  },
  candidateActions: ['notify-oncall', 'gpu-set-power-limit'],
  reference: 'NVML maximum memory temperature threshold, as the GPU reports it',

  judge({ state: gpu }, { thresholds }) {
    const margin = memoryMarginOf(gpu);
    if (margin === null) return missing(...missingInputs(gpu));
    return margin <= thresholds.marginCelsius ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: gpu } = sample;
    const { memory, ...heat } = heatEvidence(sample);
    const limit = gpu.temperature.memoryMaxOperatingCelsius;
    const slowedBy = gpu.clockEventReasons?.find((reason) => THERMAL_REASONS.includes(reason));
    return {
      severity: hasReason(gpu, THERMAL_REASONS) ? 'high' : 'medium',
      confidence: 'high',
      summary: `The memory of the GPU is at {memory} and may reach {limit}${slowedBy ? '; the GPU is slowed down for heat' : ''}.`,
      evidence: {
        memory,
        limit: reading(sample, 'gpus.temperature.memoryMaxOperatingCelsius', limit, 'celsius'),
        left: reading(sample, 'derived.memoryTemperatureMarginCelsius', memoryMarginOf(gpu), 'celsius', {
          bound: context.bound('<=', 'marginCelsius'),
        }),
        reasons: reading(sample, 'gpus.clockEventReasons', slowedBy, 'text'),
        ...heat,
      },
      candidateActions: actionsFor(gpu),
    };
  },
});
