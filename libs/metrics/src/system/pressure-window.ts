import { NO_PRESSURE, type System } from '@app/core';
import { counterGrowth } from './counter-rate.js';
import type { PressureSeconds } from './node-exporter.mapper.js';

interface TimedPressure {
  readonly atMs: number;
  readonly seconds: PressureSeconds;
}

const KEPT_MS = 180_000;
/** Samples never lie exactly an interval apart. */
const TOLERANCE = 0.9;
/** A mean over much more than the window would hide what the window shows. */
const LONGEST = 3;

/**
 * Pressure in percent from counters of waiting time. The kernel's `avg10` and `avg60` are averages that decay over 10
 * and 60 seconds; a plain mean over the shortest span from 10 (60) up to 30 (180) seconds stands for them here.
 */
export class PressureWindow {
  private earlier: readonly TimedPressure[] = [];

  /** Null where no earlier reading lies in the span, or a counter started anew. */
  add(atMs: number, seconds: PressureSeconds): System['pressure'] {
    const later = { atMs, seconds };
    const known = this.earlier.filter((reading) => reading.atMs < atMs && atMs - reading.atMs <= KEPT_MS);
    const [over10, over60] = [10_000, 60_000].map((spanMs) => percentages(readingOf(known, atMs, spanMs), later));
    this.earlier = [...known, later];
    if (over10 === undefined || over60 === undefined) return NO_PRESSURE;
    return {
      cpuSomeAvg10: over10('cpuSome'),
      cpuSomeAvg60: over60('cpuSome'),
      memorySomeAvg10: over10('memorySome'),
      memorySomeAvg60: over60('memorySome'),
      memoryFullAvg10: over10('memoryFull'),
      memoryFullAvg60: over60('memoryFull'),
      ioSomeAvg10: over10('ioSome'),
      ioSomeAvg60: over60('ioSome'),
      ioFullAvg10: over10('ioFull'),
      ioFullAvg60: over60('ioFull'),
    };
  }

  /** After a restart of the host its counters say nothing about the time before. */
  reset(): void {
    this.earlier = [];
  }
}

/** The newest reading that is old enough. */
function readingOf(known: readonly TimedPressure[], atMs: number, spanMs: number): TimedPressure | null {
  const reading = known.findLast((candidate) => atMs - candidate.atMs >= spanMs * TOLERANCE);
  return reading !== undefined && atMs - reading.atMs <= spanMs * LONGEST ? reading : null;
}

function percentages(
  earlier: TimedPressure | null,
  later: TimedPressure,
): (name: keyof PressureSeconds) => number | null {
  return (name) => {
    const waited = counterGrowth(earlier?.seconds[name], later.seconds[name]);
    if (earlier === null || waited === null) return null;
    return Math.min(100, (waited / ((later.atMs - earlier.atMs) / 1000)) * 100);
  };
}
