import type { CandidateAction, Gpu, Severity } from '@app/core';
import { clockRatio, gpuMissesSlo, isBusy } from './derived-readings.js';
import { BUSY_UTILIZATION, hasReason } from './gpu-load-readings.js';
import { CLEAR, type RuleContext, type RuleSample, type Run, defineRule, lastOf } from './rule.js';
import {
  HW_THERMAL,
  POWER_BRAKE,
  clockEvidence,
  heatEvidence,
  judgeSlowdown,
  lowerPowerLimit,
  slowdownEvidence,
} from './slowdown-readings.js';

type Threshold = 'throttleShare' | 'busyUtilization' | 'criticalClockRatio';

function severityOf(run: Run<Gpu>, context: RuleContext<Threshold>): Severity {
  const { busyUtilization, criticalClockRatio } = context.thresholds;
  const gpu = lastOf(run).state;
  if (isBusy(gpu, busyUtilization) === false) return 'medium';
  const ratio = clockRatio(gpu, busyUtilization);
  const isCrippled = ratio !== null && ratio < criticalClockRatio;
  return isCrippled || gpuMissesSlo(run, context) === true ? 'critical' : 'high';
}

function actionsFor(gpu: Gpu): CandidateAction[] {
  return [
    { type: 'notify-oncall', parameters: {} },
    { type: 'router-remove-backend', parameters: {} },
    ...lowerPowerLimit(gpu),
    { type: 'collect-diagnostics', parameters: {} },
  ];
}

function evidenceOf(sample: RuleSample<Gpu>, context: RuleContext<Threshold>) {
  return {
    ...slowdownEvidence(sample, HW_THERMAL, context.bound('>=', 'throttleShare')),
    ...heatEvidence(sample),
    clockRatio: clockEvidence(sample, context.thresholds.busyUtilization, context.bound('<', 'criticalClockRatio')),
  };
}

/** The hardware halves the clocks (or worse) because the GPU is too hot. */
export const gpuThermalHwSlowdownRule = defineRule<'gpu', Threshold>({
  id: 'gpu-thermal-hw-slowdown',
  title: 'GPU slowed down by the hardware because it is too hot',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D1',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.clockEventReasons', required: true },
    { signal: 'gpus.clockEventSeconds.hwThermalSlowdown', required: false },
    { signal: 'gpus.utilization.gpuRatio', required: false },
    { signal: 'gpus.clocks.smMhz', required: false },
    { signal: 'gpus.temperature.gpuCelsius', required: false },
  ],
  thresholds: {
    throttleShare: {
      value: 0.05,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 1 },
      description: 'share of time under hardware thermal slowdown, from the driver counter',
      softens: 'down',
    },
    busyUtilization: BUSY_UTILIZATION,
    criticalClockRatio: {
      value: 0.6,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.2, max: 0.95 },
      description: 'SM clock of a busy GPU, as a share of its maximum, below which it is critical',
    },
  },
  candidateActions: ['notify-oncall', 'router-remove-backend', 'gpu-set-power-limit', 'collect-diagnostics'],
  reference: 'NVML clock event reason HwThermalSlowdown: clock reduced by a factor of 2 or more, temperature too high',

  judge(sample, { thresholds }) {
    // A power brake slows down by the same factor; it is not heat.
    if (hasReason(sample.state, [POWER_BRAKE.reason])) return CLEAR;
    return judgeSlowdown(sample, HW_THERMAL, thresholds.throttleShare);
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const evidence = evidenceOf(sample, context);
    const cause = evidence.reasons
      ? 'The hardware thermal slowdown is active'
      : 'The hardware thermal slowdown was active for {share} of the interval';
    const heat = evidence.temperature ? ' at {temperature}' : '';
    const clocks = evidence.clockRatio ? ', and the SM clock runs at {clockRatio} of its maximum' : '';
    return {
      severity: severityOf(run, context),
      confidence: 'high',
      summary: `${cause}${heat}${clocks}.`,
      evidence,
      candidateActions: actionsFor(sample.state),
    };
  },
});
