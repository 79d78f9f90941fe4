/** What a JSON text may hold before it is parsed. */
export interface WeightLimit {
  /** Objects and lists inside each other. */
  readonly depth: number;
  /** Objects, lists and their elements. */
  readonly values: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENERS: readonly number[] = [0x5b, 0x7b];
const CLOSERS: readonly number[] = [0x5d, 0x7d];

/**
 * Whether a text is light enough to be parsed, and then judged by a schema, within a few milliseconds. A quarter of a
 * megabyte of brackets takes `JSON.parse` a tenth of a second, and a schema that reports each of a hundred thousand
 * wrong elements half a second; one look at each character, up to the limit, takes a millisecond. Text that is no JSON
 * is for the parser to refuse.
 */
export function isLightJson(text: string, { depth: deepest, values: most }: WeightLimit): boolean {
  let depth = 0;
  let values = 0;
  let isInText = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isInText) {
      if (code === BACKSLASH) index += 1;
      else if (code === QUOTE) isInText = false;
      continue;
    }
    if (code === QUOTE) isInText = true;
    else if (code === COMMA) values += 1;
    else if (OPENERS.includes(code)) {
      depth += 1;
      values += 1;
    } else if (CLOSERS.includes(code)) depth -= 1;
    if (depth > deepest || values > most) return false;
  }
  return true;
}
