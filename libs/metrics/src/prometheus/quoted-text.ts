import type { TextCursor } from './text-cursor.js';

/** Holds no line break: a text that has one is broken, and so is the line after it. */
const QUOTED = /"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"/y;
const ESCAPE = /\\(.)/g;
const NEEDS_ESCAPE = /[\\"\n]/g;
const UNKNOWN_ESCAPE = /\\[^"\\n]/;

/** What stands between quotes, with its escapes; null, and no move, where there is no quoted text of one line. */
export function readQuoted(cursor: TextCursor): string | null {
  const start = cursor.position;
  return cursor.accept(QUOTED) ? cursor.text.slice(start + 1, cursor.position - 1) : null;
}

/** Unknown escapes stay as they are: Windows paths are often written without any. */
export function unescapeText(text: string): string {
  return text.includes('\\') ? text.replace(ESCAPE, resolveEscape) : text;
}

/** A quoted name without its escapes; null where it is none, since a name has to be known exactly. */
export function unescapeName(text: string): string | null {
  // In pairs, so that the second half of an escaped backslash begins no escape.
  return text === '' || UNKNOWN_ESCAPE.test(text.replaceAll('\\\\', '')) ? null : unescapeText(text);
}

export function escapeText(text: string): string {
  return text.replace(NEEDS_ESCAPE, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}

function resolveEscape(escape: string, character: string): string {
  if (character === 'n') return '\n';
  return character === '"' || character === '\\' ? character : escape;
}
