import type { ClockEventReason, Gpu } from '@app/core';
import { clockRatio, gpuMissesSlo, isBusy, secondsSincePrevious, throttleShare } from './derived-readings.js';
import { BUSY_UTILIZATION, hasReason, loadReading } from './gpu-load-readings.js';
import { CLEAR, type RuleContext, type RuleSample, type Run, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'throttleShare' | 'drawRatio' | 'busyUtilization' | 'lowClockRatio';

const OTHER_SLOWDOWNS: readonly ClockEventReason[] = [
  'sw-thermal-slowdown',
  'hw-thermal-slowdown',
  'hw-power-brake-slowdown',
];

/** Limits are reported in hundredths of a watt; less than this is rounding. */
const LIMIT_TOLERANCE_WATTS = 1;

function isLowered({ power }: Gpu): boolean {
  const { enforcedLimitWatts, defaultLimitWatts } = power;
  if (enforcedLimitWatts === null || defaultLimitWatts === null) return false;
  return enforcedLimitWatts < defaultLimitWatts - LIMIT_TOLERANCE_WATTS;
}

function missingInputs(sample: RuleSample<Gpu>): string[] {
  const { power, clockEventReasons } = sample.state;
  const inputs: [string, unknown][] = [
    ['gpus.clockEventReasons', clockEventReasons ?? throttleShare(sample, 'swPowerCap')],
    ['gpus.power.drawWatts', power.drawWatts],
    ['gpus.power.enforcedLimitWatts', power.enforcedLimitWatts || null],
    ['gpus.utilization.gpuRatio', isBusy(sample.state, 1)],
  ];
  return inputs.filter(([, value]) => value === null).map(([signal]) => signal);
}

function evidenceOf(run: Run<Gpu>, context: RuleContext<Threshold>) {
  const sample = lastOf(run);
  const { state: gpu } = sample;
  const { power } = gpu;
  const { thresholds } = context;
  const share = throttleShare(sample, 'swPowerCap');
  const ratio = clockRatio(gpu, thresholds.busyUtilization);
  const isSet = gpu.clockEventReasons?.includes('sw-power-cap') === true;
  const reason = { operator: 'includes', threshold: 'sw-power-cap', source: 'NVML clock event reasons' } as const;
  const drawRatio = (power.drawWatts ?? 0) / (power.enforcedLimitWatts ?? 1);
  return {
    reasons: isSet ? reading(sample, 'gpus.clockEventReasons', 'sw-power-cap', 'text', { bound: reason }) : null,
    share: reading(sample, 'derived.swPowerCapThrottleRatio', share, 'ratio', {
      bound: share !== null && share >= thresholds.throttleShare ? context.bound('>=', 'throttleShare') : null,
      windowSeconds: secondsSincePrevious(sample) ?? 0,
    }),
    draw: reading(sample, 'gpus.power.drawWatts', power.drawWatts, 'watts'),
    drawRatio: reading(sample, 'derived.powerDrawRatio', drawRatio, 'ratio', {
      bound: context.bound('>=', 'drawRatio'),
    }),
    enforced: reading(sample, 'gpus.power.enforcedLimitWatts', power.enforcedLimitWatts, 'watts', {
      bound:
        isLowered(gpu) && power.defaultLimitWatts !== null
          ? { operator: '<', threshold: power.defaultLimitWatts, source: 'default limit of the GPU' }
          : null,
    }),
    default: reading(sample, 'gpus.power.defaultLimitWatts', power.defaultLimitWatts, 'watts'),
    requested: reading(sample, 'gpus.power.requestedLimitWatts', power.requestedLimitWatts, 'watts'),
    max: reading(sample, 'gpus.power.maxLimitWatts', power.maxLimitWatts, 'watts'),
    clockRatio: reading(sample, 'derived.clockRatio', ratio, 'ratio', {
      bound: ratio !== null && ratio < thresholds.lowClockRatio ? context.bound('<', 'lowClockRatio') : null,
    }),
    utilization: loadReading(sample),
  };
}

/** The GPU draws what its limit allows: normal at the default limit, a loss at a lowered one. */
export const gpuPowerCapThrottlingRule = defineRule<'gpu', Threshold>({
  id: 'gpu-power-cap-throttling',
  title: 'GPU runs at its power limit',
  category: 'bottleneck',
  scope: 'gpu',
  durationClass: 'D1',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.clockEventReasons', required: true },
    { signal: 'gpus.power.drawWatts', required: true },
    { signal: 'gpus.power.enforcedLimitWatts', required: true },
    { signal: 'gpus.utilization.gpuRatio', required: true },
    { signal: 'gpus.clockEventSeconds.swPowerCap', required: false },
    { signal: 'gpus.power.defaultLimitWatts', required: false },
    { signal: 'gpus.clocks.smMhz', required: false },
    { signal: 'gpus.profiling.smActiveRatio', required: false },
  ],
  thresholds: {
    throttleShare: {
      value: 0.5,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 1 },
      description: 'share of time under the software power cap, from the driver counter',
      softens: 'down',
    },
    drawRatio: {
      value: 0.95,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.5, max: 1 },
      description: 'power draw as a share of the enforced limit',
      softens: 'down',
    },
    busyUtilization: BUSY_UTILIZATION,
    lowClockRatio: {
      value: 0.85,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.3, max: 1 },
      description: 'SM clock as a share of its maximum below which a lowered limit costs speed',
    },
  },
  candidateActions: ['gpu-restore-power-limit'],
  reference: 'NVML clock event reason SwPowerCap; public exporters leave it unalerted since it is normal at full load',

  judge(sample, { thresholds }) {
    const inputs = missingInputs(sample);
    if (inputs.length > 0) return missing(...inputs);
    const { power, clockEventReasons: reasons } = sample.state;
    const share = throttleShare(sample, 'swPowerCap');
    const isCapped = reasons?.includes('sw-power-cap') === true;
    const wasCapped = share !== null && share >= thresholds.throttleShare;
    const isAtLimit = (power.drawWatts ?? 0) >= thresholds.drawRatio * (power.enforcedLimitWatts ?? Infinity);
    const isOther = hasReason(sample.state, OTHER_SLOWDOWNS);
    if (!(isCapped || wasCapped) || !isAtLimit || isOther) return CLEAR;
    if (!isBusy(sample.state, thresholds.busyUtilization)) return CLEAR;
    return { status: 'holds', fromPrevious: !isCapped };
  },

  conclude(run, context) {
    const gpu = lastOf(run).state;
    const evidence = evidenceOf(run, context);
    const lowered = isLowered(gpu);
    const ratio = clockRatio(gpu, context.thresholds.busyUtilization);
    const isSlow = ratio !== null && ratio < context.thresholds.lowClockRatio;
    const costs = lowered && (isSlow || gpuMissesSlo(run, context) === true);
    const clocks = evidence.clockRatio ? ' and the SM clock is at {clockRatio} of its maximum' : '';
    const isDefault = gpu.power.defaultLimitWatts === null ? '' : ': full load, not a fault';
    return {
      severity: costs ? 'medium' : 'info',
      confidence: gpu.power.defaultLimitWatts === null ? 'medium' : 'high',
      summary: lowered
        ? `The GPU draws {draw} at a limit of {enforced}, which is below its default of {default},${clocks || ' so it is held back'}.`
        : `The GPU draws {draw} at its limit of {enforced}${clocks ? `,${clocks}` : ''}${isDefault}.`,
      evidence,
      // A limit that costs nothing is context, and context is no reason to act.
      candidateActions: costs ? [{ type: 'gpu-restore-power-limit', parameters: {} }] : [],
    };
  },
});
