import fc from 'fast-check';

const MAX_EDITS = 8;
const MAX_SLICE = 400;
/** Longer than any line or element of a real source, short enough to try thousands of texts. */
const MAX_RUN = 20_000;

/** What sources never write, what they write seldom, and what parsers trip over. */
const ODD_TEXTS = [
  ...['\0', '\x01', '\x1b[31m', '\x7f', '\r', '\r\n', '\n', '\t', '\u2028', '\u00a0', '\ufeff', '\ufffd'],
  ...['\ud800', '\udc00', '🚀', 'é', 'I\u0307'],
  ...['"', "'", '\\', '\\"', '\\n', '{', '}', '[', ']', '<', '>', '&', '&amp;', ',', ':', '=', '#', '%', '/', ' '],
  ...['__proto__', 'constructor', 'null', 'undefined', 'true', 'N/A', '[N/A]', '<!--', ']]>', '<![CDATA[', '# EOF'],
];

const ODD_NUMBERS = [
  ...['0', '-0', '-1', '1e309', '-1e309', '1e-400', '0x1p-3', '0xff', '0b1', '1_000', '1,000', '1.2.3', '1e', '.', '-'],
  ...['NaN', 'Infinity', '+Inf', '-Inf', '9007199254740993', '18446744073709551615', '٣', '１２', '1 000', ''],
];

const numberText = fc.oneof(
  fc.constantFrom(...ODD_NUMBERS),
  fc.double().map(String),
  fc.bigInt().map(String),
  fc.nat(MAX_RUN).map((length) => '9'.repeat(length)),
);

const insertedText = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ODD_TEXTS) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 2, arbitrary: numberText },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(' ', '\n', '\\', '"', '{', '<', 'a', '0', '\0'), fc.nat(MAX_RUN))
      .map(([character, length]) => character.repeat(length)),
  },
);

type Edit = (text: string) => string;

/** A place in a text whose length is not known yet, since earlier edits change it. */
const place = fc.nat();
const sliceLength = fc.integer({ min: 1, max: MAX_SLICE });

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(place, sliceLength).map(
    ([at, length]): Edit =>
      (text) =>
        replaceSlice(text, at, length, () => ''),
  ),
  fc.tuple(place, sliceLength).map(
    ([at, length]): Edit =>
      (text) =>
        replaceSlice(text, at, length, (slice) => slice + slice),
  ),
  fc.tuple(place, sliceLength).map(
    ([at, length]): Edit =>
      (text) =>
        swapNeighbours(text, at, length),
  ),
  fc.tuple(place, fc.nat(8), insertedText).map(
    ([at, length, inserted]): Edit =>
      (text) =>
        replaceSlice(text, at, length, () => inserted),
  ),
  fc.tuple(place, numberText).map(
    ([at, number]): Edit =>
      (text) =>
        replaceNextNumber(text, at, number),
  ),
  place.map(
    (at): Edit =>
      (text) =>
        text.slice(0, at % (text.length + 1)),
  ),
);

/**
 * The text after one to eight damages: slices lost, doubled or swapped, characters replaced, numbers made odd, the end
 * cut off. Same seed, same texts.
 */
export function mutatedText(original: string): fc.Arbitrary<string> {
  return fc
    .array(edit, { minLength: 1, maxLength: MAX_EDITS, size: 'max' })
    .map((edits) => edits.reduce((text, apply) => apply(text), original));
}

function replaceSlice(text: string, place: number, length: number, replacement: (slice: string) => string): string {
  const at = place % (text.length + 1);
  return text.slice(0, at) + replacement(text.slice(at, at + length)) + text.slice(at + length);
}

function swapNeighbours(text: string, place: number, length: number): string {
  const at = place % (text.length + 1);
  const middle = at + length;
  const end = middle + length;
  return text.slice(0, at) + text.slice(middle, end) + text.slice(at, middle) + text.slice(end);
}

function replaceNextNumber(text: string, place: number, number: string): string {
  const digits = /\d[\d.]*/g;
  digits.lastIndex = place % (text.length + 1);
  const found = digits.exec(text);
  return found === null
    ? text + number
    : text.slice(0, found.index) + number + text.slice(found.index + found[0].length);
}
