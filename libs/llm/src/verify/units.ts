import type { EvidenceUnit } from '@app/core';

export const DIMENSIONS = [
  'share',
  'temperature',
  'power',
  'frequency',
  'bytes',
  'byteRate',
  'time',
  'tokenRate',
  'rate',
  'count',
  'factor',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface Unit {
  readonly dimension: Dimension;
  /** One of this unit in the dimension's base unit. */
  readonly scale: number;
}

/** How evidence is stored; `text` has no number of its own. */
export const UNIT_OF_EVIDENCE: Readonly<Record<EvidenceUnit, Unit | null>> = {
  ratio: { dimension: 'share', scale: 1 },
  percent: { dimension: 'share', scale: 0.01 },
  celsius: { dimension: 'temperature', scale: 1 },
  watts: { dimension: 'power', scale: 1 },
  megahertz: { dimension: 'frequency', scale: 1 },
  bytes: { dimension: 'bytes', scale: 1 },
  bytesPerSecond: { dimension: 'byteRate', scale: 1 },
  seconds: { dimension: 'time', scale: 1 },
  milliseconds: { dimension: 'time', scale: 0.001 },
  tokensPerSecond: { dimension: 'tokenRate', scale: 1 },
  perSecond: { dimension: 'rate', scale: 1 },
  count: { dimension: 'count', scale: 1 },
  text: null,
};

const PREFIXES: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
const BINARY_PREFIXES: Readonly<Record<string, number>> = {
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};
const PER_SECOND = String.raw`(?:\/s(?:ec(?:ond)?)?|\s+per\s+second)`;
const ENDS = String.raw`(?![\p{L}\d])`;

type Rule = readonly [RegExp, (match: RegExpExecArray) => Unit];
const at = (pattern: string, flags: string = 'iu'): RegExp => new RegExp(`^\\s*-?(?:${pattern})`, flags);
const fixed = (pattern: string, dimension: Dimension, scale: number, flags?: string): Rule => [
  at(`(?:${pattern})${ENDS}`, flags),
  (): Unit => ({ dimension, scale }),
];

/** Written units in the order of trying: rates before what they are rates of. */
const RULES: readonly Rule[] = [
  [at('%'), (): Unit => ({ dimension: 'share', scale: 0.01 })],
  [at('\u2030'), (): Unit => ({ dimension: 'share', scale: 0.001 })],
  fixed('ppm|parts per million', 'share', 1e-6),
  fixed('per mille|permille', 'share', 0.001),
  fixed(String.raw`pct|percent(?:age)?|per\s?cent`, 'share', 0.01),
  fixed(String.raw`°\s?C|℃|degrees?(?:\s+C(?:elsius)?)?|celsius`, 'temperature', 1),
  fixed('C', 'temperature', 1, 'u'),
  [
    at(String.raw`([kmgt])?i?B(?:ytes?)?${PER_SECOND}${ENDS}`),
    (match): Unit => ({ dimension: 'byteRate', scale: byteScale(match[0], match[1]) }),
  ],
  [at(String.raw`([kmgt])i?B${ENDS}`), (match): Unit => ({ dimension: 'bytes', scale: byteScale(match[0], match[1]) })],
  fixed('bytes?|B', 'bytes', 1),
  fixed(String.raw`(?:tokens?|toks?)${PER_SECOND}`, 'tokenRate', 1),
  fixed(String.raw`(?:\p{L}+)?${PER_SECOND}`, 'rate', 1),
  fixed(String.raw`(?:gpu|gpu-)[ -]?hours?|kWh|kilowatt[ -]hours?|joules?|J`, 'count', 1),
  fixed('kW|kilowatts?', 'power', 1000),
  fixed('W|watts?', 'power', 1),
  fixed('mW|milliwatts?', 'power', 0.001, 'u'),
  fixed('MW|megawatts?', 'power', 1e6, 'u'),
  fixed('GHz|gigahertz', 'frequency', 1000),
  fixed('MHz|megahertz', 'frequency', 1),
  fixed('kHz|kilohertz', 'frequency', 0.001),
  fixed('us|usecs?|microseconds?', 'time', 1e-6),
  fixed('ms|msecs?|millis|milliseconds?', 'time', 0.001),
  fixed('s|secs?|seconds?', 'time', 1),
  fixed('min|mins|minutes?', 'time', 60),
  fixed('h|hrs?|hours?', 'time', 3600),
  fixed('days?', 'time', 86_400),
  fixed('weeks?', 'time', 604_800),
  fixed('months?', 'time', 2_592_000),
  fixed('years?', 'time', 31_536_000),
  fixed(
    String.raw`x|×|times\s+(?:the|as|more|less|faster|slower|higher|lower|larger|its|their|longer)|-?fold`,
    'factor',
    1,
  ),
  fixed(
    'times|(?:[a-z]+ )?(?:requests?|reqs?|sequences?|seqs?|tokens?|gpus?|errors?|process(?:es)?|engines?|replicas?|rows?|pages?|cores?|' +
      'blocks?|links?|events?|retries|preemptions?|samples?|adapters?|nodes?|hosts?|pods?|lanes?|users?|bits?)',
    'count',
    1,
  ),
];

function byteScale(text: string, prefix: string | undefined): number {
  const letter = (prefix ?? '').toLowerCase();
  const scales = /[kmgt]i/i.test(text) ? BINARY_PREFIXES : PREFIXES;
  return scales[letter] ?? 1;
}

/** Marks of a number that is one of several things, not a reading in a unit: `32 preemptions`, `4 slots`. */
const COUNTED =
  /^\s+(?!(?:is|was|has|as|its|this|does|versus|less|plus|minus|across|runs|means|causes|exceeds|leaves|makes|needs|shows|stays|reaches|keeps|holds|lasts|seems|falls|rises|lies|always|perhaps|was|vs|thus|besides|towards|uses|takes|gives|limits|sits|remains|equals|draws)\b)[a-z]+(?<![su])s\b/i;

/** The unit that a text begins with, and how many characters it takes; null for none. */
export function readUnit(text: string): { readonly unit: Unit; readonly length: number } | null {
  for (const [pattern, unitOf] of RULES) {
    const match = pattern.exec(text);
    if (match) return { unit: unitOf(match), length: match[0].length };
  }
  return COUNTED.test(text) ? { unit: { dimension: 'count', scale: 1 }, length: 0 } : null;
}
