import { readQuoted, unescapeName } from './quoted-text.js';
import type { TextCursor } from './text-cursor.js';

const BARE_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const WHOLE_BARE_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** A metric name, bare or (in OpenMetrics and newer exporters) quoted. Null, the cursor anywhere, where there is none. */
export function readMetricName(cursor: TextCursor): string | null {
  return readBareName(cursor) ?? readQuotedName(cursor);
}

export function readBareName(cursor: TextCursor): string | null {
  const start = cursor.position;
  return cursor.accept(BARE_NAME) ? cursor.since(start) : null;
}

export function readQuotedName(cursor: TextCursor): string | null {
  const quoted = readQuoted(cursor);
  return quoted === null ? null : unescapeName(quoted);
}

/** Whether the name could stand without quotes. */
export function isBareName(name: string): boolean {
  return WHOLE_BARE_NAME.test(name);
}
