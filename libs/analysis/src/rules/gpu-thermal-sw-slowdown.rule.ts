import type { CandidateAction, Gpu, Severity } from '@app/core';
import { clockRatio, gpuMissesSlo, throttleShare } from './derived-readings.js';
import { isThermallyLimited } from './gpu-cooling.js';
import { BUSY_UTILIZATION, hasReason } from './gpu-load-readings.js';
import { type RuleContext, type RuleSample, type Run, defineRule, lastOf } from './rule.js';
import {
  HW_THERMAL,
  SW_THERMAL,
  clockEvidence,
  heatEvidence,
  isThroughout,
  judgeSlowdown,
  lowerPowerLimit,
  slowdownEvidence,
} from './slowdown-readings.js';

type Threshold = 'throttleShare' | 'sustainedSeconds' | 'hwThrottleShare' | 'busyUtilization' | 'lowClockRatio';

function severityOf(run: Run<Gpu>, context: RuleContext<Threshold>): Severity {
  const gpu = lastOf(run).state;
  if (gpuMissesSlo(run, context) !== true) return isThermallyLimited(gpu) ? 'low' : 'medium';
  const ratio = clockRatio(gpu, context.thresholds.busyUtilization);
  return ratio !== null && ratio < context.thresholds.lowClockRatio ? 'high' : 'medium';
}

function actionsFor(gpu: Gpu): CandidateAction[] {
  return [
    { type: 'notify-oncall', parameters: {} },
    ...lowerPowerLimit(gpu),
    { type: 'router-rebalance', parameters: {} },
  ];
}

/** The driver lowers the clocks because the GPU or its memory is above its operating temperature. */
export const gpuThermalSwSlowdownRule = defineRule<'gpu', Threshold>({
  id: 'gpu-thermal-sw-slowdown',
  title: 'GPU slowed down by the driver because it is too hot',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D1',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.clockEventReasons', required: true },
    { signal: 'gpus.clockEventSeconds.swThermalSlowdown', required: false },
    { signal: 'gpus.clockEventSeconds.hwThermalSlowdown', required: false },
    { signal: 'gpus.utilization.gpuRatio', required: false },
    { signal: 'gpus.clocks.smMhz', required: false },
    { signal: 'gpus.temperature.gpuCelsius', required: false },
    { signal: 'gpus.name', required: false },
  ],
  thresholds: {
    throttleShare: {
      value: 0.2,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 1 },
      description: 'share of time under software thermal slowdown, from the driver counter',
      softens: 'down',
    },
    sustainedSeconds: {
      value: 300,
      unit: 'seconds',
      source: 'engineering choice; public GPU alert rules wait 30 minutes',
      range: { min: 10, max: 7200 },
      description: 'time for which it has to be so',
    },
    hwThrottleShare: {
      value: 0.05,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 1 },
      description: 'share of time under hardware thermal slowdown from which that is the finding',
    },
    busyUtilization: BUSY_UTILIZATION,
    lowClockRatio: {
      value: 0.8,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.3, max: 1 },
      description: 'SM clock of a busy GPU, as a share of its maximum, below which a missed objective makes it high',
    },
  },
  candidateActions: ['notify-oncall', 'gpu-set-power-limit', 'router-rebalance'],
  reference: 'NVML clock event reason SwThermalSlowdown: GPU or memory above its maximum operating temperature',

  judge(sample, { thresholds }) {
    const judgement = judgeSlowdown(sample, SW_THERMAL, thresholds.throttleShare);
    return judgement.status === 'holds' ? { ...judgement, needsSeconds: thresholds.sustainedSeconds } : judgement;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    // The hardware has stepped in, which is the worse finding.
    const isByHardware = (at: RuleSample<Gpu>) =>
      hasReason(at.state, [HW_THERMAL.reason]) ||
      (throttleShare(at, HW_THERMAL.counter) ?? 0) >= context.thresholds.hwThrottleShare;
    if (isThroughout(run, context.durations, isByHardware)) return null;
    const evidence = {
      ...slowdownEvidence(sample, SW_THERMAL, context.bound('>=', 'throttleShare')),
      ...heatEvidence(sample),
      clockRatio: clockEvidence(sample, context.thresholds.busyUtilization, context.bound('<', 'lowClockRatio')),
    };
    const cause = evidence.reasons
      ? 'The driver lowers the clocks because of heat'
      : 'The driver lowered the clocks because of heat for {share} of the interval';
    const heat = evidence.temperature ? '; the GPU is at {temperature}' : '';
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
