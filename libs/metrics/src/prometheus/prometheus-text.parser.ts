export interface PrometheusSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PrometheusPage {
  readonly samples: readonly PrometheusSample[];
  /** Metric family to its type, as far as the page says. */
  readonly types: ReadonlyMap<string, string>;
  /** One sentence per unreadable line; the first ones only, then a count. */
  readonly problems: readonly string[];
}

export interface PrometheusParseOptions {
  /** Samples whose name it refuses are skipped before their labels are read. */
  readonly keep?: (name: string) => boolean;
}

const MAX_PROBLEMS = 20;
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const TYPE_LINE = /#[ \t]+TYPE[ \t]+([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]+([a-z]+)/y;
const OPENING_BRACE = /[ \t]*\{[ \t]*/y;
const CLOSING_BRACE = /[ \t]*\}/y;
// A quoted value holds no unescaped line break: such a line is broken, and so is the one after it.
const LABEL = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"([^"\\\n]*(?:\\[^\n][^"\\\n]*)*)"[ \t]*(,|(?=\}))/y;
// Decimal only: hexadecimal, binary and underscored numbers are no numbers of this format.
const VALUE =
  /[ \t]*([+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|[iI]nf(?:inity)?|[nN]a[nN]))(?=[ \t\r\n]|$)/y;
const TIMESTAMP = /[ \t]+[+-]?\d+(?:\.\d+)?(?=[ \t\r\n]|$)/y;
const EXEMPLAR = /[ \t]+#[ \t][^\n]*/y;
const LINE_END = /[ \t]*\r?(?=\n|$)/y;
const ESCAPE = /\\(.)/g;

/**
 * Reads the Prometheus text format 0.0.4 in one pass. Tolerant: metadata may be missing, timestamps and exemplars are
 * read over, and a line that can't be read is a problem, never an exception and never a guessed number.
 */
export function parsePrometheusText(text: string, options: PrometheusParseOptions = {}): PrometheusPage {
  const samples: PrometheusSample[] = [];
  const types = new Map<string, string>();
  const problems = new ProblemList();
  let line = 0;
  for (let start = 0; start < text.length;) {
    line += 1;
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const first = skipBlanks(text, start);
    if (text[first] === '#') readType(text, first, types);
    else if (first < end && text[first] !== '\r') {
      const sample = readSample(text, first, options.keep);
      if (typeof sample === 'string') problems.add(line, sample);
      else if (sample !== null) samples.push(sample);
    }
    start = end + 1;
  }
  return { samples, types, problems: problems.sentences() };
}

class ProblemList {
  private readonly texts: string[] = [];
  private count = 0;

  add(line: number, reason: string): void {
    this.count += 1;
    if (this.texts.length < MAX_PROBLEMS) this.texts.push(`line ${line}: ${reason}`);
  }

  sentences(): string[] {
    const more = this.count - this.texts.length;
    return more > 0 ? [...this.texts, `and ${more} further unreadable lines`] : this.texts;
  }
}

function skipBlanks(text: string, start: number): number {
  let position = start;
  while (text[position] === ' ' || text[position] === '\t') position += 1;
  return position;
}

function readType(text: string, start: number, types: Map<string, string>): void {
  const match = matchAt(TYPE_LINE, text, start);
  const [, family, type] = match ?? [];
  if (family !== undefined && type !== undefined) types.set(family, type);
}

/** A sample, null for one that is not wanted, or why the line can't be read. */
function readSample(text: string, start: number, keep?: (name: string) => boolean): PrometheusSample | string | null {
  const name = matchAt(NAME, text, start)?.[0];
  if (name === undefined) return 'no metric name';
  if (keep !== undefined && !keep(name)) return null;
  const labelled = readLabels(text, start + name.length);
  if (typeof labelled === 'string') return labelled;
  const value = matchAt(VALUE, text, labelled.end);
  // Without braces a blank has to stand between name and value.
  if (value === null || (labelled.end === start + name.length && !/^[ \t]/.test(value[0]))) return 'no decimal value';
  return endsWell(text, labelled.end + value[0].length)
    ? { name, labels: labelled.labels, value: toNumber(value[1] ?? '') }
    : 'text after the value';
}

function readLabels(text: string, start: number): { labels: Record<string, string>; end: number } | string {
  // Without a prototype, since label names come from outside.
  const labels = Object.create(null) as Record<string, string>;
  const opening = matchAt(OPENING_BRACE, text, start);
  if (opening === null) return { labels, end: start };
  let position = start + opening[0].length;
  for (;;) {
    const closing = matchAt(CLOSING_BRACE, text, position);
    if (closing !== null) return { labels, end: position + closing[0].length };
    const label = matchAt(LABEL, text, position);
    if (label === null) return 'unreadable labels';
    const [whole, name = '', value = ''] = label;
    if (name === '__name__') return 'reserved label name';
    if (name in labels) return 'a label stands twice';
    labels[name] = value.includes('\\') ? value.replace(ESCAPE, unescaped) : value;
    position += whole.length;
  }
}

/** Unknown escapes stay as they are. */
function unescaped(escape: string, character: string): string {
  if (character === 'n') return '\n';
  return character === '"' || character === '\\' ? character : escape;
}

function endsWell(text: string, afterValue: number): boolean {
  let position = afterValue;
  position += matchAt(TIMESTAMP, text, position)?.[0].length ?? 0;
  position += matchAt(EXEMPLAR, text, position)?.[0].length ?? 0;
  return matchAt(LINE_END, text, position) !== null;
}

/** A number as this format writes it, also in the label `le`. NaN where it is none. */
export function toNumber(text: string): number {
  const word = text.toLowerCase();
  if (/^\+?inf(inity)?$/.test(word)) return Number.POSITIVE_INFINITY;
  if (/^-inf(inity)?$/.test(word)) return Number.NEGATIVE_INFINITY;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(word) ? Number(word) : Number.NaN;
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}
