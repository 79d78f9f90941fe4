import type { SectionStatus } from '@app/core';
import type { EccLayouts, NumberField } from './smi-fields.js';
import { COUNT, findElement, readNumber, readText, readTextOrNone, readWord, type Reading } from './smi-values.js';

/** Why a signal has no value although the driver names it. */
export interface Issue {
  readonly signal: string;
  readonly status: SectionStatus;
  readonly reason: string;
}

/** Reads one element of the log and remembers what could not be read. */
export class SmiReader {
  readonly issues: Issue[] = [];

  text(root: unknown, signal: string, ...paths: readonly string[]): string | null {
    return this.#first(signal, paths, (path) => readText(findElement(root, path)));
  }

  /** Text of an element in which `None` is an answer. */
  textOrNone(root: unknown, signal: string, ...paths: readonly string[]): string | null {
    return this.#first(signal, paths, (path) => readTextOrNone(findElement(root, path)));
  }

  word<T>(root: unknown, signal: string, words: Readonly<Record<string, T>>, ...paths: readonly string[]): T | null {
    return this.#first(signal, paths, (path) => readWord(findElement(root, path), words));
  }

  number(root: unknown, signal: string, field: NumberField): number | null {
    return this.#first(signal, field.paths, (path) => readNumber(findElement(root, path), field.unit));
  }

  /** A group of numbers, each under its own name. */
  numbers<Name extends string>(
    root: unknown,
    signal: string,
    fields: Readonly<Record<Name, NumberField>>,
  ): Record<Name, number | null> {
    const names = Object.keys(fields) as Name[];
    const entries = names.map((name) => [name, this.number(root, `${signal}.${name}`, fields[name])]);
    return Object.fromEntries(entries) as Record<Name, number | null>;
  }

  /**
   * The sum of the counts that the driver reports, since a memory type that a board does not have is N/A. A count that
   * could not be read makes the sum unknown.
   */
  sum(root: unknown, signal: string, layouts: EccLayouts): number | null {
    for (const paths of layouts) {
      const readings = paths.map((path) => readNumber(findElement(root, path), COUNT));
      const broken = readings.find((reading) => reading.kind === 'bad' || reading.kind === 'denied');
      if (broken) return this.#note(signal, broken);
      const counts = readings.flatMap((reading) => (reading.kind === 'value' ? [reading.value] : []));
      if (counts.length > 0) return counts.reduce((total, count) => total + count, 0);
    }
    return null;
  }

  #first<T>(signal: string, paths: readonly string[], read: (path: string) => Reading<T>): T | null {
    let problem: Reading<T> | null = null;
    for (const path of paths) {
      const reading = read(path);
      if (reading.kind === 'value') return reading.value;
      if (reading.kind !== 'missing') problem ??= reading;
    }
    return problem === null ? null : this.#note(signal, problem);
  }

  #note(signal: string, reading: Reading<unknown>): null {
    if (reading.kind === 'bad') this.issues.push({ signal, status: 'failed', reason: reading.reason });
    if (reading.kind === 'denied') {
      this.issues.push({ signal, status: 'denied', reason: 'the driver does not give this value to this user' });
    }
    return null;
  }
}
