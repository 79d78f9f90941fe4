import type { Reading } from './smi-values.js';

/** How dcgm-exporter writes a number and what we make of it. */
export interface DcgmUnit {
  readonly convert: (written: number) => number;
  /** Plausible values, after conversion. */
  readonly min: number;
  readonly max: number;
  readonly isWhole?: boolean;
  /** 0 stands for a sensor that is not there. */
  readonly isZeroMissing?: boolean;
}

const BYTES_PER_MIB = 1024 * 1024;
const same = (written: number): number => written;
const unit = (min: number, max: number, convert = same): DcgmUnit => ({ convert, min, max });

export const PERCENT = unit(0, 1, (percent) => percent / 100);
export const RATIO = unit(0, 1);
export const MEBIBYTES = unit(0, Number.MAX_SAFE_INTEGER, (mebibytes) => mebibytes * BYTES_PER_MIB);
export const BYTES = unit(0, Number.MAX_SAFE_INTEGER);
/** Also for margins, which may be negative. */
export const CELSIUS = unit(-100, 200);
/** The exporter writes 0 for boards and guests without a memory sensor. */
export const MEMORY_CELSIUS: DcgmUnit = { ...CELSIUS, isZeroMissing: true };
export const WATTS = unit(0, 20_000);
export const MEGAHERTZ = unit(0, 100_000);
export const HERTZ = unit(0, 100_000, (hertz) => hertz / 1e6);
export const MILLIJOULES = unit(0, 1e15, (millijoules) => millijoules / 1000);
export const JOULES = unit(0, 1e15);
export const NANOSECONDS = unit(0, 1e10, (nanoseconds) => nanoseconds / 1e9);
export const SECONDS = unit(0, 1e10);
export const BYTES_PER_SECOND = unit(0, 1e13);
export const GENERATION: DcgmUnit = { ...unit(1, 20), isWhole: true };
export const LANES: DcgmUnit = { ...unit(1, 64), isWhole: true };
export const COUNT: DcgmUnit = { ...unit(0, Number.MAX_SAFE_INTEGER), isWhole: true };

/** DCGM keeps 16 values at the end of each number type for "not there", "not supported" and the like. */
const BLANKS_PER_TYPE = 16;
const FIRST_BLANKS = [0x7f_ff_ff_f0, 2 ** 47];
/** 0x7ffffffffffffff0; from there on a double holds only multiples of 2048. */
const FIRST_INT64_BLANK = Number(0x7f_ff_ff_ff_ff_ff_ff_f0n);

/** Whether a number is one of DCGM's words for "no value". */
export function isBlank(written: number): boolean {
  return (
    (written >= FIRST_INT64_BLANK && Number.isFinite(written)) ||
    FIRST_BLANKS.some((first) => written >= first && written < first + BLANKS_PER_TYPE)
  );
}

/** A finite number of a plausible size; blanks and NaN are no value. */
export function readWritten(written: number | undefined, expected: DcgmUnit): Reading<number> {
  if (written === undefined || Number.isNaN(written) || isBlank(written)) return { kind: 'missing' };
  if (written === 0 && expected.isZeroMissing === true) return { kind: 'missing' };
  // Adding 0 makes 0 of -0.
  const value = expected.convert(written) + 0;
  const isPlausible = value >= expected.min && value <= expected.max && (!expected.isWhole || Number.isInteger(value));
  return isPlausible
    ? { kind: 'value', value }
    : { kind: 'bad', reason: `dcgm-exporter gave ${written}, which is out of range` };
}
