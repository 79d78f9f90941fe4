import type { Labels } from './label-set.parser.js';
import { readMetricName } from './metric-name.parser.js';
import { toNumber } from './prometheus-number.js';
import type { TextCursor } from './text-cursor.js';

const HELP = /#[ \t]*HELP[ \t]/y;
const TYPE = /#[ \t]*TYPE[ \t]/y;
const UNIT = /#[ \t]*UNIT[ \t]/y;
const WORD_END = /(?=[ \t\r\n]|$)/y;
const TYPE_WORD = /[a-zA-Z]+(?=[ \t]*\r?(?:\n|$))/y;
/** The first five are those of 0.0.4, the others came with OpenMetrics. */
const TYPES: ReadonlySet<string> = new Set([
  ...['counter', 'gauge', 'histogram', 'summary', 'untyped'],
  ...['unknown', 'info', 'stateset', 'gaugehistogram'],
]);
/** What a sample of a family may be called after the family's name. */
const SUFFIXES = ['', '_bucket', '_count', '_sum', '_total', '_created', '_info', '_gcount', '_gsum'] as const;
const SUFFIX = /_(?:bucket|count|sum|total|created|info|gcount|gsum)$/;

/** What a page says of its metric families in comments, and what that means for their samples. */
export class FamilyMetadata {
  /** The first type that the page gives a family. */
  readonly types = new Map<string, string>();
  private readonly helped = new Set<string>();
  private readonly measured = new Set<string>();
  /** Families that had samples before a type. */
  private readonly untyped = new Set<string>();

  constructor(private readonly keep: ((name: string) => boolean) | undefined) {}

  noteSample(name: string): void {
    const family = name.replace(SUFFIX, '');
    if (this.types.has(name) || this.types.has(family)) return;
    this.untyped.add(name).add(family);
  }

  /** Reads a comment line. A sentence is what is wrong with it; null for a good one and for any other comment. */
  readComment(cursor: TextCursor): string | null {
    if (cursor.accept(HELP)) return this.readOnce(cursor, this.helped, 'HELP');
    if (cursor.accept(TYPE)) return this.readType(cursor);
    return cursor.accept(UNIT) ? this.readOnce(cursor, this.measured, 'UNIT') : null;
  }

  private readOnce(cursor: TextCursor, seen: Set<string>, kind: string): string | null {
    cursor.skipBlanks();
    if (cursor.isAtLineEnd()) return null;
    const family = readFamilyName(cursor);
    if (family === null) return 'no metric name in a comment';
    if (seen.has(family)) return this.ifWanted(family, `second ${kind} of a metric`);
    seen.add(family);
    return null;
  }

  private readType(cursor: TextCursor): string | null {
    cursor.skipBlanks();
    if (cursor.isAtLineEnd()) return null;
    const family = readFamilyName(cursor);
    if (family === null) return 'no metric name in a comment';
    cursor.skipBlanks();
    const start = cursor.position;
    const type = cursor.accept(TYPE_WORD) ? cursor.since(start).toLowerCase() : '';
    if (!TYPES.has(type)) return this.ifWanted(family, 'no known metric type');
    if (this.types.has(family)) return this.ifWanted(family, 'second TYPE of a metric');
    this.types.set(family, type);
    return this.untyped.has(family) ? 'TYPE after the samples of a metric' : null;
  }

  /** Nobody needs to hear what is wrong with families that are not read. */
  private ifWanted(family: string, problem: string): string | null {
    const { keep } = this;
    return keep === undefined || SUFFIXES.some((suffix) => keep(family + suffix)) ? problem : null;
  }

  /** Why a sample can't be what its family's type says; null where it can. */
  contradiction(name: string, labels: Labels, value: number): string | null {
    if (name.endsWith('_bucket')) {
      const type = this.types.get(name.slice(0, -'_bucket'.length));
      if (type !== 'histogram' && type !== 'gaugehistogram') return null;
      if (Number.isNaN(toNumber(labels['le'] ?? ''))) return 'a bucket whose bound is no number';
      return value < 0 ? 'a negative bucket' : null;
    }
    if (value < 0 && name.endsWith('_count')) {
      const type = this.types.get(name.slice(0, -'_count'.length));
      return type === 'histogram' || type === 'summary' ? 'a negative count' : null;
    }
    const quantile = labels['quantile'];
    if (quantile === undefined || this.types.get(name) !== 'summary') return null;
    return Number.isNaN(toNumber(quantile)) ? 'a quantile that is no number' : null;
  }
}

function readFamilyName(cursor: TextCursor): string | null {
  const name = readMetricName(cursor);
  return cursor.accept(WORD_END) ? name : null;
}
