// Decimal only: hexadecimal, binary and underscored numbers are no numbers of this format.
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^[+-]?inf(?:inity)?$/i;

/**
 * A number as this format writes it, also in the label `le`. NaN where it is none, and where it is too large for a
 * double: a page that says 1e309 does not say infinity.
 */
export function toNumber(text: string): number {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : Number.NaN;
  }
  if (!INFINITE.test(text)) return Number.NaN;
  return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Whether the page itself says "not a number", which is a value of this format. */
export function saysNaN(text: string): boolean {
  return /^nan$/i.test(text);
}
