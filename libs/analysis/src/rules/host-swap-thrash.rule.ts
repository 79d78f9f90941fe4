import type { Snapshot } from '@app/core';
import { memoryActions, pressureOf } from './host-readings.js';
import { lookBack } from './look-back.js';
import { CLEAR, type RuleContext, type RuleSample, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'swapBytesPerSecond' | 'swapUsedRatio';

function swapRate({ system }: Snapshot): number | null {
  const { swapInBytesPerSecond, swapOutBytesPerSecond } = system?.paging ?? {};
  if (swapInBytesPerSecond == null || swapOutBytesPerSecond == null) return null;
  return swapInBytesPerSecond + swapOutBytesPerSecond;
}

function usedRatio({ system }: Snapshot): number | null {
  const { swapTotalBytes, swapUsedBytes } = system?.memory ?? {};
  return swapTotalBytes == null || swapTotalBytes <= 0 || swapUsedBytes == null ? null : swapUsedBytes / swapTotalBytes;
}

/** Bytes that went to swap over the last seconds and stayed there. */
function usedRise(sample: RuleSample<Snapshot>, seconds: number): number | null {
  const before = lookBack(sample, seconds)?.start.state.system?.memory.swapUsedBytes ?? null;
  const after = sample.state.system?.memory.swapUsedBytes ?? null;
  return before === null || after === null ? null : after - before;
}

function isFillingUp(sample: RuleSample<Snapshot>, { thresholds, durations }: RuleContext<Threshold>): boolean {
  const used = usedRatio(sample.state);
  return used !== null && used > thresholds.swapUsedRatio && (usedRise(sample, durations.d1Seconds) ?? 0) > 0;
}

/** Memory goes to swap and back all the time. What only lies there hurts nobody. */
export const hostSwapThrashRule = defineRule<'host', Threshold>({
  id: 'host-swap-thrash',
  title: 'Host swaps memory in and out',
  category: 'bottleneck',
  scope: 'host',
  durationClass: 'D1',
  sections: ['system'],
  keeps: 'state',
  inputs: [
    { signal: 'system.paging.swapInBytesPerSecond', required: true },
    { signal: 'system.paging.swapOutBytesPerSecond', required: true },
    { signal: 'system.memory.swapTotalBytes', required: false },
    { signal: 'system.memory.swapUsedBytes', required: false },
    { signal: 'system.pressure.memorySomeAvg60', required: false },
  ],
  thresholds: {
    swapBytesPerSecond: {
      value: 1_000_000,
      unit: 'bytesPerSecond',
      source: 'engineering choice',
      range: { min: 10_000, max: 10_000_000_000 },
      description: 'bytes that go to swap and come back per second',
      softens: 'down',
    },
    swapUsedRatio: {
      value: 0.8,
      unit: 'ratio',
      source: 'samber/awesome-prometheus-alerts: swap is filling up (over 80 %)',
      range: { min: 0.1, max: 1 },
      description: 'used share of the swap above which a further rise is alarming',
      softens: 'down',
    },
  },
  candidateActions: ['lmcache-config:l1-size', 'k8s-patch-resources', 'notify-oncall'],
  reference: 'Linux vmstat pswpin and pswpout; the bound is an engineering choice',

  judge(sample, context) {
    const rate = swapRate(sample.state);
    if (rate !== null && rate >= context.thresholds.swapBytesPerSecond) return { status: 'holds', fromPrevious: true };
    if (isFillingUp(sample, context)) return { status: 'holds' };
    // Without swap there is nothing to thrash.
    if (rate !== null || sample.state.system?.memory.swapTotalBytes === 0) return CLEAR;
    return missing('system.paging.swapInBytesPerSecond', 'system.paging.swapOutBytesPerSecond');
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { system } = sample.state;
    const rate = swapRate(sample.state);
    const isBusy = rate !== null && rate >= context.thresholds.swapBytesPerSecond;
    const isFilling = isFillingUp(sample, context);
    const pressure = pressureOf(system, 'memorySome');
    return {
      severity: 'high',
      confidence: 'high',
      summary: isBusy
        ? 'The host moves {rate} between memory and swap.'
        : 'The swap is {used} full and still filling up.',
      evidence: {
        rate: reading(sample, 'derived.swapBytesPerSecond', rate, 'bytesPerSecond', {
          bound: isBusy ? context.bound('>=', 'swapBytesPerSecond') : null,
        }),
        in: reading(
          sample,
          'system.paging.swapInBytesPerSecond',
          system?.paging.swapInBytesPerSecond,
          'bytesPerSecond',
        ),
        out: reading(
          sample,
          'system.paging.swapOutBytesPerSecond',
          system?.paging.swapOutBytesPerSecond,
          'bytesPerSecond',
        ),
        used: reading(sample, 'derived.swapUsedRatio', usedRatio(sample.state), 'ratio', {
          bound: isFilling ? context.bound('>', 'swapUsedRatio') : null,
        }),
        rise: reading(
          sample,
          'derived.swapUsedRise',
          isFilling ? usedRise(sample, context.durations.d1Seconds) : null,
          'bytes',
          {
            windowSeconds: context.durations.d1Seconds,
          },
        ),
        pressure: pressure && reading(sample, pressure.signal, pressure.percent, 'percent'),
        available: reading(sample, 'system.memory.availableBytes', system?.memory.availableBytes, 'bytes'),
      },
      candidateActions: memoryActions(),
    };
  },
});
