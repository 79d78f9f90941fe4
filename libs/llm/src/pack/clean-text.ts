/** Nothing that others wrote is read further than this: a label of a megabyte is none, and forms are searched in it. */
const LONGEST_READ = 600;
/** Zero-width, direction, tag, private and unassigned characters: invisible to a person, not to a model. */
const INVISIBLE = /[\p{Cf}\p{Co}\p{Cs}\p{Cn}\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]+/gu;
const BREAKS = /[\p{Cc}\p{Z}]+/gu;
const STACKED_MARKS = /(\p{M}{2})\p{M}+/gu;
/** Most labels are this, and have nothing to unveil. */
const PLAIN = /^[ -~]*$/;
/** Could close the block or the quotes that the text stands in. */
const FENCE = /[<>`"]/g;

function unveiled(text: string): string {
  return text.normalize('NFKC').replace(INVISIBLE, '').replace(STACKED_MARKS, '$1').replace(BREAKS, ' ').trim();
}

/**
 * One visible line of what others wrote. Compatibility forms become plain ones first, so that a full-width bracket or
 * digit is seen for what it is. A word that the reading length cuts is dropped whole: half a secret is still a secret.
 */
export function visibleLine(text: string): string {
  const isWhole = text.length <= LONGEST_READ;
  const read = isWhole ? text : text.slice(0, LONGEST_READ).replace(/\S+$/, '');
  const line = PLAIN.test(read) ? read.replace(/ +/g, ' ').trim() : unveiled(read);
  return isWhole ? line : `${line}…`;
}

/** Takes away the characters that could end a quotation or the data block. */
export function withoutFence(text: string): string {
  return text.replace(FENCE, "'");
}

/** A letter of another script is dear: it may take a token or more, where four Latin ones take one together. */
function weight(character: string): number {
  return (character.codePointAt(0) ?? 0) < 0x800 ? 1 : 2;
}

/** How many UTF-16 units of a text weigh at most so much. */
function unitsWithin(text: string, most: number): number {
  let weighed = 0;
  let units = 0;
  for (const character of text) {
    weighed += weight(character);
    if (weighed > most) return units;
    units += character.length;
  }
  return units;
}

/** At most so many Latin characters or half as many others, ended at a word where there is one near. */
export function shortened(text: string, longest: number): string {
  if (unitsWithin(text, longest) === text.length) return text;
  const kept = text.slice(0, unitsWithin(text, longest - 1));
  const atWord = kept.replace(/\s+\S*$/, '');
  return `${atWord.length >= kept.length / 2 ? atWord : kept}…`;
}

/** Whole sentences as far as they fit, else the beginning of the first. */
export function leadingSentences(text: string, longest: number): string {
  const units = unitsWithin(text, longest);
  if (units === text.length) return text;
  const whole = /^.*[.!?](?=\s)/u.exec(text.slice(0, units + 1))?.[0];
  return whole ?? shortened(text, longest);
}
