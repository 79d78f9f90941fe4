import type { SubjectKind } from '@app/core';
import type { NamedSubject } from './subjects.js';

/** A place where a sentence names devices or engines. */
export interface Mention {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly kind: SubjectKind;
  /** What is said holds for each part. Of the ids of a part one is meant; none where there is no such thing. */
  readonly parts: readonly (readonly string[])[];
}

export interface ReadMentions {
  readonly mentions: readonly Mention[];
  /** The sentence with what was read taken out, at the same length. */
  readonly rest: string;
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const CARDINALS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
];
const ROMANS = [
  '',
  'i',
  'ii',
  'iii',
  'iv',
  'v',
  'vi',
  'vii',
  'viii',
  'ix',
  'x',
  'xi',
  'xii',
  'xiii',
  'xiv',
  'xv',
  'xvi',
];
const NUMBER = String.raw`(?:\d{1,4}(?![\d.,]\d)|${CARDINALS.join('|')}|(?:x{0,1}(?:ix|iv|v?i{1,3}|v)|x)(?![a-z]))`;
const KINDS: readonly (readonly [SubjectKind, string])[] = [
  ['gpu', 'gpus?|graphics cards?|cards?|devices?|accelerators?|boards?|cuda'],
  ['engine', 'engines?|replicas?|instances?|servers?|backends?'],
];
const UNIT_AFTER =
  /^\s?(?:%|°|percent|w\b|watts?\b|kw\b|mhz|ghz|[kmgt]i?b\b|ms\b|s\b|seconds?|minutes?|hours?|requests?|tokens?|celsius|degrees|times\b|x\b)/;
const LINK = String.raw`\s*(?:,\s*(?:and\s+)?|and\s+|or\s+|&\s*|-\s*|to\s+|through\s+|/\s*|\+\s*)\s*#?`;

function valueOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const cardinal = CARDINALS.indexOf(text);
  return cardinal >= 0 ? cardinal : ROMANS.indexOf(text);
}

/** `0, 1 and 3`, `0-3`, `0 to 3` as numbers; null for what is too long to be meant. */
function listOf(text: string): number[] {
  const numbers: number[] = [];
  let isRange = false;
  for (const [token] of text.matchAll(new RegExp(`${NUMBER}|-|\\bto\\b|through`, 'g'))) {
    if (/^(?:-|to|through)$/.test(token)) isRange = true;
    else {
      const value = valueOf(token);
      const from = numbers.at(-1) ?? value;
      if (isRange && value - from < 64) for (let next = from + 1; next < value; next += 1) numbers.push(next);
      numbers.push(value);
      isRange = false;
    }
  }
  return numbers;
}

const mask = (text: string): string => '\u00b7'.repeat(text.length);

/** Reads which of the known subjects a lower-case sentence names. */
export class MentionReader {
  private readonly byName: readonly (readonly [string, readonly NamedSubject[]])[];
  private readonly numbered: readonly (readonly [SubjectKind, RegExp])[];

  constructor(private readonly subjects: readonly NamedSubject[]) {
    const names = new Map<string, NamedSubject[]>();
    for (const subject of subjects)
      for (const name of subject.names) names.set(name, [...(names.get(name) ?? []), subject]);
    this.byName = [...names].sort(([left], [right]) => right.length - left.length);
    this.numbered = KINDS.map(([kind, nouns]) => [
      kind,
      new RegExp(
        `(?<![\\p{L}\\d-])(?:${nouns})\\s*(?:#|no\\.?\\s|number\\s|index\\s|id\\s|:|-)?\\s*(${NUMBER}(?:${LINK}${NUMBER})*)(?![\\p{L}\\d])`,
        'gu',
      ),
    ]);
  }

  read(sentence: string): ReadMentions {
    const mentions: Mention[] = [];
    let rest = this.byNames(sentence, mentions);
    for (const [kind, pattern] of this.numbered) rest = this.byNumber(rest, kind, pattern, mentions);
    rest = this.byOrdinal(rest, mentions);
    this.byQuantity(rest, mentions);
    return { mentions: mentions.sort((left, right) => left.start - right.start), rest };
  }

