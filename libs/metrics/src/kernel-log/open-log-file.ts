import type { FileHandle } from 'node:fs/promises';

export interface ReadBudget {
  bytes: number;
  isSpent(): boolean;
}

const CHUNK_BYTES = 65_536;
const LONGEST_LINE_BYTES = 65_536;
const FINGERPRINT_BYTES = 256;
const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);

/** Tells files of one path apart: a rotated log has another inode than the one that took its place. */
export function identityOf({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${dev}:${ino}`;
}

/** One file of a log, read on from where the last reading ended. */
export class OpenLogFile {
  /** The last line as far as it is written: bytes, since a character may be cut as well. */
  private rest: Buffer = NOTHING;
  /** The bytes before `offset`: where they changed, the file was truncated and written anew. */
  private fingerprint: Buffer = NOTHING;
  private isSkippingLine: boolean;
  private tooLong = 0;

  constructor(
    private readonly handle: FileHandle,
    readonly identity: string,
    private offset: number,
  ) {
    // Begun in the middle, most likely of a line.
    this.isSkippingLine = offset > 0;
  }

  /** @returns whether the end of the file was reached */
  async drain(onLine: (line: string) => void, budget: ReadBudget): Promise<boolean> {
    if (await this.isTruncated()) this.startAgain();
    const buffer = Buffer.alloc(CHUNK_BYTES);
    while (!budget.isSpent()) {
      const wanted = Math.min(CHUNK_BYTES, budget.bytes);
      const { bytesRead } = await this.handle.read(buffer, 0, wanted, this.offset);
      if (bytesRead === 0) return true;
      this.offset += bytesRead;
      budget.bytes -= bytesRead;
      const chunk = buffer.subarray(0, bytesRead);
      this.fingerprint = Buffer.concat([this.fingerprint, chunk.subarray(-FINGERPRINT_BYTES)]).subarray(
        -FINGERPRINT_BYTES,
      );
      this.handOver(chunk, onLine);
    }
    return false;
  }

  /** Lines that were skipped for their length since the last call. */
  takeTooLong(): number {
    const count = this.tooLong;
    this.tooLong = 0;
    return count;
  }

  async close(): Promise<void> {
    // It was only read: closing it has nothing to lose.
    await this.handle.close().catch(() => undefined);
  }

  /** Also where it has grown past the old length since (`copytruncate`), which its size does not tell. */
  private async isTruncated(): Promise<boolean> {
    const { length } = this.fingerprint;
    if (length === 0) return false;
    const { bytesRead, buffer } = await this.handle.read(Buffer.alloc(length), 0, length, this.offset - length);
    return bytesRead < length || !buffer.equals(this.fingerprint);
  }

  private startAgain(): void {
    this.offset = 0;
    this.rest = NOTHING;
    this.fingerprint = NOTHING;
    this.isSkippingLine = false;
  }

  private handOver(chunk: Buffer, onLine: (line: string) => void): void {
    const first = this.isSkippingLine ? chunk.indexOf(NEWLINE) : -1;
    if (this.isSkippingLine && first < 0) return;
    this.isSkippingLine = false;
    const bytes = Buffer.concat([this.rest, chunk.subarray(first + 1)]);
    const last = bytes.lastIndexOf(NEWLINE);
    if (last >= 0) for (const line of bytes.toString('utf8', 0, last).split('\n')) onLine(line);
    this.rest = bytes.subarray(last + 1);
    if (this.rest.length <= LONGEST_LINE_BYTES) return;
    this.rest = NOTHING;
    this.isSkippingLine = true;
    this.tooLong += 1;
  }
}
