import { readUnit, type Unit } from './units.js';

/** A number as a sentence states it. */
export interface NumberClaim {
  readonly text: string;
  readonly value: number;
  readonly decimals: number;
  readonly unit: Unit | null;
  /** The word before it, for names such as `GPU 3`. */
  readonly before: string;
  /** What follows, for counts such as `3 findings`. */
  readonly after: string;
}

const DIGITS = /(?<![\p{L}\d.])(?:(?<![\p{L}\d%)]\s?)[-−+])?\d+(?:[,\u202f\u00a0]\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?/gu;

const WORD_VALUES: Readonly<Record<string, number>> = {
  zero: 0,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
  dozen: 12,
};
const MULTIPLIERS: Readonly<Record<string, number>> = { hundred: 100, thousand: 1e3, million: 1e6, billion: 1e9 };
const PART_WORDS: Readonly<Record<string, readonly [number, Unit]>> = {
  half: [0.5, { dimension: 'share', scale: 1 }],
  halve: [0.5, { dimension: 'share', scale: 1 }],
  halves: [0.5, { dimension: 'share', scale: 1 }],
  quarter: [0.25, { dimension: 'share', scale: 1 }],
  double: [2, { dimension: 'factor', scale: 1 }],
  doubles: [2, { dimension: 'factor', scale: 1 }],
  doubled: [2, { dimension: 'factor', scale: 1 }],
  twice: [2, { dimension: 'factor', scale: 1 }],
  triple: [3, { dimension: 'factor', scale: 1 }],
  triples: [3, { dimension: 'factor', scale: 1 }],
  thrice: [3, { dimension: 'factor', scale: 1 }],
  tenfold: [10, { dimension: 'factor', scale: 1 }],
};

const alternatives = (words: object): string => Object.keys(words).join('|');
const SMALL = alternatives(WORD_VALUES);
const BIG = alternatives(MULTIPLIERS);
const NUMBER_WORDS = new RegExp(
  `(?<![\\p{L}\\d-])(?:(?:${SMALL}|one)(?:[- ](?:${SMALL}|one))?(?: (?:${BIG}))?|an? (?:${BIG})|(?:${BIG}))(?![\\p{L}\\d])(?!-(?!percent)\\p{L})`,
  'giu',
);
const PARTS = new RegExp(`(?<![\\p{L}\\d-])(?:${alternatives(PART_WORDS)})(?![\\p{L}\\d-])`, 'giu');
const JOINS_WITH_NEXT =
  /^\s*(?:to|and|or|–|—|-|\/|of|out of|vs\.?|versus|against|→|through|instead of|from|but)\s*(?:the\s+)?$/i;

function wordValue(text: string): number {
  let sum = 0;
  for (const word of text.toLowerCase().split(/[- ]/)) {
    const multiplier = MULTIPLIERS[word];
    if (multiplier !== undefined) sum = Math.max(sum, 1) * multiplier;
    else sum += word === 'one' ? 1 : (WORD_VALUES[word] ?? 0);
  }
  return sum;
}

interface Found {
  readonly index: number;
  readonly end: number;
  readonly claim: NumberClaim;
}

function claimAt(sentence: string, text: string, index: number, value: number, decimals: number): Found {
  const unit = readUnit(sentence.slice(index + text.length));
  const end = index + text.length + (unit?.length ?? 0);
  const claim = {
    text: sentence.slice(index, end).trim(),
    value,
    decimals,
    unit: unit?.unit ?? null,
    before: /([\p{L}\d-]+)[\s-]*$/u.exec(sentence.slice(0, index))?.[1] ?? '',
    after: sentence.slice(index + text.length, index + text.length + 40),
  };
  return { index, end, claim };
}

function digitClaims(sentence: string): Found[] {
  return [...sentence.matchAll(DIGITS)].map((match) => {
    const plain = match[0].replace(/[,\u202f\u00a0]/g, '').replace('−', '-');
    return claimAt(sentence, match[0], match.index, Number(plain), /\.(\d+)/.exec(plain)?.[1]?.length ?? 0);
  });
}

function wordClaims(sentence: string): Found[] {
  const numbers = [...sentence.matchAll(NUMBER_WORDS)].map((match) =>
    claimAt(sentence, match[0], match.index, wordValue(match[0]), 0),
  );
  // `One` is mostly a pronoun or an article; it counts only with a unit of measure.
  const counted = numbers.filter(
    ({ claim }) =>
      !/^one\b(?![- ]hundred)/i.test(claim.text) || (claim.unit !== null && claim.unit.dimension !== 'count'),
  );
  const parts = [...sentence.matchAll(PARTS)].flatMap((match) => {
    const part = PART_WORDS[match[0].toLowerCase()];
    if (!part) return [];
    const { claim, index, end } = claimAt(sentence, match[0], match.index, part[0], 2);
    return [{ index, end, claim: { ...claim, unit: part[1] } }];
  });
  return [...counted, ...parts];
}

/** Every number of a sentence in digits or words; `between 87 and 92 °C` has two of the same unit. */
export function numberClaims(sentence: string): NumberClaim[] {
  const found = [...digitClaims(sentence), ...wordClaims(sentence)].sort((left, right) => left.index - right.index);
  const claims: NumberClaim[] = [];
  for (let index = found.length - 1; index >= 0; index -= 1) {
    const current = found[index];
    if (!current) continue;
    const next = found[index + 1];
    const isJoined = next !== undefined && JOINS_WITH_NEXT.test(sentence.slice(current.end, next.index));
    const unit = current.claim.unit ?? (isJoined ? (claims[0]?.unit ?? null) : null);
    claims.unshift({ ...current.claim, unit });
  }
  return claims;
}
