/** One measured number and what it is promised to be. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Null: printed to compare with, and not judged. */
  readonly bound: Bound | null;
  /** Digits after the point. */
  readonly digits?: number;
  /** What helps to judge the value, in parentheses after it. */
  readonly note?: string;
}

export type Bound = { readonly below: number } | { readonly atLeast: number } | { readonly exactly: number };

/** A group of figures that can be asked for by name. */
export interface Topic {
  readonly name: string;
  readonly measure: () => Promise<readonly Figure[]>;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function keepsItsBound({ value, bound }: Figure): boolean {
  if (bound === null) return true;
  if ('below' in bound) return value < bound.below;
  return 'atLeast' in bound ? value >= bound.atLeast : value === bound.exactly;
}

export function sentenceOf(figure: Figure): string {
  const { name, value, unit, bound, digits = 0, note } = figure;
  const measured = `${name}: ${value.toFixed(digits)} ${unit}${note === undefined ? '' : ` (${note})`}`;
  if (bound === null) return `${measured} (for comparison)`;
  const verdict = keepsItsBound(figure) ? 'ok' : 'below' in bound ? 'TOO MUCH' : 'NOT KEPT';
  return `${measured} (${wordsOf(bound)} ${unit}) ${verdict}`;
}

function wordsOf(bound: Bound): string {
  if ('below' in bound) return `bound ${bound.below}`;
  return 'atLeast' in bound ? `at least ${bound.atLeast}` : `exactly ${bound.exactly}`;
}
