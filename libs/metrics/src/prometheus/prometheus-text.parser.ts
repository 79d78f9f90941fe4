import { FamilyMetadata } from './family-metadata.js';
import { ProblemList } from './problem-list.js';
import { readSampleLine, type PrometheusSample, type SampleLineOptions } from './sample-line.parser.js';
import { TextCursor } from './text-cursor.js';

export interface PrometheusPage {
  readonly samples: readonly PrometheusSample[];
  /** Metric family to its type, as far as the page says. */
  readonly types: ReadonlyMap<string, string>;
  /** One sentence per thing that is wrong with the page; the first ones only, then a count. */
  readonly problems: readonly string[];
}

export interface PrometheusParseOptions {
  /** Samples whose name it refuses are skipped before their labels are read. */
  readonly keep?: (name: string) => boolean;
}

/** Far beyond any page that is scraped, and little enough to hold in memory. */
const MAX_LINES = 200_000;
const MAX_LINE_LENGTH = 65_536;
/** What a decoder puts where bytes were no UTF-8. */
const REPLACEMENT = '\ufffd';
const EOF = /#[ \t]EOF[ \t]*\r?(?=\n|$)/y;

/**
 * Reads the Prometheus text format 0.0.4 and OpenMetrics in one pass. Tolerant: metadata may be missing, exemplars are
 * read over, and a line that can't be read is a problem, never an exception and never a guessed number.
 */
export function parsePrometheusText(text: string, options: PrometheusParseOptions = {}): PrometheusPage {
  return new PageReader(text, options).read();
}

class PageReader {
  private readonly cursor: TextCursor;
  private readonly lineOptions: SampleLineOptions;
  private readonly families: FamilyMetadata;
  private readonly samples: PrometheusSample[] = [];
  private readonly series = new Set<string>();
  private readonly problems = new ProblemList();
  private readonly isDamaged: boolean;
  private line = 0;
  private hasEnded = false;

  constructor(
    private readonly text: string,
    { keep }: PrometheusParseOptions,
  ) {
    this.cursor = new TextCursor(text);
    // Only OpenMetrics says where it ends; to 0.0.4 that is a comment like any other.
    this.lineOptions = { keep, timestampUnit: text.trimEnd().endsWith('# EOF') ? 'seconds' : 'milliseconds' };
    this.families = new FamilyMetadata(keep);
    this.isDamaged = text.includes(REPLACEMENT);
  }

  read(): PrometheusPage {
    for (let start = 0; start < this.text.length;) {
      this.line += 1;
      if (this.line > MAX_LINES) {
        this.report(`more than ${MAX_LINES} lines: the page is read no further`);
        break;
      }
      const newline = this.text.indexOf('\n', start);
      const end = newline === -1 ? this.text.length : newline;
      this.readLine(start, end);
      start = end + 1;
    }
    return { samples: this.samples, types: this.families.types, problems: this.problems.sentences() };
  }

  private readLine(start: number, end: number): void {
    const { cursor } = this;
    cursor.position = start;
    cursor.skipBlanks();
    const first = this.text[cursor.position];
    if (cursor.position >= end || first === '\r') return;
    if (end - start > MAX_LINE_LENGTH) return this.report(`longer than ${MAX_LINE_LENGTH} characters`);
    if (this.hasEnded) this.report('text after # EOF');
    this.hasEnded = false;
    if (first !== '#') this.readSample(end);
    else if (cursor.accept(EOF)) this.hasEnded = true;
    else this.report(this.families.readComment(cursor));
  }

  private readSample(end: number): void {
    const start = this.cursor.position;
    const line = readSampleLine(this.cursor, this.lineOptions);
    if (line === null) return;
    if (typeof line === 'string') return this.report(line);
    const { sample, series } = line;
    const contradiction = this.families.contradiction(sample.name, sample.labels, sample.value);
    if (contradiction !== null) return this.report(contradiction);
    const known = this.series.size;
    this.series.add(series);
    // Adding up both would count the same thing twice.
    if (this.series.size === known) return this.report('a series stands twice');
    // In these two the value stands, but not for sure the label, or the last digits.
    if (this.isDamaged && this.text.slice(start, end).includes(REPLACEMENT)) this.report('text that is no valid UTF-8');
    if (end === this.text.length) this.report('no line end: the page may be cut off');
    if (this.samples.at(-1)?.name !== sample.name) this.families.noteSample(sample.name);
    this.samples.push(sample);
  }

  private report(problem: string | null): void {
    if (problem !== null) this.problems.add(this.line, problem);
  }
}
