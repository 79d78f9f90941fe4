import type { NumberClaim } from './number-claims.js';
import type { Fact } from './fact.js';

/** Rounding to whole numbers is welcome, rounding 0.6 to 1 is not. */
const LARGEST_ROUNDING = 0.1;
/** `About 2,300` of 2,346. */
const LARGEST_APPROXIMATION = 0.025;
/** Trailing zeros may be rounding where little is lost: 1,840 of 1,843.7. */
const LARGEST_SILENT_ROUNDING = 0.005;
/** From one half to three quarters people say something else. */
const LARGEST_STEP = 0.2;

function isRounded(difference: number, known: number, claim: NumberClaim): boolean {
  const noise = Math.abs(known) * 1e-9 + 1e-12;
  return difference <= claim.halfStep + noise && difference <= Math.abs(known) * LARGEST_ROUNDING;
}

/** Rounded to a power of ten that the claim ends in. */
function isRounder(difference: number, known: number, claim: NumberClaim): boolean {
  const allowed = claim.isApproximate ? LARGEST_APPROXIMATION : LARGEST_SILENT_ROUNDING;
  if (difference > Math.abs(known) * allowed) return false;
  if (claim.isPart) return claim.isApproximate;
  const whole = Math.abs(claim.value);
  if (!Number.isInteger(whole) || whole < 10 || whole % 10 !== 0) return false;
  let step = 10;
  while (whole % (step * 10) === 0) step *= 10;
  return difference <= step / 2;
}

/** `full` is all of a share: almost all of it is not rounded to all. */
function isSame(claim: NumberClaim, known: number, full: number | null): boolean {
  const difference = Math.abs(claim.value - known);
  const noise = Math.abs(known) * 1e-9 + 1e-12;
  if (difference <= noise) return true;
  if (full !== null && known < full && Math.abs(claim.value - full) <= noise) return false;
  return isRounded(difference, known, claim) || isRounder(difference, known, claim);
}

/** `More than half` of what is not much more than half. */
function isBeside({ value, openTo }: NumberClaim, known: number): boolean {
  const difference = openTo === 'above' ? known - value : value - known;
  return difference > 0 && difference <= LARGEST_STEP;
}

/** Whether a claim may state a fact: equal after rounding, in a unit that fits. */
export function states(claim: NumberClaim, fact: Fact): boolean {
  const { unit } = claim;
  if (claim.isPerMinute && !fact.isPerMinute && fact.dimension !== 'rate') return false;
  if (unit !== null && !fits(unit.dimension, fact, claim)) return false;
  if (claim.isPart && claim.openTo !== null && fact.dimension === 'share') return isBeside(claim, fact.value);
  const perMinute = claim.isPerMinute && fact.dimension === 'rate' ? 1 / 60 : 1;
  const scale = (unit === null || unit.dimension !== fact.dimension ? fact.nativeScale : unit.scale) * perMinute;
  return isSame(claim, fact.value / scale, fact.dimension === 'share' ? 1 / scale : null);
}

function fits(dimension: NonNullable<NumberClaim['unit']>['dimension'], fact: Fact, claim: NumberClaim): boolean {
  if (dimension === fact.dimension) return true;
  // `12 requests per second` and `12 slow loads a minute` are counts to the eye and rates to the analysis.
  return dimension === 'count' && fact.dimension === 'rate' && claim.isPerMinute;
}
