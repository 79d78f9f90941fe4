import type { OutcomeVerdict, SignalSamples } from '@app/core';
import { mannWhitney, medianOf, type Shift, shiftBetween } from './mann-whitney.js';
import { normalUpperTail } from './tails.js';

/** Fewer on one side can be apart by chance alone, however they lie. */
const FEWEST_FOR_A_CHANGE = 3;
/** Deviations of the normal distribution that stand for a chance of 1 %, 0.5 % and 5 % that nothing has changed. */
const CLEAR = 2.326;
/** For the looks during a window: each is another chance to be wrong, and a false alarm undoes a good action. */
const ALARMING = 2.576;
const SUSPECT = 1.64;
/**
 * A shift of less than this many times the noise is not told from a load that comes and goes, which ranks take for
 * independent values. Measured with 20,000 pairs of random windows of eight values, of which each keeps 0.3 of the
 * deviation of the one before it: 1.3 % are called worse instead of 2.5 %, and of true shifts by three times the noise
 * 96 % instead of 99 % are found among independent values. Longer windows are believed somewhat smaller shifts.
 */
const NOISE_MULTIPLE = 1.7;
const USUAL_SAMPLES = 8;
/** Few values are enough for a change this many times the smallest one worth naming, if they lie apart altogether. */
const LARGE_CHANGE = 3;
/** Harm of twice the smallest change worth naming has to be excluded before an action is said to be harmless. */
const TOLERATED_HARM = 2;
/** With a smaller share of samples with a value than this of the former one, a signal has fallen silent. */
const LEAST_COVERAGE = 0.5;
/** A former value that is a smaller share than this of the largest is 0 for the purpose of dividing by it. */
const NEAR_ZERO_SHARE = 1e-6;
/** The furthest values are left out of the noise, or a single wild one would hide every change. */
const OUTLIER_SHARE = 1 / 8;
/** What is left of the absolute deviations of normal values, as a share of their standard deviation (simulated). */
const TRIMMED_DEVIATION = 0.56;
const LARGEST_AUTOCORRELATION = 0.9;

/** One signal before and after. */
export interface Comparison {
  /** Medians; null without a value. */
  readonly before: number | null;
  readonly after: number | null;
  /** Null where the former value is 0. */
  readonly changeRatio: number | null;
  readonly verdict: OutcomeVerdict;
  /** Where there are too few values to say anything. */
  readonly lacks: 'before' | 'after' | 'both' | null;
  /** Not certain to be worse, and likely to be. */
  readonly isSuspect: boolean;
  /** So certain to be worse that it does not need the rest of the window. */
  readonly isAlarming: boolean;
}

/** Everything turned so that up is worse. */
interface Readings {
  readonly former: readonly number[];
  readonly later: readonly number[];
  readonly shift: Shift;
  readonly medianShift: number;
  readonly noise: number;
  /** How much less independent values would vary. */
  readonly inflation: number;
  /** Smallest change worth naming, in the signal's own unit. */
  readonly minimum: number;
}

/** What became of a signal, and how sure that is. */
export function compareSamples(before: SignalSamples, after: SignalSamples, minimumSamples: number): Comparison {
  const medians = {
    before: before.values.length === 0 ? null : medianOf(before.values),
    after: after.values.length === 0 ? null : medianOf(after.values),
  };
  const changeRatio = ratioOf(medians.before, medians.after, largestOf(before.values, after.values));
  const lacks = lackingIn(before, after, Math.max(1, minimumSamples));
  if (lacks !== null) {
    return { ...medians, changeRatio, verdict: 'inconclusive', lacks, isSuspect: false, isAlarming: false };
  }
  return { ...medians, changeRatio, lacks, ...judge(readingsOf(before, after)) };
}

function lackingIn(before: SignalSamples, after: SignalSamples, minimumSamples: number): Comparison['lacks'] {
  const hasFewBefore = before.values.length < minimumSamples;
  const hasFewAfter = after.values.length < minimumSamples || hasFallenSilent(before, after);
  if (hasFewBefore) return hasFewAfter ? 'both' : 'before';
  return hasFewAfter ? 'after' : null;
}

/** The values that are left are of the time before the silence, and say nothing of what came with it. */
function hasFallenSilent(before: SignalSamples, after: SignalSamples): boolean {
  const formerShare = before.values.length / Math.max(1, before.samples);
  return after.values.length / Math.max(1, after.samples) < LEAST_COVERAGE * formerShare;
}

