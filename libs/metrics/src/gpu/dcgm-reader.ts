import type { DcgmField, DcgmName } from './dcgm-fields.js';
import type { DcgmSeriesPage } from './dcgm-series.js';
import { PERCENT, RATIO, readWritten, type DcgmUnit } from './dcgm-values.js';
import type { Issue } from './smi-reader.js';
import type { Reading } from './smi-values.js';

export type DcgmValues = ReadonlyMap<string, number>;

/** Reads the values of one page and remembers what was there and is no value. */
export class DcgmReader {
  readonly issues: Issue[] = [];

  constructor(private readonly page: Pick<DcgmSeriesPage, 'scaleOf'>) {}

  /** The first of its names that has a value. */
  number(values: DcgmValues, signal: string, field: DcgmField): number | null {
    let problem: string | null = null;
    for (const name of field) {
      const reading = this.#read(values, name);
      if (reading.kind === 'value') return reading.value;
      if (reading.kind === 'bad') problem ??= reading.reason;
    }
    if (problem !== null) this.issues.push({ signal, status: 'failed', reason: problem });
    return null;
  }

  /** A group of numbers, each under its own name. */
  numbers<Name extends string>(
    values: DcgmValues,
    signal: string,
    fields: Readonly<Record<Name, DcgmField>>,
  ): Record<Name, number | null> {
    const names = Object.keys(fields) as Name[];
    const entries = names.map((name) => [name, this.number(values, `${signal}.${name}`, fields[name])]);
    return Object.fromEntries(entries) as Record<Name, number | null>;
  }

  /** 0 is no, any other count is yes. */
  flag(values: DcgmValues, signal: string, field: DcgmField): boolean | null {
    const count = this.number(values, signal, field);
    return count === null ? null : count > 0;
  }

  #read(values: DcgmValues, { name, unit }: DcgmName): Reading<number> {
    const written = values.get(name);
    const known = unit === 'percent-or-ratio' ? this.#unitOf(name, written) : unit;
    if (known !== null) return readWritten(written, known);
    return { kind: 'bad', reason: `dcgm-exporter gave ${name} ${written}, which may be 1 percent or all of it` };
  }

  /** Only a lone 1 does not tell whether it is a percentage; 0 is the same either way. */
  #unitOf(name: string, written: number | undefined): DcgmUnit | null {
    if (written !== 1) return written !== undefined && this.page.scaleOf(name) === 'percent' ? PERCENT : RATIO;
    const scale = this.page.scaleOf(name);
    return scale === null ? null : scale === 'percent' ? PERCENT : RATIO;
  }
}
