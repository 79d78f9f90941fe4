import type { CandidateAction, Gpu, Severity } from '@app/core';
import { clockRatio, gpuMissesSlo, isBusy, secondsSincePrevious, throttleShare } from './derived-readings.js';
import { CLEAR, type RuleContext, type RuleSample, type Run, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'throttleShare' | 'busyUtilization' | 'criticalClockRatio';

function severityOf(run: Run<Gpu>, context: RuleContext<Threshold>): Severity {
  const { busyUtilization, criticalClockRatio } = context.thresholds;
  const gpu = lastOf(run).state;
  if (isBusy(gpu, busyUtilization) === false) return 'medium';
  const ratio = clockRatio(gpu, busyUtilization);
  const isCrippled = ratio !== null && ratio < criticalClockRatio;
  return isCrippled || gpuMissesSlo(run, context) === true ? 'critical' : 'high';
}

function actionsFor({ power }: Gpu): CandidateAction[] {
  const { enforcedLimitWatts, minLimitWatts } = power;
  const actions: CandidateAction[] = [
    { type: 'notify-oncall', parameters: {} },
    { type: 'router-remove-backend', parameters: {} },
  ];
  if (enforcedLimitWatts !== null && minLimitWatts !== null) {
    // One step of 10 %: less heat for a little speed, and never below what the GPU allows.
    const watts = Math.max(minLimitWatts, Math.round(enforcedLimitWatts * 0.9));
    if (watts < enforcedLimitWatts) actions.push({ type: 'gpu-set-power-limit', parameters: { watts } });
  }
  return [...actions, { type: 'collect-diagnostics', parameters: {} }];
}

function evidenceOf(run: Run<Gpu>, context: RuleContext<Threshold>) {
  const sample = lastOf(run);
  const gpu = sample.state;
  const { thresholds } = context;
  const share = throttleShare(sample, 'hwThermalSlowdown');
  const ratio = clockRatio(gpu, thresholds.busyUtilization);
  const isSet = gpu.clockEventReasons?.includes('hw-thermal-slowdown') === true;
  const reason = {
    operator: 'includes',
    threshold: 'hw-thermal-slowdown',
    source: 'NVML clock event reasons',
  } as const;
  return {
    reasons: isSet ? reading(sample, 'gpus.clockEventReasons', 'hw-thermal-slowdown', 'text', { bound: reason }) : null,
    share: reading(sample, 'derived.hwThermalThrottleRatio', share, 'ratio', {
      bound: share !== null && share >= thresholds.throttleShare ? context.bound('>=', 'throttleShare') : null,
      windowSeconds: secondsSincePrevious(sample) ?? 0,
    }),
    temperature: reading(sample, 'gpus.temperature.gpuCelsius', gpu.temperature.gpuCelsius, 'celsius'),
    margin: reading(sample, 'gpus.temperature.marginCelsius', gpu.temperature.marginCelsius, 'celsius'),
    slowdown: reading(sample, 'gpus.temperature.slowdownCelsius', gpu.temperature.slowdownCelsius, 'celsius'),
    memory: reading(sample, 'gpus.temperature.memoryCelsius', gpu.temperature.memoryCelsius, 'celsius'),
    clockRatio: reading(sample, 'derived.clockRatio', ratio, 'ratio', {
      bound: ratio !== null && ratio < thresholds.criticalClockRatio ? context.bound('<', 'criticalClockRatio') : null,
    }),
    clock: reading(sample, 'gpus.clocks.smMhz', gpu.clocks.smMhz, 'megahertz'),
    utilization: reading(sample, 'gpus.utilization.gpuRatio', gpu.utilization.gpuRatio, 'ratio'),
    power: reading(sample, 'gpus.power.drawWatts', gpu.power.drawWatts, 'watts'),
    fan: reading(sample, 'gpus.fanRatio', gpu.fanRatio, 'ratio'),
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
    busyUtilization: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 1 },
      description: 'utilization from which clocks say something',
    },
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

  judge(sample: RuleSample<Gpu>, { thresholds }) {
    const reasons = sample.state.clockEventReasons;
    const share = throttleShare(sample, 'hwThermalSlowdown');
    if (reasons === null && share === null) return missing('gpus.clockEventReasons');
    // A power brake slows down by the same factor; it is not heat.
    if (reasons?.includes('hw-power-brake-slowdown')) return CLEAR;
    if (reasons?.includes('hw-thermal-slowdown')) return { status: 'holds' };
    // The counter also sees events shorter than the sampling interval.
    return share !== null && share >= thresholds.throttleShare ? { status: 'holds', fromPrevious: true } : CLEAR;
  },

  conclude(run, context) {
    const evidence = evidenceOf(run, context);
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
      candidateActions: actionsFor(lastOf(run).state),
    };
  },
});
