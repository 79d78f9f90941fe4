import { describe, expect, it } from '@jest/globals';
import { parsePrometheusText } from './prometheus-text.parser.js';

const only = (text: string) => parsePrometheusText(text).samples[0];

describe('parsePrometheusText', () => {
  it('reads names, labels, values and types', () => {
    const page = parsePrometheusText('# HELP a b\n# TYPE a counter\na{x="1",y="2"} 3.5\n\nb 4\n# EOF\n');

    expect(page.samples).toEqual([
      { name: 'a', labels: { x: '1', y: '2' }, value: 3.5 },
      { name: 'b', labels: {}, value: 4 },
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
    ['a\t7 1700000000000', 7],
    ['a{x="1"}9', 9],
    ['a{} 1', 1],
    ['a {\tx = "1" , } 6\r\n', 6],
    ['a_bucket{le="1"} 3 # {trace_id="x"} 0.5 1700000000.0', 3],
  ])('reads %j', (text, value) => {
    expect(parsePrometheusText(text).problems).toEqual([]);
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
    '<html><body>404</body></html>',
  ])('counts %j as a problem instead of guessing a number', (text) => {
    const page = parsePrometheusText(text);

    expect(page.samples).toEqual([]);
    expect(page.problems.length).toBeGreaterThan(0);
    expect(page.problems[0]).toMatch(/^line 1: /);
  });

  it('reads on after a broken line', () => {
    expect(parsePrometheusText('a 1\nb{ 2\nc 3').samples.map(({ name }) => name)).toEqual(['a', 'c']);
  });

  it('names the first problems and counts the rest', () => {
    const { problems } = parsePrometheusText('?\n'.repeat(50));

    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe('and 30 further unreadable lines');
  });

  it('skips unwanted names without reading their labels', () => {
    const page = parsePrometheusText('a{broken 1\nb 2\n', { keep: (name) => name === 'b' });

    expect(page.samples.map(({ name }) => name)).toEqual(['b']);
    expect(page.problems).toEqual([]);
  });

  it('reads a long page in little time', () => {
    const text = 'vllm:x_bucket{engine="0",le="0.5",model_name="m"} 12345.0\n'.repeat(20_000);
    const startedAt = performance.now();

    expect(parsePrometheusText(text).samples).toHaveLength(20_000);
    // Generous for slow machines; a quadratic reader would need minutes.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
