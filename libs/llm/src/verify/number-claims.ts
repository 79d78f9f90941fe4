import { wordNumbers } from './number-words.js';
import { readUnit, type Unit } from './units.js';

/** A number as a sentence states it. Positions are those of the normalised sentence. */
export interface NumberClaim {
  readonly start: number;
  /** After the number and its unit. */
  readonly end: number;
  readonly numberEnd: number;
  readonly text: string;
  readonly value: number;
  /** Half of the last place that the sentence gives, e.g. 0.05 for 2.3. */
  readonly halfStep: number;
  readonly unit: Unit | null;
  /** True when the unit is per minute. */
  readonly isPerMinute: boolean;
  /** True with `about`, `nearly` and the like, which allow a rounder number. */
  readonly isApproximate: boolean;
  /** `More than half`: which side the reading lies on. */
  readonly openTo: 'above' | 'below' | null;
  /** True for a share that is written as a part: `half`, `3/4`. */
  readonly isPart: boolean;
}

const DIGITS =
  /(?<![\p{L}\d.\u00b7^])(?:(?<=^|[\s(])(?<![\d%]\s)[-+])?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:e[+-]?\d{1,3}(?!\d))?/gu;
const MULTIPLIER =
  /^(?:([kmb])(?![\p{L}\d/])|\s(thousand|million|billion)(?!\p{L})|\s?[x×*]\s?10\^?([+-]?\d{1,2})(?!\d)|\^([+-]?\d{1,2})(?!\d))/u;
const MULTIPLIER_VALUES: Readonly<Record<string, number>> = {
  k: 1e3,
  m: 1e6,
  b: 1e9,
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
};
const FRACTION = /(?<![\d.,/\p{L}\u00b7-])(?:(\d{1,3}) )?(\d{1,3})\/(\d{1,3})(?!\d|[.,]\d|[/\p{L}])/gu;
const APPROXIMATE =
  /(?:about|around|roughly|approximately|approx\.?|nearly|almost|close to|some|circa|ca\.|over|under|above|below|more than|less than|just|or so|well|up to|~|≈|order of)\s?$/;
const PER_MINUTE = /^\s*(?:[a-z]+\s){0,3}?(?:per minute|a minute|every minute|\/min(?:ute)?)(?![a-z])/;
const JOINS_WITH_NEXT =
  /^\s*(?:to|and|or|-|\/|,|of|out of|vs\.?|versus|against|→|through|instead of|from|but|rather than|, and)\s*(?:the\s+|only\s+|at most\s+|a\s+)?$/;
const ONE_OF_SOMETHING = /(?:only|just|exactly|single|a single|at least|at most|more than|less than)\s$/;

interface Raw {
  readonly start: number;
  readonly numberEnd: number;
  readonly value: number;
  readonly halfStep: number;
  readonly unit?: Unit;
  readonly isPart?: boolean;
}

const SHARE: Unit = { dimension: 'share', scale: 1 };
const FACTOR: Unit = { dimension: 'factor', scale: 1 };

function decimalsOf(text: string): number {
  return /\.(\d+)/.exec(text)?.[1]?.length ?? 0;
}

function multiplierAt(text: string): { readonly factor: number; readonly length: number } {
  const match = MULTIPLIER.exec(text);
  if (!match) return { factor: 1, length: 0 };
  const word = match[1] ?? match[2];
  const exponent = Number(match[3] ?? match[4] ?? 0);
  const factor = word === undefined ? 10 ** exponent : (MULTIPLIER_VALUES[word] ?? 1);
  return { factor, length: match[0].length };
}

function fractions(text: string): Raw[] {
  return [...text.matchAll(FRACTION)].flatMap((match): Raw[] => {
    const [all, whole, top, bottom] = match;
    if (Number(bottom) < 2 || Number(top) >= Number(bottom)) return [];
    const value = Number(whole ?? 0) + Number(top) / Number(bottom);
    return [
      { start: match.index, numberEnd: match.index + all.length, value, halfStep: 0.005, unit: SHARE, isPart: true },
    ];
  });
}

