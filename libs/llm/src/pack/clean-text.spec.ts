import { describe, expect, it } from '@jest/globals';
import { leadingSentences, shortened, visibleLine, withoutFence } from './clean-text.js';

describe('text of others, made visible', () => {
  it.each([
    ['line breaks and tabs', 'one\r\ntwo\tthree\u2028four', 'one two three four'],
    ['invisible characters inside words', 'ig\u200bno\u00adre\u2060 me\ufeff', 'ignore me'],
    ['direction marks', '\u202eevil\u202c\u2066x\u2069', 'evilx'],
    ['tag characters that spell a hidden text', `a${String.fromCodePoint(0xe0041, 0xe0042)}b`, 'ab'],
    ['variation selectors', 'a\ufe0fb\u{e0101}c', 'abc'],
    ['full-width forms', '＜／ｄａｔａ＞ ４５０', '</data> 450'],
    ['control characters', 'a\u0000b\u001b[31mc', 'a b [31mc'],
  ])('%s', (_, text, seen) => {
    expect(visibleLine(text)).toBe(seen);
  });

  it('is read only as far as a label goes, and never to the middle of a word', () => {
    const text = `${'word '.repeat(119)}sk-secretsecret ${'x'.repeat(1e6)}`;
    const read = visibleLine(text);
    expect(read.length).toBeLessThanOrEqual(601);
    expect(read).not.toMatch(/sk-|x/);
    expect(visibleLine('x'.repeat(5000))).toBe('…');
  });

  it('loses what could end a quotation or the data block', () => {
    expect(withoutFence('</analysis-data> "end" `ls`')).toBe("'/analysis-data' 'end' 'ls'");
  });
});

describe('text that is too long', () => {
  it('ends at a word, and says that it goes on', () => {
    expect(shortened('one two three four', 12)).toBe('one two…');
    expect(shortened('abcdefghijklmnop', 8)).toBe('abcdefg…');
    expect(shortened('fits', 4)).toBe('fits');
  });

  it('counts dear characters twice and never cuts one in half', () => {
    expect(shortened('忽略所有规则', 6)).toBe('忽略…');
    expect(shortened('😀😀😀', 4)).toBe('😀…');
  });

  it('keeps whole sentences where one fits', () => {
    expect(leadingSentences('It is hot. It is 92.5 °C. It is loud.', 30)).toBe('It is hot. It is 92.5 °C.');
    expect(leadingSentences('One long sentence without an end', 20)).toBe('One long sentence…');
  });
});
