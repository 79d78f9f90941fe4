import type { Gpu } from '@app/core';
import { counterDelta, sumOver } from './derived-readings.js';
import { BASELINE, CLEAR, type RuleSample, type Run, defineRule, lastOf, missing, reading, startOf } from './rule.js';

type Threshold = 'correctedPerHour' | 'repeatDays';

const HOUR_SECONDS = 3600;
/** One hour may be chance. */
const HOURS = 2;

function correctedDelta(sample: RuleSample<Gpu>): number | null {
  return counterDelta(sample.previous?.state.ecc.volatileCorrected, sample.state.ecc.volatileCorrected);
}

/** Errors corrected in one of the last hours: 0 is the newest. */
function correctedInHour(run: Run<Gpu>, hour: number): number {
  const endMs = lastOf(run).atMs - hour * HOUR_SECONDS * 1000;
  return (
    sumOver(run, (sample) => {
      const isWithin = sample.atMs <= endMs && sample.atMs > endMs - HOUR_SECONDS * 1000;
      return isWithin ? correctedDelta(sample) : null;
    }) ?? 0
  );
}

/** Days (UTC) on which as many errors were corrected as are asked for in an hour. */
function daysWith(run: Run<Gpu>, errors: number): number {
  const perDay = new Map<string, number>();
  for (const { sample } of run) {
    const day = sample.at.slice(0, 10);
    perDay.set(day, (perDay.get(day) ?? 0) + (correctedDelta(sample) ?? 0));
  }
  return [...perDay.values()].filter((sum) => sum >= errors).length;
}

/** Memory errors are corrected at a high rate: nothing is lost, and a row may be on its way to failing. */
export const gpuEccCorrectableRateRule = defineRule<'gpu', Threshold>({
  id: 'gpu-ecc-correctable-rate',
  title: 'Many corrected memory errors on the GPU',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D2',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.ecc.volatileCorrected', required: true },
    { signal: 'gpus.ecc.mode', required: false },
  ],
  thresholds: {
    correctedPerHour: {
      value: 100,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 1_000_000 },
      description: 'errors corrected in an hour, two hours in a row',
    },
    repeatDays: {
      value: 3,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 2, max: 30 },
      description: 'days with such errors from which somebody should know',
    },
  },
  candidateActions: ['notify-oncall'],
  reference: 'XID 92 (high rate of corrected errors) asks for no action in the NVIDIA XID catalogue',

  judge(sample, { thresholds }) {
    const { mode, volatileCorrected } = sample.state.ecc;
    if (mode === false) return { status: 'inapplicable', reason: 'ECC is switched off' };
    if (volatileCorrected === null) return missing('gpus.ecc.volatileCorrected');
    if (!sample.previous) return BASELINE;
    // Whether the last hours had enough of them is a matter of the run as a whole.
    if (volatileCorrected < thresholds.correctedPerHour) return CLEAR;
    return { status: 'holds', fromPrevious: true, needsSeconds: HOURS * HOUR_SECONDS };
  },

  conclude(run, context) {
    const { correctedPerHour, repeatDays } = context.thresholds;
    const sample = lastOf(run);
    const hours = [0, 1].map((hour) => correctedInHour(run, hour));
    const isLong = sample.atMs - startOf(run) >= HOURS * HOUR_SECONDS * 1000;
    // The hour before is only known once it was watched.
    if (hours.some((errors, hour) => errors < correctedPerHour && (hour === 0 || isLong))) return null;
    const days = daysWith(run, correctedPerHour);
    const isRepeated = days >= repeatDays;
    const bound = context.bound('>=', 'correctedPerHour');
    return {
      severity: isRepeated ? 'low' : 'info',
      confidence: 'high',
      summary: isRepeated
        ? 'The GPU corrected {errors} memory errors within an hour, and as many on {days} days.'
        : 'The GPU corrected {errors} memory errors within an hour; nothing was lost.',
      evidence: {
        errors: reading(sample, 'derived.eccCorrectedPerHour', hours[0], 'count', {
          bound,
          windowSeconds: HOUR_SECONDS,
        }),
        before: isLong
          ? reading(sample, 'derived.eccCorrectedHourBefore', hours[1], 'count', { bound, windowSeconds: HOUR_SECONDS })
          : null,
        days: reading(sample, 'derived.daysWithCorrectedErrors', days, 'count', {
          bound: isRepeated ? context.bound('>=', 'repeatDays') : null,
        }),
        volatile: reading(sample, 'gpus.ecc.volatileCorrected', sample.state.ecc.volatileCorrected, 'count'),
      },
      candidateActions: isRepeated ? [{ type: 'notify-oncall', parameters: {} }] : [],
    };
  },
});
