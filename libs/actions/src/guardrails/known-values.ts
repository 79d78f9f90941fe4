/** A number that says something; NaN and infinities say nothing. */
export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Of a duration or a count. */
export function isNotNegative(value: unknown): value is number {
  return isNumber(value) && value >= 0;
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

export function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

/** Milliseconds since 1970; null for what is no time. */
export function instantOf(time: unknown): number | null {
  const instant = typeof time === 'string' ? Date.parse(time) : NaN;
  return Number.isFinite(instant) ? instant : null;
}

/** For a sentence: `90 s`, `12 min`, `5 h`. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  if (seconds < 7_200) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.ceil(seconds / 3_600)} h`;
}
