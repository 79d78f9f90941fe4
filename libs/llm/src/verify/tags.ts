import { signalText } from '../evidence-text.js';
import { type Tag, TAGS } from './tag-list.js';
import type { Dimension } from './units.js';

const BY_NAME: ReadonlyMap<string, Tag> = new Map(TAGS.map((tag) => [tag.name, tag]));

export function tagNamed(name: string): Tag | undefined {
  return BY_NAME.get(name);
}

export type TagSet = ReadonlySet<string>;

const MOST_TEXTS = 2000;
const LONGEST_KEPT = 200;
const TEXT_TAGS = new Map<string, TagSet>();

let isCompiled = false;

/** Patterns are compiled when they are first used; all of them at once would take longer than a service should stand. */
export function* compileTags(): Generator<undefined, void> {
  if (isCompiled) return;
  isCompiled = true;
  for (const { words, signals } of TAGS) {
    words.test('');
    signals?.test('');
    yield;
  }
}

/** What a piece of normalised lower-case text is about. */
export function tagsOfText(text: string): TagSet {
  const known = TEXT_TAGS.get(text);
  if (known) return known;
  const tags = new Set(TAGS.filter(({ words }) => words.test(text)).map(({ name }) => name));
  // Clauses and words are asked for again and again while an answer is checked, and never after.
  if (TEXT_TAGS.size >= MOST_TEXTS) TEXT_TAGS.clear();
  if (text.length <= LONGEST_KEPT) TEXT_TAGS.set(text, tags);
  return tags;
}

/** `gpus.power.drawWatts` as `gpus power draw watts`. */
export function signalWords(signal: string): string {
  return signal
    .replace(/^derived\./, '')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[._-]+/g, ' ')
    .toLowerCase();
}

/** Signals come from our own rules; what is remembered of them stays small all the same. */
const MOST_NAMES = 2000;
const SIGNAL_TAGS = new Map<string, TagSet>();

export function tagsOfSignal(signal: string): TagSet {
  const known = SIGNAL_TAGS.get(signal);
  if (known) return known;
  const words = signalWords(signal);
  const tags = new Set(TAGS.filter(({ signals }) => signals?.test(words)).map(({ name }) => name));
  if (SIGNAL_TAGS.size < MOST_NAMES) SIGNAL_TAGS.set(signal, tags);
  return tags;
}

const SUFFIX = / (?:ratio|percent|celsius|watts|mhz|bytes|seconds|share|bytes per second|per second)$/;
const NAMES = new Map<string, readonly string[]>();

/** `derived.hottestOtherGpuCelsius` as `hottest other gpu celsius` and `hottest other gpu`: names of several words. */
export function readingNames(signal: string): readonly string[] {
  const known = NAMES.get(signal);
  if (known) return known;
  const words = signalWords(signal);
  const tail = words.replace(/^(?:gpus|engines|caches|system|events|process) /, '');
  const all = [words, tail, words.replace(SUFFIX, ''), tail.replace(SUFFIX, '')];
  const plain = signalText(signal).toLowerCase();
  const names = [...new Set([...all, plain])]
    .filter((name) => name.includes(' '))
    .sort((left, right) => right.length - left.length);
  if (NAMES.size < MOST_NAMES) NAMES.set(signal, names);
  return names;
}

/** Whether two tags exclude each other. */
export function areOpposed(one: string, other: string): boolean {
  const facetOf = BY_NAME.get(one)?.facet ?? null;
  return one !== other && facetOf !== null && BY_NAME.get(other)?.facet === facetOf;
}

/** The tags that say something of a number of this dimension. */
export function tagsFor(dimension: Dimension, tags: TagSet): string[] {
  return [...tags].filter((name) => BY_NAME.get(name)?.dimensions.includes(dimension));
}
