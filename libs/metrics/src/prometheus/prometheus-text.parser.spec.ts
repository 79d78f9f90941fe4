import { describe, expect, it } from '@jest/globals';
import { parsePrometheusText } from './prometheus-text.parser.js';

const only = (text: string) => parsePrometheusText(`${text}\n`).samples[0];
const problemsOf = (text: string) => parsePrometheusText(`${text}\n`).problems;

describe('parsePrometheusText', () => {
  it('reads names, labels, values and types', () => {
    const page = parsePrometheusText('# HELP a b\n# TYPE a counter\na{x="1",y="2"} 3.5\n\nb 4\n# EOF\n');

    expect(page.samples).toEqual([
      { name: 'a', labels: { x: '1', y: '2' }, value: 3.5, timestampMs: null },
      { name: 'b', labels: {}, value: 4, timestampMs: null },
    ]);
    expect([...page.types]).toEqual([['a', 'counter']]);
    expect(page.problems).toEqual([]);
  });

  it.each([
    ['a 1', 1],
    ['a 1e3', 1000],
    ['a -2.5E-1', -0.25],
    ['a .5', 0.5],
    ['a +Inf', Number.POSITIVE_INFINITY],
    ['a -Inf', Number.NEGATIVE_INFINITY],
    ['a NaN', Number.NaN],
    ['a INFINITY', Number.POSITIVE_INFINITY],
    ['a 1e-400', 0],
    ['a\t7 1700000000000', 7],
    ['a{x="1"}9', 9],
    ['a{} 1', 1],
    ['a {\tx = "1" , } 6\r\n', 6],
    ['a_bucket{le="1"} 3 # {trace_id="x"} 0.5 1700000000.0', 3],
  ])('reads %j', (text, value) => {
    expect(problemsOf(text)).toEqual([]);
    expect(only(text)?.value).toBe(value);
  });

  it('resolves escapes in label values', () => {
    expect(only('a{x="q\\"b\\\\n\\nc,}"} 1')?.labels['x']).toBe('q"b\\n\nc,}');
  });

  it('keeps a label that is called like an object property', () => {
    expect(Object.entries(only('a{__proto__="x"} 1')?.labels ?? {})).toEqual([['__proto__', 'x']]);
  });

  it.each([
    'metric{label="new\nline"} 3.14',
    'metric{__name__="bla"} 3.14',
    'metric{label=bla} 3.14',
    'metric{label="bla"+} 3.14',
    'metric{label="bla"} 3.14 2 3',
    '{label="bla"} 3.14 2',
    'foo 0x1p-3',
    'foo 0b1',
    'foo 1_000',
    'foo',
    'foo3.14{',
    'metric{label="bla",label="bla"} 3.14',
    'metric{label="bla",,} 3.14',
    'metric{label="bla" 3.14',
    'metric 1 1.5',
    'metric 1 99999999999999999999',
    'metric 1 # a comment',
    'metric 1e309',
    `metric ${'9'.repeat(400)}`,
    'metric 1\u00a02',
    '{} 1',
    '{""} 1',
    '{"a" x="1"} 1',
    '{"a",x="1","b"} 1',
    '{"a\\xc5z",label="bla"} 1',
    'metric{"a\\tb"="bla"} 1',
    `metric{${Array.from({ length: 129 }, (_, i) => `l${i}="x"`).join()}} 1`,
    `metric{label="${'x'.repeat(70_000)}"} 1`,
    '<html><body>404</body></html>',
  ])('counts %j as a problem instead of guessing a number', (text) => {
    const page = parsePrometheusText(`${text}\n`);

    expect(page.samples).toEqual([]);
    expect(page.problems.length).toBeGreaterThan(0);
    expect(page.problems[0]).toMatch(/^line 1: /);
  });

  it('reads on after a broken line', () => {
    expect(parsePrometheusText('a 1\nb{ 2\nc 3\n').samples.map(({ name }) => name)).toEqual(['a', 'c']);
  });

  it('names the first problems and counts the rest', () => {
    const { problems } = parsePrometheusText('?\n'.repeat(50));

    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe('and 30 further problems');
  });

  it('skips unwanted names without reading their labels', () => {
    const page = parsePrometheusText('a{broken 1\nb 2\n', { keep: (name) => name === 'b' });

    expect(page.samples.map(({ name }) => name)).toEqual(['b']);
    expect(page.problems).toEqual([]);
  });

  describe('time', () => {
    it('is in milliseconds on a page of 0.0.4', () => {
      expect(only('a 1 1700000000123')?.timestampMs).toBe(1_700_000_000_123);
      expect(only('a 1\t-5')?.timestampMs).toBe(-5);
    });

    it.each(['1700000000.123', '1.700000000123e9'])('is in seconds on a page of OpenMetrics: %s', (written) => {
      expect(parsePrometheusText(`a 1 ${written}\n# EOF`).samples[0]?.timestampMs).toBe(1_700_000_000_123);
    });
  });

  describe('OpenMetrics', () => {
    it('is read with its types, units, exemplars and times of creation', () => {
      const page = parsePrometheusText(
        [
          '# TYPE a_seconds histogram',
          '# UNIT a_seconds seconds',
          '# HELP a_seconds Says "\\"" and # {x}.',
          'a_seconds_bucket{le="1.0"} 2 # {trace_id="q\\"}"} 0.67 1520879607.789',
          'a_seconds_bucket{le="+Inf"} 3',
          'a_seconds_count 3',
          'a_seconds_sum 4.5',
          'a_seconds_created 1520430000.123',
          '# TYPE b info',
          'b_info{version="1"} 1',
          '# TYPE c stateset',
          'c{c="on"} 1',
          'c{c="off"} 0',
          '# TYPE d gaugehistogram',
          'd_bucket{le="+Inf"} 4',
          'd_gcount 4',
          'd_gsum 2',
          '# TYPE e unknown',
          'e 1',
          '# EOF',
        ].join('\n'),
      );

      expect(page.problems).toEqual([]);
      expect(page.samples.map(({ value }) => value)).toEqual([2, 3, 3, 4.5, 1_520_430_000.123, 1, 1, 0, 4, 4, 2, 1]);
      expect(Object.fromEntries(page.types)).toEqual({
        a_seconds: 'histogram',
        b: 'info',
        c: 'stateset',
        d: 'gaugehistogram',
        e: 'unknown',
      });
    });

    it('may have quoted names', () => {
      const page = parsePrometheusText(
        '# TYPE "my.metric" counter\n{"my.metric",label="x"} 1\n{ "µ \\"q\\"" } 2\nb{"a.b"="c",d="e"} 3\n# EOF\n',
      );

      expect(page.problems).toEqual([]);
      expect(page.samples).toEqual([
        { name: 'my.metric', labels: { label: 'x' }, value: 1, timestampMs: null },
        { name: 'µ "q"', labels: {}, value: 2, timestampMs: null },
        { name: 'b', labels: { 'a.b': 'c', d: 'e' }, value: 3, timestampMs: null },
      ]);
      expect(page.types.get('my.metric')).toBe('counter');
    });

    it('ends where it says so', () => {
      expect(problemsOf('a 1\n# EOF\n\nb 2\nc 3\n# EOF')).toEqual(['line 4: text after # EOF']);
    });
  });

  describe('a series that stands twice', () => {
    it.each([
      ['a 1', 'a{} 1'],
      ['a{x="1",y="2"} 1', 'a{x="1",y="2"} 1'],
      ['a{x="1",y="2"} 1', 'a{y="2",x="1"} 5'],
      ['a{x="1",y="2"} 1', 'a { x = "1" , y = "2" , } 5'],
      ['a{x="1"} 1', '{"a","x"="1"} 5'],
      ['a{x="q\\"\\n"} 1', 'a{x="q\\"\\n",} 5'],
      ['a 1 1000', 'a{} 2 1000'],
    ])('is read once: %j and %j', (first, second) => {
      const page = parsePrometheusText(`${first}\n${second}\n`);

      expect(page.samples.map(({ value }) => value)).toEqual([1]);
      expect(page.problems).toEqual(['line 2: a series stands twice']);
    });

    it.each([
      ['a{x="1"} 1', 'a{x="2"} 2'],
      ['a{x="1"} 1', 'b{x="1"} 2'],
      ['a{x="1,y=2"} 1', 'a{x="1",y="2"} 2'],
      ['a{x="1"} 1', '{"a{x=\\"1\\"}"} 2'],
      ['a{x=""} 1', 'a 2'],
      ['a 1 1000', 'a 2 2000'],
      ['a 1', 'a 2 2000'],
    ])('is another one than %j with %j', (first, second) => {
      const page = parsePrometheusText(`${first}\n${second}\n`);

      expect(page.samples).toHaveLength(2);
      expect(page.problems).toEqual([]);
    });
  });

  it.each([
    ['# HELP a one\n# HELP a two', 'line 2: second HELP of a metric'],
    ['# TYPE a gauge\n# TYPE a counter', 'line 2: second TYPE of a metric'],
    ['# UNIT a_s s\n# UNIT a_s s', 'line 2: second UNIT of a metric'],
    ['a 1\n# TYPE a gauge', 'line 2: TYPE after the samples of a metric'],
    ['a_bucket{le="1"} 1\n# TYPE a histogram', 'line 2: TYPE after the samples of a metric'],
    ['# TYPE met-ric gauge', 'line 1: no metric name in a comment'],
    ['# TYPE "a\\t" gauge', 'line 1: no metric name in a comment'],
    ['# TYPE a speed', 'line 1: no known metric type'],
    ['# TYPE a', 'line 1: no known metric type'],
    ['# TYPE a histogram\na_bucket{le="0x1p-3"} 3', 'line 2: a bucket whose bound is no number'],
    ['# TYPE a histogram\na_bucket 3', 'line 2: a bucket whose bound is no number'],
    ['# TYPE a histogram\na_bucket{le="1"} -3', 'line 2: a negative bucket'],
    ['# TYPE a summary\na_count -3', 'line 2: a negative count'],
    ['# TYPE a summary\na{quantile="half"} 3', 'line 2: a quantile that is no number'],
    ['a{x="\ufffd"} 3', 'line 1: text that is no valid UTF-8'],
  ])('notices what is wrong with %j', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it.each([
    '#',
    '# a comment',
    '# TYPE',
    '# HELP',
    '# HELP a',
    '# HELPFUL a b',
    '#\tTYPE\ta\tcounter',
    '# TYPE a COUNTER',
  ])('takes %j', (comment) => {
    expect(problemsOf(comment)).toEqual([]);
  });

  it('keeps the first type', () => {
    expect(parsePrometheusText('# TYPE a gauge\n# TYPE a counter\n').types.get('a')).toBe('gauge');
  });

  it('says when the last line may be cut off, and reads what it says', () => {
    expect(parsePrometheusText('a 1\nb 42')).toMatchObject({
      samples: [{ value: 1 }, { value: 42 }],
      problems: ['line 2: no line end: the page may be cut off'],
    });
  });

  it('is silent about what is wrong with families that nobody asked for', () => {
    const text =
      '# TYPE a odd\n# HELP a x\n# HELP a y\na{x="\ufffd"} 1\n# TYPE b_seconds odd\nb_seconds_bucket{le="1"} 2\na 1';

    expect(parsePrometheusText(text, { keep: (name) => name === 'b_seconds_bucket' })).toMatchObject({
      samples: [{ name: 'b_seconds_bucket' }],
      problems: ['line 5: no known metric type'],
    });
  });

  it('reads a long page in little time, and an endless one not to the end', () => {
    const text = Array.from({ length: 210_000 }, (_, i) => `vllm:x_bucket{engine="${i}",le="0.5"} 12345.0\n`).join('');
    const startedAt = performance.now();
    const page = parsePrometheusText(text);

    expect(page.samples).toHaveLength(200_000);
    expect(page.problems).toEqual(['line 200001: more than 200000 lines: the page is read no further']);
    // Generous for slow machines; a quadratic reader would need minutes.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
