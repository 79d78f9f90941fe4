/** Zero-width, direction and other marks that a reader does not see; taken out, so that `9\u200b2` is 92. */
const INVISIBLE = /[\p{Cf}\p{Co}\p{Cs}\p{Mn}\p{Me}]+/gu;
const SUPERSCRIPTS = /[⁰¹²³⁴⁵⁶⁷⁸⁹]+/gu;
const VULGAR_FRACTION = /[\u00bc-\u00be\u2150-\u215e\u2189]/gu;
const DASHES = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/gu;
/** Printable ASCII has one spelling already. */
const PLAIN = /^[ -~]*$/;
const QUOTES = /[\u2018\u2019\u201a\u201b\u2032\u02bc]/gu;
const DOUBLE_QUOTES = /[\u201c-\u201f\u2033\u00ab\u00bb]/gu;

/** Digits of any script as ASCII: blocks of decimal digits begin at their zero. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String(code - zero);
}

function separated(text: string): string {
  return text.replace(/(\d)[\u202f\u00a0\u2009'_](?=\d{3}(?!\d))/g, '$1,');
}

/** Removes what is invisible; what is left is both checked and shown. */
export function withoutInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}

/**
 * One spelling for what looks alike: compatibility forms, digits of other scripts, dashes, quotes and white space.
 * A dash stays a dash between words and becomes a minus or range mark between numbers.
 */
export function normalise(text: string): string {
  if (PLAIN.test(text)) return separated(text).replace(/\s+/g, ' ').trim();
  return separated(text)
    .replace(/[µμ](?=[sWA]\b)/g, 'u')
    .replace(SUPERSCRIPTS, (digits) => `^${digits.normalize('NFKC')}`)
    .replace(VULGAR_FRACTION, (fraction) => ` ${fraction.normalize('NFKC')}`)
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .replace(/\p{Nd}/gu, (digit) => (digit <= '9' ? digit : asciiDigit(digit)))
    .replace(/\u2044/g, '/')
    .replace(/[\u066b]/g, '.')
    .replace(/[\u066c]/g, ',')
    .replace(/\u066a/g, '%')
    .replace(DASHES, '-')
    .replace(QUOTES, "'")
    .replace(DOUBLE_QUOTES, '"')
    .replace(/\s+/g, ' ')
    .trim();
}

/** How sentences are compared word for word. */
export function sentenceKey(text: string): string {
  return normalise(text)
    .toLowerCase()
    .replace(/[.!;:]+$/, '');
}
