import type { Engine, HistogramReading, Snapshot } from '@app/core';
import { gpuIdOf } from '@app/core';
import { SLO_MIN_OBSERVATIONS } from '../slo-breaches.js';
import { counterDelta } from './derived-readings.js';
import type { Judgement, RuleSample, Run } from './rule.js';

/** What a look back needs of a sample, whatever its subject. */
export type Moment = Pick<RuleSample<unknown>, 'atMs' | 'snapshot'>;

/** The sample and everything before it since the last restart, oldest first. */
export function historyOf<S>(sample: RuleSample<S>): readonly RuleSample<S>[] {
  const samples: RuleSample<S>[] = [];
  for (let at: RuleSample<S> | null = sample; at !== null; at = at.previous) samples.push(at);
  return samples.reverse();
}

/** Not evaluated for so long after a restart, before which another life of the subject was seen; null otherwise. */
export function needsLife(sample: RuleSample<unknown>, seconds: number): Judgement | null {
  if (sample.restart === null || sample.atMs - sample.restart.seenAtMs >= seconds * 1000) return null;
  return { status: 'inapplicable', reason: `needs ${seconds} s of history since the last restart` };
}

/** The run's samples with the one before, from which its counters rose. */
export function momentsOf<S>(run: Run<S>): readonly RuleSample<S>[] {
  const { previous } = run[0].sample;
  const samples = run.map(({ sample }) => sample);
  return previous ? [previous, ...samples] : samples;
}

export function spanSeconds(moments: readonly Moment[]): number {
  const [first, last] = [moments[0], moments.at(-1)];
  return first && last ? (last.atMs - first.atMs) / 1000 : 0;
}

/** The value below which a share of the values lies, by the nearest rank; null for none. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

export function engineIn(snapshot: Snapshot | undefined, engineId: string): Engine | undefined {
  return snapshot?.engines.find(({ id }) => id === engineId);
}

/** How far a counter of an engine rose over the moments; a restart in between costs that interval only. */
export function engineDelta(
  moments: readonly Moment[],
  engineId: string,
  counter: (engine: Engine) => number | null,
): number | null {
  const readings = moments.map(({ snapshot }) => {
    const engine = engineIn(snapshot, engineId);
    return engine ? counter(engine) : null;
  });
  const deltas = readings.slice(1).map((after, index) => counterDelta(readings[index], after));
  const known = deltas.filter((delta) => delta !== null);
  return known.length === 0 ? null : known.reduce((sum, delta) => sum + delta, 0);
}

/** Energy of one GPU over the moments, by its counter, else by its draw; null when neither covers them. */
export function energyJoules(moments: readonly Moment[], gpuId: string): number | null {
  const readings = moments.map(({ atMs, snapshot }) => ({
    atMs,
    gpu: snapshot.gpus.find((candidate) => gpuIdOf(candidate) === gpuId),
  }));
  let sum = 0;
  for (const [index, { atMs, gpu }] of readings.slice(1).entries()) {
    const before = readings[index];
    const counted = counterDelta(before?.gpu?.energyJoules, gpu?.energyJoules ?? null);
    const watts = before?.gpu?.power.drawWatts ?? gpu?.power.drawWatts ?? null;
    if (!before || (counted === null && watts === null)) return null;
    sum += counted ?? ((watts ?? 0) * (atMs - before.atMs)) / 1000;
  }
  return readings.length < 2 ? null : sum;
}

/** Energy per generated token over all GPUs of an engine; null when either is unknown or nothing was generated. */
export function joulesPerToken(moments: readonly Moment[], engine: Engine): number | null {
  const tokens = engineDelta(moments, engine.id, ({ counters }) => counters.generationTokens);
  if (!tokens || !engine.gpuUuids || engine.gpuUuids.length === 0) return null;
  const energies = engine.gpuUuids.map((uuid) => energyJoules(moments, uuid));
  const known = energies.filter((energy) => energy !== null);
  return known.length < energies.length ? null : known.reduce((sum, energy) => sum + energy, 0) / tokens;
}

const P95 = 0.95;

/** The lowest bucket bound that at least 95 % of the observations between two readings kept; certain, not interpolated. */
function p95Bound(before: HistogramReading, after: HistogramReading): number | null {
  if (before.upperBounds.length !== after.upperBounds.length) return null;
  const rises = after.cumulativeCounts.map((count, index) => count - (before.cumulativeCounts[index] ?? 0));
  const total = rises.at(-1) ?? 0;
  if (rises.some((rise) => rise < 0) || total < SLO_MIN_OBSERVATIONS) return null;
  const index = rises.findIndex((rise) => rise >= P95 * total);
  return after.upperBounds[index] ?? null;
}

/** How far the p95 stayed below the objective, as a share of it; null when that is not certain. */
export function objectiveMargin(
  moments: readonly Moment[],
  engineId: string,
  objective: 'ttft' | 'interTokenLatency',
  objectiveSeconds: number,
): number | null {
  const readings = moments.flatMap(({ snapshot }) => engineIn(snapshot, engineId)?.histograms[objective] ?? []);
  const [first, last] = [readings[0], readings.at(-1)];
  const bound = first && last && first !== last ? p95Bound(first, last) : null;
  return bound === null || objectiveSeconds <= 0 ? null : 1 - bound / objectiveSeconds;
}
