import type { Gpu } from '@app/core';
import { isBusy } from './derived-readings.js';
import { BUSY_UTILIZATION } from './gpu-load-readings.js';
import { CLEAR, type Run, defineRule, lastOf, missing, reading, startOf } from './rule.js';
import { heatEvidence, marginEvidence, slowdownMargin } from './slowdown-readings.js';

type Threshold = 'riseCelsius' | 'marginCelsius' | 'zeroFanCelsius' | 'busyUtilization';

function missingInputs(gpu: Gpu): string[] {
  return [
    ...(gpu.fanRatio === null ? ['gpus.fanRatio'] : []),
    ...(gpu.temperature.gpuCelsius === null ? ['gpus.temperature.gpuCelsius'] : []),
    ...(slowdownMargin(gpu) === null ? ['gpus.temperature.marginCelsius'] : []),
    ...(isBusy(gpu, 1) === null ? ['gpus.utilization.gpuRatio'] : []),
  ];
}

/** From the coolest sample of the run to the newest. */
function riseOver(run: Run<Gpu>): number {
  const now = lastOf(run).state.temperature.gpuCelsius ?? -Infinity;
  return now - Math.min(...run.map(({ sample }) => sample.state.temperature.gpuCelsius ?? Infinity));
}

/** The fan stands still while a busy GPU gets hotter. */
export const gpuFanFailureRule = defineRule<'gpu', Threshold>({
  id: 'gpu-fan-failure',
  title: 'GPU fan stands still under load',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D1',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.fanRatio', required: true },
    { signal: 'gpus.temperature.gpuCelsius', required: true },
    { signal: 'gpus.temperature.marginCelsius', required: true },
    { signal: 'gpus.utilization.gpuRatio', required: true },
    { signal: 'gpus.temperature.slowdownCelsius', required: false },
    { signal: 'gpus.power.drawWatts', required: false },
  ],
  thresholds: {
    riseCelsius: {
      value: 5,
      unit: 'celsius',
      source: 'engineering choice',
      range: { min: 1, max: 50 },
      description: 'rise of the temperature while the fan stands still',
    },
    marginCelsius: {
      value: 15,
      unit: 'celsius',
      source: 'engineering choice',
      range: { min: 1, max: 50 },
      description: 'degrees left until the slowdown threshold',
    },
    zeroFanCelsius: {
      value: 60,
      unit: 'celsius',
      source: 'engineering choice; many cards stop their fans below about this on purpose',
      range: { min: 30, max: 90 },
      description: 'temperature below which a fan may stand still',
      softens: 'down',
    },
    busyUtilization: BUSY_UTILIZATION,
  },
  candidateActions: ['notify-oncall', 'router-rebalance'],
  reference: 'engineering choice; passive cards report no fan, and cards with one stop it when they are cool',

  judge({ state: gpu }, { thresholds }) {
    const inputs = missingInputs(gpu);
    if (inputs.length > 0) return missing(...inputs);
    const isStill = gpu.fanRatio === 0;
    const isWarm = (gpu.temperature.gpuCelsius ?? 0) >= thresholds.zeroFanCelsius;
    return isStill && isWarm && isBusy(gpu, thresholds.busyUtilization) ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const { riseCelsius, marginCelsius } = context.thresholds;
    const sample = lastOf(run);
    const margin = slowdownMargin(sample.state);
    const rise = riseOver(run);
    if (rise < riseCelsius || margin === null || margin > marginCelsius) return null;
    const { fan, ...heat } = heatEvidence(sample);
    return {
      severity: 'high',
      confidence: 'high',
      summary: 'The fan stands still ({fan}) while the busy GPU got hotter by {rise}, to {temperature}.',
      evidence: {
        fan: fan && { ...fan, bound: { operator: '==', threshold: 0, source: 'rule definition' } },
        rise: reading(sample, 'derived.temperatureRiseCelsius', rise, 'celsius', {
          bound: context.bound('>=', 'riseCelsius'),
          windowSeconds: (sample.atMs - startOf(run)) / 1000,
        }),
        ...heat,
        margin: marginEvidence(sample, context.bound('<=', 'marginCelsius')),
      },
      candidateActions: [
        { type: 'notify-oncall', parameters: {} },
        { type: 'router-rebalance', parameters: {} },
      ],
    };
  },
});
