import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Lines of the driver. */
const DRIVER_LINE = /NVRM|nvidia|xid|nvlink/i;
const MOST_LINES = 500;
const TAIL_BYTES = 2 * 1024 * 1024;
/** The kernel's longest record is 8 KiB; more records than a ring buffer holds. */
const RECORD_BYTES = 16_384;
const MOST_RECORDS = 50_000;
/** Character device 1:11. Some container runtimes put the console in its place, which must not be read. */
const KMSG_DEVICE = 1 * 256 + 11;

/**
 * The last lines of the driver in the kernel log. `source` is as in KERNEL_LOG: `auto`, `none` or a file.
 * @throws where it can't be read
 */
export async function driverKernelLines(source: string): Promise<string> {
  if (source === 'none') throw new Error('KERNEL_LOG is none');
  const lines = source === 'auto' ? await ringBufferLines() : await lastLines(source);
  return lines
    .filter((line) => DRIVER_LINE.test(line))
    .slice(-MOST_LINES)
    .join('\n');
}

async function ringBufferLines(): Promise<string[]> {
  const handle = await open('/dev/kmsg', constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if ((await handle.stat()).rdev !== KMSG_DEVICE) throw new Error('/dev/kmsg is not the log of a kernel');
    const buffer = Buffer.alloc(RECORD_BYTES);
    const records: string[] = [];
    while (records.length < MOST_RECORDS) {
      const bytes = await handle.read(buffer, 0, buffer.length, null).then(
        ({ bytesRead }) => bytesRead,
        (error: unknown) => endOf(error),
      );
      if (bytes === 0) break;
      // A record that was overwritten meanwhile is skipped by the kernel.
      if (bytes > 0) records.push(buffer.toString('utf8', 0, bytes).trimEnd());
    }
    return records;
  } finally {
    await handle.close();
  }
}

/** EAGAIN: there is no further record; EPIPE: this one is gone, the next one is there. */
function endOf(error: unknown): number {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  if (code === 'EAGAIN') return 0;
  if (code === 'EPIPE') return -1;
  throw error;
}

async function lastLines(file: string): Promise<string[]> {
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, TAIL_BYTES);
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await handle.read(buffer, 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead).split('\n');
  } finally {
    await handle.close();
  }
}
