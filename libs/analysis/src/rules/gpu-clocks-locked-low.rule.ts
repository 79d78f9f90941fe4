import type { ClockEventReason, Gpu } from '@app/core';
import { gpuIdOf } from '@app/core';
import { clockRatio, gpuMissesSlo, isBusy } from './derived-readings.js';
import { BUSY_UTILIZATION, SLOWDOWN_REASONS, hasReason, loadReading } from './gpu-load-readings.js';
import { CLEAR, type RuleSample, type Run, defineRule, lastOf, missing, reading, recentOf } from './rule.js';

type Threshold = 'busyUtilization' | 'clockRatio' | 'clockSpread';

/** Each of these explains a low clock by itself. */
const OTHER_REASONS: readonly ClockEventReason[] = [...SLOWDOWN_REASONS, 'sw-power-cap', 'gpu-idle'];
const LOCK: ClockEventReason = 'applications-clocks-setting';

function missingInputs(gpu: Gpu, busyUtilization: number): string[] {
  const inputs: [string, unknown][] = [
    ['gpus.clockEventReasons', gpu.clockEventReasons],
    ['gpus.utilization.gpuRatio', isBusy(gpu, busyUtilization)],
    ['gpus.clocks.smMhz', gpu.clocks.smMhz],
    ['gpus.clocks.maxSmMhz', gpu.clocks.maxSmMhz || null],
  ];
  return inputs.filter(([, value]) => value === null).map(([signal]) => signal);
}

/** Standard deviation of the clock as a share of its mean. */
function clockSpread(run: Run<Gpu>): number {
  const clocks = run.map(({ sample }) => sample.state.clocks.smMhz ?? 0);
  const mean = clocks.reduce((sum, clock) => sum + clock, 0) / clocks.length;
  const variance = clocks.reduce((sum, clock) => sum + (clock - mean) ** 2, 0) / clocks.length;
  return mean > 0 ? Math.sqrt(variance) / mean : 0;
}

function siblingClocks(sample: RuleSample<Gpu>): string | null {
  const siblings = sample.snapshot.gpus.filter((gpu) => gpuIdOf(gpu) !== sample.subject.id);
  return siblings.length === 0 ? null : siblings.map(({ clocks }) => clocks.smMhz ?? 'unknown').join(', ');
}

/** The clock of a busy GPU stays low and does not move, and nothing that the driver names holds it down. */
export const gpuClocksLockedLowRule = defineRule<'gpu', Threshold>({
  id: 'gpu-clocks-locked-low',
  title: 'GPU clock looks locked below its maximum',
  category: 'configuration',
  scope: 'gpu',
  durationClass: 'D1',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.clocks.smMhz', required: true },
    { signal: 'gpus.clocks.maxSmMhz', required: true },
    { signal: 'gpus.clockEventReasons', required: true },
    { signal: 'gpus.utilization.gpuRatio', required: true },
    { signal: 'gpus.profiling.smActiveRatio', required: false },
  ],
  thresholds: {
    busyUtilization: BUSY_UTILIZATION,
    clockRatio: {
      value: 0.85,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.3, max: 1 },
      description: 'SM clock as a share of its maximum below which it is low',
      softens: 'up',
    },
    clockSpread: {
      value: 0.02,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.001, max: 0.2 },
      description: 'standard deviation of the clock as a share of its mean below which it does not move',
    },
  },
  candidateActions: ['gpu-reset-clocks'],
  reference:
    'nvidia-smi manual: clock locks and application clocks; a T4 has a default application clock of 585 of 1590 MHz',

  judge(sample, { thresholds }) {
    const inputs = missingInputs(sample.state, thresholds.busyUtilization);
    if (inputs.length > 0) return missing(...inputs);
    const ratio = clockRatio(sample.state, thresholds.busyUtilization);
    if (ratio === null || ratio >= thresholds.clockRatio) return CLEAR;
    return hasReason(sample.state, OTHER_REASONS) ? CLEAR : { status: 'holds' };
  },

  conclude(run, context) {
    const recent = recentOf(run, context.durations);
    const sample = lastOf(run);
    const { clocks } = sample.state;
    const spread = clockSpread(recent);
    if (spread >= context.thresholds.clockSpread) return null;
    const isNamed = hasReason(sample.state, [LOCK]);
    return {
      severity: gpuMissesSlo(run, context) === true ? 'high' : 'medium',
      confidence: isNamed ? 'high' : 'medium',
      summary:
        'The SM clock of the busy GPU stays at {clock}, which is {ratio} of its maximum, and no heat or power limit holds it there.',
      evidence: {
        ratio: reading(
          sample,
          'derived.clockRatio',
          clockRatio(sample.state, context.thresholds.busyUtilization),
          'ratio',
          { bound: context.bound('<', 'clockRatio') },
        ),
        clock: reading(sample, 'gpus.clocks.smMhz', clocks.smMhz, 'megahertz'),
        max: reading(sample, 'gpus.clocks.maxSmMhz', clocks.maxSmMhz, 'megahertz'),
        spread: reading(sample, 'derived.clockSpreadRatio', spread, 'ratio', {
          bound: context.bound('<', 'clockSpread'),
          windowSeconds: (sample.atMs - recent[0].sample.atMs) / 1000,
        }),
        reason: isNamed
          ? reading(sample, 'gpus.clockEventReasons', LOCK, 'text', {
              bound: { operator: 'includes', threshold: LOCK, source: 'NVML clock event reasons' },
            })
          : null,
        siblings: reading(sample, 'derived.siblingSmMhz', siblingClocks(sample), 'text'),
        load: loadReading(sample),
      },
      candidateActions: [{ type: 'gpu-reset-clocks', parameters: {} }],
    };
  },
});
