import { escapeText, readQuoted, unescapeName, unescapeText } from './quoted-text.js';
import type { TextCursor } from './text-cursor.js';

export type Labels = Readonly<Record<string, string>>;

export interface LabelSet {
  readonly labels: Labels;
  /** Whether the text is the one spelling of this set: names in order, no blanks, no needless escapes. */
  readonly isCanonical: boolean;
}

/** The most that any exporter writes is near forty (the configuration of an engine as labels). */
const MAX_LABELS = 128;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const BARE_LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Reads `a="b",…}` up to the closing brace. A sentence is why it can't. */
export function readLabelSet(cursor: TextCursor): LabelSet | string {
  const labels = emptyLabels();
  const start = cursor.position;
  let canonicalLength = 0;
  let isCanonical = true;
  let previous = '';
  for (let count = 0; ; count += 1) {
    cursor.skipBlanks();
    if (cursor.acceptCharacter('}')) break;
    if (count === MAX_LABELS) return `more than ${MAX_LABELS} labels`;
    const name = readLabelName(cursor);
    const value = name === null ? null : readLabelValue(cursor);
    if (name === null || value === null) return 'unreadable labels';
    if (name === '__name__') return 'reserved label name';
    if (name in labels) return 'a label stands twice';
    const text = unescapeText(value);
    labels[name] = text;
    isCanonical &&= previous < name && (text === value || escapeText(text) === value);
    // With `="",`, the last one counting as the closing brace of a set without a comma at its end.
    canonicalLength += name.length + value.length + 4;
    previous = name;
  }
  return { labels, isCanonical: isCanonical && canonicalLength === cursor.position - start };
}

export function emptyLabels(): Record<string, string> {
  // Without a prototype, since label names come from outside.
  return Object.create(null) as Record<string, string>;
}

/** The one spelling of a set of labels, braces left out. */
export function spellLabels(labels: Labels): string {
  return Object.keys(labels)
    .sort()
    .map((name) => `${spellName(name)}="${escapeText(labels[name] ?? '')}"`)
    .join();
}

function spellName(name: string): string {
  return BARE_LABEL_NAME.test(name) ? name : `"${escapeText(name)}"`;
}

function readLabelName(cursor: TextCursor): string | null {
  const start = cursor.position;
  if (cursor.accept(LABEL_NAME)) return cursor.since(start);
  const quoted = readQuoted(cursor);
  return quoted === null ? null : unescapeName(quoted);
}

/** From the `=` to the comma or the closing brace, which stays. */
function readLabelValue(cursor: TextCursor): string | null {
  cursor.skipBlanks();
  if (!cursor.acceptCharacter('=')) return null;
  cursor.skipBlanks();
  const value = readQuoted(cursor);
  cursor.skipBlanks();
  return cursor.acceptCharacter(',') || cursor.text[cursor.position] === '}' ? value : null;
}
