import { describe, expect, it } from '@jest/globals';
import { fuzzRuns, mutatedText } from '@app/testing/fuzz';
import { aPrometheusPage, aVllmPage } from '@app/testing/metrics';
import fc from 'fast-check';
import { parsePrometheusText } from './prometheus-text.parser.js';

const PAGE = aPrometheusPage({ bytes: 4_000 });
const OPEN_METRICS = [
  '# TYPE a_seconds histogram',
  '# UNIT a_seconds seconds',
  'a_seconds_bucket{le="1.0"} 2 1520879600.5 # {trace_id="x"} 0.67 1520879607.789',
  'a_seconds_bucket{le="+Inf"} 3 1520879600.5',
  'a_seconds_count 3',
  '# TYPE "my.metric" gauge',
  '{"my.metric","a.b"="c\\\\d\\"e\\n"} -1.5e-3',
  '# EOF',
].join('\n');

/** Sharing nothing with the parser: whether a word of the line reads as just this number. */
function isWrittenIn(line: string, value: number): boolean {
  return line.split(/[ \t\r}]+/).some((word) => {
    if (Number.isNaN(value)) return word.toLowerCase() === 'nan';
    if (!Number.isFinite(value)) return /^[+-]?inf(inity)?$/i.test(word) && word.startsWith('-') === value < 0;
    return /^[-+.\deE]+$/.test(word) && Number(word) === value;
  });
}

function isLineOf(line: string, name: string, value: number): boolean {
  return (line.includes(name) || line.trimStart().startsWith('{')) && isWrittenIn(line, value);
}

describe('parsePrometheusText on damaged pages', () => {
  it.each([
    ['a page of many families', PAGE],
    ['a vLLM page', aVllmPage()],
    ['an OpenMetrics page', OPEN_METRICS],
  ])('gives no number that the text does not have: %s', (_, original) => {
    fc.assert(
      fc.property(mutatedText(original), (text) => {
        const { samples, problems } = parsePrometheusText(text);

        expect(problems.length).toBeLessThanOrEqual(21);
        const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'));
        expect(samples.length).toBeLessThanOrEqual(lines.length);
        let next = 0;
        for (const { name, value } of samples) {
          // In the order of the page, and each on a line of its own.
          while (next < lines.length && !isLineOf(lines[next] ?? '', name, value)) next += 1;
          if (next === lines.length) throw new Error(`${name} ${value} stands nowhere`);
          next += 1;
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('reads what is kept as it reads it among the rest', () => {
    const keep = (name: string): boolean => name.length % 2 === 0;
    fc.assert(
      fc.property(mutatedText(PAGE), (text) => {
        const all = parsePrometheusText(text).samples.filter(({ name }) => keep(name));
        expect(parsePrometheusText(text, { keep }).samples).toEqual(all);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('takes any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(() => parsePrometheusText(text)).not.toThrow();
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
