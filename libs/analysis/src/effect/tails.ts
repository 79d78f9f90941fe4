/**
 * Chance that a standard normal value is above z, with a relative error below 1.2e-7 (Chebyshev fit of erfc, Press et
 * al., Numerical Recipes, 6.2).
 */
export function normalUpperTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const polynomial = ERFC_COEFFICIENTS.reduceRight((sum, coefficient) => coefficient + t * sum, 0);
  const tail = (t * Math.exp(-x * x + polynomial)) / 2;
  return z >= 0 ? tail : 1 - tail;
}

const ERFC_COEFFICIENTS = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
] as const;

/** Above this variance the normal approximation with correction for continuity does. */
const LARGEST_EXACT_VARIANCE = 50;

/** Chance of at least so many hits in so many trials, each of the given chance. */
export function binomialUpperTail(hits: number, trials: number, chance: number): number {
  if (hits <= 0) return 1;
  if (hits > trials || chance <= 0) return 0;
  if (chance >= 1) return 1;
  const variance = trials * chance * (1 - chance);
  if (variance > LARGEST_EXACT_VARIANCE) {
    return normalUpperTail((hits - 0.5 - trials * chance) / Math.sqrt(variance));
  }
  let term = Math.exp(trials * Math.log1p(-chance));
  let below = 0;
  for (let count = 0; count < hits; count += 1) {
    below += term;
    term *= ((trials - count) / (count + 1)) * (chance / (1 - chance));
  }
  return Math.max(0, 1 - below);
}
