import { type KernelLine, type LineContext, parseKernelLine } from './kernel-line.parser.js';

/** Longer than any message of several lines that the driver prints. */
const LONGEST_MESSAGE = 8192;

/**
 * Makes messages of the lines of a log. `dmesg` and the journal indent the further lines of a message, so a message
 * is known to be whole only when the next one begins or the text ends.
 */
export class KernelLineReader {
  private pending: KernelLine | null = null;
  private read = 0;
  private unreadable = 0;

  constructor(private readonly onLine: (line: KernelLine) => void) {}

  push(text: string, context: LineContext): void {
    const parsed = parseKernelLine(text, context);
    if (parsed.origin === 'none' && this.pending !== null && isContinuation(text)) {
      const message = `${this.pending.message} ${text.trim()}`.slice(0, LONGEST_MESSAGE);
      this.pending = { ...this.pending, message };
      return;
    }
    this.flush();
    if (parsed.origin === 'unreadable') this.unreadable += 1;
    else if (parsed.origin !== 'none') this.read += 1;
    if (parsed.origin === 'kernel') this.pending = parsed;
  }

  /** Hands over the last message; to be called where a text ends. */
  flush(): void {
    if (this.pending === null) return;
    this.onLine(this.pending);
    this.pending = null;
  }

  /** Lines of a known and of no known form since the last call. */
  takeCounts(): { readonly read: number; readonly unreadable: number } {
    const counts = { read: this.read, unreadable: this.unreadable };
    this.read = 0;
    this.unreadable = 0;
    return counts;
  }
}

/** Properties of a `/dev/kmsg` record are indented too, but name no more of its message. */
function isContinuation(text: string): boolean {
  return /^\s+\S/.test(text) && !/^ [A-Z_]{1,40}=/.test(text);
}
