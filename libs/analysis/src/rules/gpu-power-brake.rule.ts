import type { CandidateAction, Gpu } from '@app/core';
import { isBusy } from './derived-readings.js';
import { BUSY_UTILIZATION, hasReason, loadReading } from './gpu-load-readings.js';
import { type RuleSample, defineRule, lastOf, reading } from './rule.js';
import { POWER_BRAKE, judgeSlowdown, lowerPowerLimit, slowdownEvidence } from './slowdown-readings.js';

type Threshold = 'throttleShare' | 'busyUtilization';

function gpusWithBrake({ snapshot }: RuleSample<Gpu>): number {
  return snapshot.gpus.filter((gpu) => hasReason(gpu, [POWER_BRAKE.reason])).length;
}

function actionsFor(gpu: Gpu): CandidateAction[] {
  return [
    { type: 'notify-oncall', parameters: {} },
    { type: 'router-remove-backend', parameters: {} },
    ...lowerPowerLimit(gpu),
  ];
}

/** The chassis or its power supply makes the GPU halve its clocks: a power problem, never one of heat. */
export const gpuPowerBrakeRule = defineRule<'gpu', Threshold>({
  id: 'gpu-power-brake',
  title: 'GPU slowed down by an external power brake',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D1',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.clockEventReasons', required: true },
    { signal: 'gpus.clockEventSeconds.hwPowerBrakeSlowdown', required: false },
    { signal: 'gpus.utilization.gpuRatio', required: false },
    { signal: 'gpus.power.drawWatts', required: false },
  ],
  thresholds: {
    throttleShare: {
      value: 0.05,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 1 },
      description: 'share of time under the power brake, from the driver counter',
      softens: 'down',
    },
    busyUtilization: BUSY_UTILIZATION,
  },
  candidateActions: ['notify-oncall', 'router-remove-backend', 'gpu-set-power-limit'],
  reference:
    'NVML clock event reason HwPowerBrakeSlowdown: external power brake, clock reduced by a factor of 2 or more',

  judge(sample, { thresholds }) {
    return judgeSlowdown(sample, POWER_BRAKE, thresholds.throttleShare);
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: gpu } = sample;
    const evidence = slowdownEvidence(sample, POWER_BRAKE, context.bound('>=', 'throttleShare'));
    const gpus = gpusWithBrake(sample);
    const cause = evidence.reasons
      ? 'An external power brake slows the GPU down'
      : 'An external power brake slowed the GPU down for {share} of the interval';
    return {
      severity: isBusy(gpu, context.thresholds.busyUtilization) === true ? 'critical' : 'high',
      confidence: 'high',
      summary: `${cause}: power supply, cabling or a power cap of the chassis, not heat.`,
      evidence: {
        ...evidence,
        gpus: gpus > 1 ? reading(sample, 'derived.gpusUnderPowerBrake', gpus, 'count') : null,
        power: reading(sample, 'gpus.power.drawWatts', gpu.power.drawWatts, 'watts'),
        limit: reading(sample, 'gpus.power.enforcedLimitWatts', gpu.power.enforcedLimitWatts, 'watts'),
        clock: reading(sample, 'gpus.clocks.smMhz', gpu.clocks.smMhz, 'megahertz'),
        utilization: loadReading(sample),
      },
      candidateActions: actionsFor(gpu),
    };
  },
});
