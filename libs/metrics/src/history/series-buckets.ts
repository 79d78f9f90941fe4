/** A value of one subject at one instant, and how far it went in the time that it stands for. */
export interface SeriesReading {
  readonly atMs: number;
  readonly value: number | string | boolean;
  readonly min: number | null;
  readonly max: number | null;
}

export interface SeriesPoint {
  /** Of the last reading of the step. */
  readonly at: string;
  /** Mean of the numbers of the step; the last value of anything else. */
  readonly value: number | string | boolean;
  /** Null for what is no number. */
  readonly min: number | null;
  readonly max: number | null;
}

/**
 * One point for each step that has readings, steps counted from the epoch, so that asking again gives the same points.
 * A step without a reading has no point: a gap in time stays one.
 */
export function pointsOf(readings: readonly SeriesReading[], stepMs: number): SeriesPoint[] {
  const steps = new Map<number, SeriesReading[]>();
  for (const reading of [...readings].sort((a, b) => a.atMs - b.atMs)) {
    const step = Math.floor(reading.atMs / stepMs);
    const members = steps.get(step);
    if (members === undefined) steps.set(step, [reading]);
    else members.push(reading);
  }
  return [...steps.values()].flatMap((members) => pointOf(members) ?? []);
}

function pointOf(readings: readonly SeriesReading[]): SeriesPoint | null {
  const last = readings.at(-1);
  if (last === undefined) return null;
  const at = new Date(last.atMs).toISOString();
  const numbers = readings.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  if (typeof last.value !== 'number') return { at, value: last.value, min: null, max: null };
  const bounds = readings.flatMap(({ min, max }) => (min === null || max === null ? [] : [{ min, max }]));
  const min = Math.min(...bounds.map((bound) => bound.min));
  const max = Math.max(...bounds.map((bound) => bound.max));
  return { at, value: meanWithin(numbers, min, max), min, max };
}

/** Rounding of the sum must not put a mean beside the values that it is of. */
function meanWithin(numbers: readonly number[], min: number, max: number): number {
  const mean = numbers.reduce((sum, value) => sum + value / numbers.length, 0);
  return Math.min(max, Math.max(min, mean));
}