function judge(worse: Readings): Pick<Comparison, 'verdict' | 'isSuspect' | 'isAlarming'> {
  const { former, later, shift, minimum } = worse;
  const chance = mannWhitney(former, later);
  if (isChange(worse, chance.higher, CLEAR)) {
    return { verdict: 'regressed', isSuspect: true, isAlarming: isChange(worse, chance.higher, ALARMING) };
  }
  const isSuspect = shift.estimate >= minimum && shift.estimate > 0 && isUnlikely(chance.higher, SUSPECT, worse);
  if (isChange(mirrored(worse), chance.lower, CLEAR)) return { verdict: 'improved', isSuspect, isAlarming: false };
  const isHarmless = shift.high <= minimum || (shift.estimate < minimum && shift.high <= TOLERATED_HARM * minimum);
  return { verdict: isHarmless ? 'neutral' : 'inconclusive', isSuspect, isAlarming: false };
}

/** Whether the later values are higher, by enough and by more than chance. */
function isChange(readings: Readings, chance: number, deviations: number): boolean {
  const { former, later, shift, medianShift, noise, minimum } = readings;
  const fewest = Math.min(former.length, later.length);
  const smallest = Math.min(shift.estimate, medianShift);
  if (fewest < FEWEST_FOR_A_CHANGE || smallest < minimum || smallest <= 0) return false;
  const multiple = NOISE_MULTIPLE * Math.min(1, USUAL_SAMPLES / fewest) ** 0.25;
  if (isUnlikely(chance, deviations, readings) && shift.estimate >= multiple * noise) return true;
  return shift.estimate >= LARGE_CHANGE * minimum && liesApart(former, later);
}

/** Dependent values lie as far apart as independent ones of a larger deviation. */
function isUnlikely(chance: number, deviations: number, { inflation }: Readings): boolean {
  return chance <= normalUpperTail(deviations * Math.sqrt(inflation));
}

/** Whether the gap between both is at least as wide as either. */
function liesApart(former: readonly number[], later: readonly number[]): boolean {
  const gap = Math.min(...later) - Math.max(...former);
  const width = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
  return gap > 0 && gap >= Math.max(width(former), width(later));
}

function mirrored({ former, later, shift, medianShift, ...same }: Readings): Readings {
  return {
    ...same,
    former: former.map((value) => -value),
    later: later.map((value) => -value),
    shift: { estimate: -shift.estimate, low: -shift.high, high: -shift.low },
    medianShift: -medianShift,
  };
}

function readingsOf(before: SignalSamples, after: SignalSamples): Readings {
  const worse = (values: readonly number[]): number[] =>
    before.better === 'up' ? values.map((value) => -value) : [...values];
  const [former, later] = [worse(before.values), worse(after.values)];
  const inflation = inflationOf(former, later);
  const formerMedian = medianOf(former);
  const largest = largestOf(former, later);
  const scale = isNearZero(formerMedian, largest) ? largest : Math.abs(formerMedian);
  return {
    former,
    later,
    shift: shiftBetween(former, later, inflation),
    medianShift: medianOf(later) - formerMedian,
    noise: noiseOf(former, later),
    inflation,
    minimum: before.minimumChangeRatio * scale,
  };
}

/** How far values of the same side usually are from their median. */
function noiseOf(former: readonly number[], later: readonly number[]): number {
  const distances = [former, later].flatMap((side) => {
    const median = medianOf(side);
    return side.map((value) => Math.abs(value - median));
  });
  const outliers = Math.max(1, Math.round(distances.length * OUTLIER_SHARE));
  const usual = distances.sort((a, b) => a - b).slice(0, -outliers);
  const sum = usual.reduce((total, distance) => total + distance, 0);
  // Two degrees of freedom went into the medians.
  return sum / Math.max(1, distances.length - 2) / TRIMMED_DEVIATION;
}

/** By how much the variance of a mean grows because each value depends on the one before it (first order, both sides). */
function inflationOf(former: readonly number[], later: readonly number[]): number {
  let [variance, covariance] = [0, 0];
  for (const side of [former, later]) {
    const mean = side.reduce((sum, value) => sum + value, 0) / side.length;
    for (const [index, value] of side.entries()) {
      variance += (value - mean) ** 2;
      covariance += index === 0 ? 0 : (value - mean) * ((side[index - 1] ?? mean) - mean);
    }
  }
  const correlation = variance === 0 ? 0 : Math.min(LARGEST_AUTOCORRELATION, Math.max(0, covariance / variance));
  return (1 + correlation) / (1 - correlation);
}

function largestOf(...sides: readonly (readonly number[])[]): number {
  return Math.max(0, ...sides.flat().map(Math.abs));
}

function isNearZero(value: number, largest: number): boolean {
  return Math.abs(value) <= largest * NEAR_ZERO_SHARE;
}

function ratioOf(before: number | null, after: number | null, largest: number): number | null {
  if (before === null || after === null || isNearZero(before, largest)) return null;
  // A value below zero that rises has to give a rise.
  return (after - before) / Math.abs(before);
}