function digits(text: string): Raw[] {
  return [...text.matchAll(DIGITS)].map((match) => {
    const plain = match[0].replace(/,/g, '');
    const end = match.index + match[0].length;
    const isPower = /^\^/.test(text.slice(end));
    const { factor, length } = multiplierAt(text.slice(end, end + 12));
    const value = isPower ? Number(plain) ** Math.log10(factor) : Number(plain) * factor;
    const halfStep = 0.5 * 10 ** -decimalsOf(plain) * (isPower ? 1 : factor);
    return { start: match.index, numberEnd: end + length, value, halfStep };
  });
}

function words(text: string): Raw[] {
  return wordNumbers(text).flatMap(({ start, end, value, decimals, kind }): Raw[] => {
    const unit = kind === 'share' ? SHARE : kind === 'factor' ? FACTOR : undefined;
    const halfStep = kind === 'plain' ? 0.5 * 10 ** -decimals : 0.005;
    const scaled = multiplierOfWords(text.slice(start, end));
    const raw = { start, numberEnd: end, value, halfStep: halfStep * scaled, unit, isPart: kind === 'share' };
    return isPronoun(text, raw) ? [] : [raw];
  });
}

/** `Six million` says no more than the millions. */
function multiplierOfWords(text: string): number {
  const last = /(thousand|million|billion)$/.exec(text)?.[1];
  return last === undefined ? 1 : (MULTIPLIER_VALUES[last] ?? 1);
}

/** `One` is mostly a pronoun or an article; it counts with a unit of measure, and after `only`. */
function isPronoun(text: string, { start, numberEnd }: Raw): boolean {
  if (text.slice(start, numberEnd) !== 'one') return false;
  const unit = readUnit(text.slice(numberEnd, numberEnd + 40))?.unit;
  const isMeasure = unit !== undefined && unit.dimension !== 'count';
  return !isMeasure && !ONE_OF_SOMETHING.test(text.slice(Math.max(0, start - 14), start));
}

function openSide(before: string): NumberClaim['openTo'] {
  if (/\b(?:more than|over|above|at least|exceeds)\s$/.test(before)) return 'above';
  return /\b(?:less than|under|below|at most|nearly|almost)\s$/.test(before) ? 'below' : null;
}

function claimOf(cased: string, text: string, raw: Raw): NumberClaim {
  // Units keep their case: mW is not MW.
  const rest = cased.slice(raw.numberEnd, raw.numberEnd + 60);
  const read =
    raw.unit === undefined || (raw.isPart && /^\s(?:of )?(?:an? )?(?:second|minute|hour)/.test(rest))
      ? readUnit(rest)
      : null;
  const unit = read?.unit ?? raw.unit ?? null;
  const end = raw.numberEnd + (read?.length ?? 0);
  return {
    start: raw.start,
    end,
    numberEnd: raw.numberEnd,
    text: text.slice(raw.start, end).trim(),
    value: raw.value,
    halfStep: raw.halfStep,
    unit,
    isPerMinute: PER_MINUTE.test(text.slice(end, end + 40)) || PER_MINUTE.test(rest.toLowerCase()),
    isApproximate: APPROXIMATE.test(text.slice(Math.max(0, raw.start - 16), raw.start)),
    openTo: openSide(text.slice(Math.max(0, raw.start - 16), raw.start)),
    isPart: raw.isPart ?? false,
  };
}

/** Every number of a normalised sentence in digits or words; `between 87 and 92 °C` has two of one unit. */
export function numberClaims(cased: string): NumberClaim[] {
  const text = cased.toLowerCase();
  const all = [...fractions(text), ...digits(text), ...words(text)].sort(
    (left, right) => left.start - right.start || right.numberEnd - left.numberEnd,
  );
  // `Million` is a part of `6.5 million`.
  const raws = all.filter((raw, index) => !all.slice(0, index).some(({ numberEnd }) => raw.start < numberEnd));
  const claims: NumberClaim[] = [];
  for (const raw of raws.reverse()) {
    const claim = claimOf(cased, text, raw);
    const next = claims[0];
    const isJoined = next !== undefined && JOINS_WITH_NEXT.test(text.slice(claim.end, next.start));
    claims.unshift(claim.unit === null && isJoined ? { ...claim, unit: next.unit } : claim);
  }
  return claims;
}
