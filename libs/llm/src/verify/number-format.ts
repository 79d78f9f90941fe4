import type { Fact } from './fact.js';
import type { NumberMatch } from './number-check.js';
import type { NumberClaim } from './number-claims.js';

const DIGITS = /^([+-]?)([\d,]*\.?\d+)/;
/** Rounding may not take more than this of a reading. */
const LARGEST_LOSS = 0.05;

function decimalsOf(text: string): number {
  return /\.(\d+)/.exec(text)?.[1]?.length ?? 0;
}

/** Trailing zeros of a number that was rounded to them. */
function stepOf(claim: NumberClaim, known: number): number {
  if (Math.abs(claim.value - known) <= claim.halfStep || !Number.isInteger(claim.value) || claim.value === 0) return 0;
  let step = 10;
  while (claim.value % (step * 10) === 0) step *= 10;
  return step;
}

function rounded(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  const isTooCoarse = value !== 0 && Math.abs(Number(text) - value) > Math.abs(value) * LARGEST_LOSS;
  return isTooCoarse ? String(Number(value.toPrecision(2))) : text;
}

function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const separated = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}

/** The value of a fact in the unit of a claim. */
function inUnitOf(claim: NumberClaim, fact: Fact): number {
  const isOwnUnit = claim.unit !== null && claim.unit.dimension === fact.dimension;
  const perMinute = claim.isPerMinute && fact.dimension === 'rate' ? 1 / 60 : 1;
  return fact.value / ((isOwnUnit ? (claim.unit?.scale ?? 1) : fact.nativeScale) * perMinute);
}

/** The sentence with another value in the place of a number, in the same unit, precision and spelling. */
export function withNumber(sentence: string, { claim, fact: then }: NumberMatch, now: Fact): string {
  // Parts and multiples in words have no other value that reads the same.
  if (claim.isPart || claim.unit?.dimension === 'factor') return sentence;
  const written = sentence.slice(claim.start, claim.numberEnd);
  const match = DIGITS.exec(written);
  const plain = match ? Number(match[0].replace(/,/g, '')) : claim.value;
  // `6.5 million`, `1.5k`: the multiplier stays.
  const multiplier = plain === 0 ? 1 : claim.value / plain;
  const step = stepOf(claim, inUnitOf(claim, then));
  const value = inUnitOf(claim, now);
  const scaled = (step > 0 ? Math.round(value / step) * step : value) / multiplier;
  const text = rounded(scaled, match ? decimalsOf(match[0]) : 0);
  const isGrouped = match?.[0].includes(',') ?? Math.abs(scaled) >= 10_000;
  const rest = match ? written.slice(match[0].length) : '';
  return sentence.slice(0, claim.start) + (isGrouped ? grouped(text) : text) + rest + sentence.slice(claim.numberEnd);
}
