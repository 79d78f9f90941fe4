import { describe, expect, it } from '@jest/globals';
import { parseString } from 'xml2js';
import { anNvidiaSmiLog } from '@app/testing/gpu';
import { parsePlainXml } from './plain-xml.js';

function byXml2js(text: string): unknown {
  let data: unknown = null;
  parseString(text, { explicitArray: false, trim: true }, (error, parsed: unknown) => {
    if (error) throw error;
    data = parsed;
  });
  return data;
}

describe('parsePlainXml', () => {
  it.each([
    [
      'a whole log',
      anNvidiaSmiLog()
        .withGpu()
        .withGpu()
        .build()
        .replace(/<!DOCTYPE[^>]*>/, ''),
    ],
    ['elements of one name', '<a><b>1</b><b>2</b><c/><b>3</b></a>'.replace('<c/>', '<c></c>')],
    ['a lone element', '<a>\n text of two words\n</a>'],
    ['a declaration', '<?xml version="1.0" ?>\n<a><b>1</b></a>\n'],
    ['attributes', '<a><b id="1">x</b><b id="2"> </b><b id="3"><c>1</c></b><b id=""></b></a>'],
    ['nothing', '<a></a>'],
    ['blanks', '<a> \n </a>'],
    ['elements of blanks', '<a><b> </b><b></b><b>\n</b></a>'],
    ['the name of an element that is empty twice', '<a><b></b><b></b></a>'],
  ])('makes of %s what xml2js makes of it', (_, text) => {
    const parsed = parsePlainXml(text);
    expect(parsed).not.toBeNull();
    expect(JSON.stringify(sorted(parsed))).toBe(JSON.stringify(sorted(byXml2js(text))));
  });

  it.each([
    ['a reference', '<a>&amp;</a>'],
    ['text beside elements', '<a>1<b>2</b></a>'],
    ['text after elements', '<a><b>2</b>1</a>'],
    ['a comment', '<a><!-- 1 --></a>'],
    ['CDATA', '<a><![CDATA[1]]></a>'],
    ['an element of one tag', '<a><b/></a>'],
    ['two attributes', '<a b="1" c="2"></a>'],
    ['the name of an inherited property', '<a><constructor>1</constructor></a>'],
    ['two roots', '<a></a><b></b>'],
    ['text after the root', '<a></a>x'],
    ['text before the root', 'x<a></a>'],
    ['tags that cross', '<a><b></a></b>'],
    ['an end without a start', '</a>'],
    ['an attribute of an end', '<a></a b="1">'],
    ['a text that was cut off', '<a><b>1</b>'],
    ['deep nesting', '<a>'.repeat(40) + '</a>'.repeat(40)],
    ['no element', ''],
  ])('leaves a text with %s to xml2js', (_, text) => expect(parsePlainXml(text)).toBeNull());
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, child]) => [name, sorted(child)]),
  );
}