  private byNames(sentence: string, mentions: Mention[]): string {
    let rest = sentence;
    for (const [name, subjects] of this.byName) {
      for (let at = rest.indexOf(name); at >= 0; at = rest.indexOf(name, at + name.length)) {
        const end = at + name.length;
        if (!isWhole(rest, at, end)) continue;
        const kind = subjects[0]?.kind ?? 'host';
        mentions.push({ start: at, end, text: name, kind, parts: [subjects.map(({ id }) => id)] });
        rest = rest.slice(0, at) + mask(name) + rest.slice(end);
      }
    }
    return rest;
  }

  private byNumber(sentence: string, kind: SubjectKind, pattern: RegExp, mentions: Mention[]): string {
    return sentence.replace(pattern, (text: string, list: string, at: number) => {
      const kept = withoutReading(text, list, sentence.slice(at + text.length));
      if (kept === null) return text;
      const numbers = listOf(kept.list);
      const parts = numbers.map((number) => this.numberedAs(kind, number));
      mentions.push({ start: at, end: at + kept.text.length, text: kept.text, kind, parts });
      return mask(kept.text) + text.slice(kept.text.length);
    });
  }

  /** Positions change when a GPU is lost: the number may be the old one of its finding. */
  private numberedAs(kind: SubjectKind, number: number): string[] {
    return this.subjects.filter((one) => one.kind === kind && one.indices.includes(number)).map(({ id }) => id);
  }

  private byOrdinal(sentence: string, mentions: Mention[]): string {
    const pattern = new RegExp(
      `(?<![\\p{L}\\d-])(${ORDINALS.join('|')}|\\d{1,3}(?:st|nd|rd|th))\\s(gpu|card|engine|replica|accelerator|device)(?![\\p{L}])`,
      'gu',
    );
    return sentence.replace(pattern, (text: string, ordinal: string, noun: string, at: number) => {
      const place = /^\d/.test(ordinal) ? Number.parseInt(ordinal, 10) - 1 : ORDINALS.indexOf(ordinal);
      const kind: SubjectKind = /engine|replica/.test(noun) ? 'engine' : 'gpu';
      const subject = this.subjects.filter((one) => one.kind === kind)[place];
      mentions.push({ start: at, end: at + text.length, text, kind, parts: subject ? [[subject.id]] : [] });
      return mask(text);
    });
  }

  /** `All GPUs` names every one of them. */
  private byQuantity(rest: string, mentions: Mention[]): void {
    const pattern =
      /(?<![\p{L}])(?:all (?:of )?(?:the |these |your |our )?(?:\d{1,3} |two |three |four |five |six |seven |eight |sixteen )?|every(?: single)? |each (?:of the )?|both (?:of the )?|the (?:whole|entire) (?:fleet of |set of )?|any (?:of the )?|neither |none of the )(gpus?|engines?|replicas?|cards?|accelerators?|devices?)(?![a-z])/gu;
    for (const { 0: text, 1: noun = '', index } of rest.matchAll(pattern)) {
      const kind: SubjectKind = /engine|replica/.test(noun) ? 'engine' : 'gpu';
      const ids = this.subjects.filter((one) => one.kind === kind).map(({ id }) => id);
      if (ids.length > 1 || /^(?:both)/.test(text))
        mentions.push({ start: index, end: index + text.length, text, kind, parts: ids.map((id) => [id]) });
    }
  }
}

function isWhole(text: string, start: number, end: number): boolean {
  const first = text[start] ?? '';
  const isOpen = /[\p{L}\d_]/u.test(first) && /[\p{L}\d_]/u.test(text[start - 1] ?? ' ');
  return !isOpen && !/[\p{L}\d_]/u.test(text[end] ?? ' ') && !/^[.:/-][\p{L}\d]/u.test(text.slice(end, end + 2));
}

interface Kept {
  readonly text: string;
  readonly list: string;
}

/** In `GPU 0, 92 °C` the last number is a reading, and in `GPU 450 W` the only one is. */
function withoutReading(text: string, list: string, after: string): Kept | null {
  if (!UNIT_AFTER.test(after)) return { text, list };
  const shorter = list.replace(new RegExp(`${LINK}${NUMBER}$`), '');
  if (shorter === list) return null;
  return { text: text.slice(0, text.length - (list.length - shorter.length)), list: shorter };
}
