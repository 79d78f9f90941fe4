import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { type Advice, type LogRead, type LogSource, unreadLog } from './log-source.js';
import { identityOf, OpenLogFile } from './open-log-file.js';

export interface LogFileLimits {
  /** Read by one collection at most; the rest follows with the next. */
  readonly bytesPerRead: number;
  /** Of a log that is there already when the agent starts, only this much of its end. */
  readonly bytesAtStart: number;
}

const MIB = 1024 * 1024;
const DEFAULT_LIMITS: LogFileLimits = { bytesPerRead: 4 * MIB, bytesAtStart: 4 * MIB };
const ADVICE: Advice = {
  absent: 'the agent waits for it; check KERNEL_LOG',
  denied: 'put the agent in the group of the file (often adm)',
};

/**
 * Follows a log file by its path, without losing lines where it is rotated: the old file is read to its end through
 * its open descriptor, once more at the collection after (its writer may not know yet), and the new one from its start.
 */
export class LogFileFollower implements LogSource {
  private current: OpenLogFile | null = null;
  private rotated: OpenLogFile | null = null;
  private isFirstRead = true;
  private wasMissing = false;

  constructor(
    readonly name: string,
    private readonly limits: LogFileLimits = DEFAULT_LIMITS,
  ) {}

  async read(onLine: (line: string) => void, isLate: () => boolean): Promise<LogRead> {
    const budget = { bytes: this.limits.bytesPerRead, isSpent: () => budget.bytes <= 0 || isLate() };
    try {
      return await this.follow((file) => file.drain(onLine, budget));
    } catch (error) {
      return unreadLog(this.name, error, ADVICE);
    } finally {
      this.isFirstRead = false;
    }
  }

  async close(): Promise<void> {
    const files = [this.current, this.rotated];
    this.current = null;
    this.rotated = null;
    await Promise.all(files.map((file) => file?.close()));
  }

  private async follow(drain: (file: OpenLogFile) => Promise<boolean>): Promise<LogRead> {
    const notes: string[] = [];
    const left = (): LogRead => ({ ok: true, notes: [...notes, 'the rest of the log is read at the next collection'] });
    if (this.rotated !== null) {
      if (!(await drain(this.rotated))) return left();
      await this.rotated.close();
      this.rotated = null;
    }
    const identity = await this.identityNow();
    if (this.current !== null) {
      if (!(await drain(this.current))) return left();
      if (identity === null) return { ok: true, notes: [`${this.name} does not exist at the moment`] };
    }
    if (identity !== this.current?.identity) {
      const next = await this.openNext(notes);
      this.rotated = this.current;
      this.current = next;
      if (!(await drain(next))) return left();
    }
    const tooLong = this.current?.takeTooLong() ?? 0;
    if (tooLong > 0) notes.push(`${tooLong} lines were too long to be read`);
    return { ok: true, notes };
  }

  /** Null for the moment of a rotation in which there is no file; a file that stays away is an error. */
  private async identityNow(): Promise<string | null> {
    try {
      const identity = identityOf(await stat(this.name, { bigint: true }));
      this.wasMissing = false;
      return identity;
    } catch (error) {
      const isTolerated = this.current !== null && !this.wasMissing;
      this.wasMissing = true;
      if (isTolerated) return null;
      throw error;
    }
  }

  private async openNext(notes: string[]): Promise<OpenLogFile> {
    // Not blocking: opening a pipe without a writer would hold a thread for ever.
    const handle = await open(this.name, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const status = await handle.stat({ bigint: true });
    if (!status.isFile()) {
      await handle.close();
      throw Object.assign(new Error(`${this.name} is not a file`), { code: 'not a regular file' });
    }
    const skipped = this.isFirstRead ? Math.max(0, Number(status.size) - this.limits.bytesAtStart) : 0;
    if (skipped > 0) notes.push(`the log was long: its first ${skipped} bytes were not read`);
    return new OpenLogFile(handle, identityOf(status), skipped);
  }
}
