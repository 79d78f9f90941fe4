import { types } from 'node:util';

/** How a reading went; `notes` say what of the log was not seen. */
export type LogRead =
  | { readonly ok: true; readonly notes: readonly string[] }
  | { readonly ok: false; readonly status: 'absent' | 'denied' | 'failed'; readonly reason: string };

/** A log that grows. */
export interface LogSource {
  /** Path, for people. */
  readonly name: string;
  /**
   * Hands over each line that was written since the call before. Never throws, and ends soon after `isLate` says so;
   * what it has not come to is handed over by the next call.
   */
  read(onLine: (line: string) => void, isLate: () => boolean): Promise<LogRead>;
  close(): Promise<void>;
}

export function errorCodeOf(error: unknown): string {
  return types.isNativeError(error) && 'code' in error ? String(error.code) : 'unknown error';
}

/** What to do about it is different for each log. */
export interface Advice {
  readonly absent: string;
  readonly denied: string;
}

export function unreadLog(name: string, error: unknown, advice: Advice): Extract<LogRead, { ok: false }> {
  const code = errorCodeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return { ok: false, status: 'absent', reason: `${name} does not exist: ${advice.absent}` };
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return { ok: false, status: 'denied', reason: `${name} may not be read: ${advice.denied}` };
  }
  return { ok: false, status: 'failed', reason: `${name} could not be read (${code})` };
}
