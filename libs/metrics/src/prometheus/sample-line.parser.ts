import { emptyLabels, readLabelSet, spellLabels, type Labels, type LabelSet } from './label-set.parser.js';
import { isBareName, readBareName, readQuotedName } from './metric-name.parser.js';
import { saysNaN, toNumber } from './prometheus-number.js';
import type { TextCursor } from './text-cursor.js';

export interface PrometheusSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** When the exporter says the value was read; null where it leaves that to the reader, as nearly all do. */
  readonly timestampMs: number | null;
}

export interface SampleLine {
  readonly sample: PrometheusSample;
  /** The same for the same name, labels and time, in whatever order and with whatever blanks they are written. */
  readonly series: string;
}

export interface SampleLineOptions {
  readonly keep?: ((name: string) => boolean) | undefined;
  /** OpenMetrics counts time in seconds, 0.0.4 in milliseconds. */
  readonly timestampUnit: 'seconds' | 'milliseconds';
}

const VALUE = /[^ \t\r\n]+/y;
const MILLISECONDS = /[+-]?\d+(?=[ \t\r\n]|$)/y;
const SECONDS = /[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?(?=[ \t\r\n]|$)/y;
const EXEMPLAR = /#[ \t]+\{[^\n]*/y;
const LINE_END = /[ \t]*\r?(?=\n|$)/y;

/** A sample, null for one that is not wanted, or why the line can't be read. */
export function readSampleLine(cursor: TextCursor, options: SampleLineOptions): SampleLine | string | null {
  const start = cursor.position;
  const bare = readBareName(cursor);
  const name = bare ?? readNameInBraces(cursor);
  if (name === null) return 'no metric name';
  if (options.keep !== undefined && !options.keep(name)) return null;
  const labelled = bare === null ? readLabelSet(cursor) : readLabelsAfterName(cursor);
  if (typeof labelled === 'string') return labelled;
  const { labels, isCanonical } = labelled;
  const series = bare !== null && isCanonical ? cursor.since(start) : spellSeries(name, bare === null, labels);
  const value = readValue(cursor);
  if (value === null) return 'no decimal value';
  const timestampMs = readRest(cursor, options.timestampUnit);
  if (typeof timestampMs === 'string') return timestampMs;
  return {
    sample: { name, labels, value, timestampMs },
    series: timestampMs === null ? series : `${series} ${timestampMs}`,
  };
}

/** `{"a.name",` or `{"a.name"` before the closing brace: the name stands first among the labels. */
function readNameInBraces(cursor: TextCursor): string | null {
  if (!cursor.acceptCharacter('{')) return null;
  cursor.skipBlanks();
  const name = readQuotedName(cursor);
  cursor.skipBlanks();
  return cursor.acceptCharacter(',') || cursor.text[cursor.position] === '}' ? name : null;
}

function readLabelsAfterName(cursor: TextCursor): LabelSet | string {
  const nameEnd = cursor.position;
  if (cursor.acceptCharacter('{')) return readLabelSet(cursor);
  cursor.skipBlanks();
  if (cursor.acceptCharacter('{')) {
    const labelled = readLabelSet(cursor);
    return typeof labelled === 'string' ? labelled : { ...labelled, isCanonical: false };
  }
  // Without braces a blank has to stand between name and value.
  if (cursor.position === nameEnd) return 'no decimal value';
  cursor.position = nameEnd;
  return { labels: emptyLabels(), isCanonical: true };
}

function spellSeries(name: string, isQuoted: boolean, labels: Labels): string {
  const spelledName = isQuoted && !isBareName(name) ? JSON.stringify(name) : name;
  const spelledLabels = spellLabels(labels);
  return spelledLabels === '' ? spelledName : `${spelledName}{${spelledLabels}}`;
}

function readValue(cursor: TextCursor): number | null {
  cursor.skipBlanks();
  const start = cursor.position;
  if (!cursor.accept(VALUE)) return null;
  const written = cursor.since(start);
  const value = toNumber(written);
  return Number.isNaN(value) && !saysNaN(written) ? null : value;
}

/** The timestamp after the value, null where there is none, or why the line does not end well. */
function readRest(cursor: TextCursor, unit: SampleLineOptions['timestampUnit']): number | null | string {
  if (cursor.isAtLineEnd()) return null;
  cursor.skipBlanks();
  const start = cursor.position;
  const written = cursor.accept(unit === 'seconds' ? SECONDS : MILLISECONDS) ? cursor.since(start) : null;
  cursor.skipBlanks();
  cursor.accept(EXEMPLAR);
  if (!cursor.accept(LINE_END)) return 'text after the value';
  if (written === null) return null;
  const timestampMs = Math.round(Number(written) * (unit === 'seconds' ? 1000 : 1));
  return Number.isSafeInteger(timestampMs) ? timestampMs : 'a timestamp out of range';
}
