/** More than the values of one series of a damaged page add up to. */
const MAX_SUMS = 50_000;

/** Numbers anywhere in a value that are no number of the text, and no sum of the values that a series has there. */
export function inventedNumbers(value: unknown, text: string): number[] {
  const written = new Set(numbersIn(text));
  const groups = [...valuesBySeries(text).values()].filter((values) => values.length > 1);
  return numbersOf(value).filter((number) => !written.has(number) && !groups.some((values) => isSumOf(number, values)));
}

/** All numbers in a value, however deep. */
export function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

function numbersIn(text: string): number[] {
  return text
    .split(/[\s"{}]+/)
    .filter((word) => /^[-+.\deE]+$/.test(word))
    .map(Number)
    .filter(Number.isFinite);
}

/** By name and, for buckets, by bound (`1` and `1.0` are one), since those are what is added over other labels. */
function valuesBySeries(text: string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const line of text.split('\n')) {
    const name = /^[ \t]*([^\s{]+)/.exec(line)?.[1] ?? '';
    const key = name.endsWith('_bucket') ? `${name} ${boundIn(line)}` : name;
    groups.set(key, [...(groups.get(key) ?? []), ...numbersIn(line.slice(line.lastIndexOf('}') + 1))]);
  }
  return groups;
}

function boundIn(line: string): number {
  const written = /le="\+?([^"]*)"/.exec(line)?.[1] ?? '';
  return /^inf(inity)?$/i.test(written) ? Number.POSITIVE_INFINITY : Number(written);
}

function isSumOf(number: number, values: readonly number[]): boolean {
  const tolerance = 1e-9 * Math.max(1, Math.abs(number));
  const sums = new Set([0]);
  for (const value of values) for (const sum of [...sums]) if (sums.size < MAX_SUMS) sums.add(sum + value);
  return [...sums].some((sum) => Math.abs(sum - number) <= tolerance);
}
