import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Advice, errorCodeOf, type LogRead, type LogSource, unreadLog } from './log-source.js';

/** An open `/dev/kmsg`: each `read` gives one record, and fails with EAGAIN where there is no further one. */
export interface KmsgDevice {
  read(buffer: Buffer): Promise<number>;
  close(): Promise<void>;
}

export const KMSG_PATH = '/dev/kmsg';
/** The kernel refuses to give a record to a buffer that it does not fit in; 8 KiB is its longest. */
const BUFFER_BYTES = 16_384;
/** More than the ring buffer of a large machine holds. */
const MOST_RECORDS = 50_000;
const ADVICE: Advice = {
  absent: 'in a container pass the device in (--device /dev/kmsg), or name a log file with KERNEL_LOG',
  denied: 'give the agent CAP_SYSLOG, or name a log file with KERNEL_LOG and put the agent in its group (often adm)',
};

/** Not blocking: a read that waits for the next message would hold a thread for hours. */
export async function openKmsg(): Promise<KmsgDevice> {
  const handle: FileHandle = await open(KMSG_PATH, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  // Some container runtimes put the console in its place, and reading that would take a person's input.
  if (!(await handle.stat().then(isKmsg))) {
    await handle.close();
    throw Object.assign(new Error(`${KMSG_PATH} is not the kernel's log`), { code: 'not the log of a kernel' });
  }
  return {
    read: async (buffer) => (await handle.read(buffer, 0, buffer.length, null)).bytesRead,
    close: () => handle.close(),
  };
}

function isKmsg({ rdev }: { rdev: number }): boolean {
  // Character device 1:11, by the kernel's list of devices.
  return rdev === 1 * 256 + 11;
}

/** Reads the ring buffer of the kernel from its beginning, so that it knows what was logged before the agent started. */
export class KmsgReader implements LogSource {
  readonly name = KMSG_PATH;
  private device: KmsgDevice | null = null;
  private readonly buffer: Buffer = Buffer.alloc(BUFFER_BYTES);

  constructor(private readonly openDevice: () => Promise<KmsgDevice> = openKmsg) {}

  async read(onLine: (line: string) => void, isLate: () => boolean): Promise<LogRead> {
    try {
      this.device ??= await this.openDevice();
      return { ok: true, notes: await this.drain(this.device, onLine, isLate) };
    } catch (error) {
      // Opened anew next time; what is then read again has the same times and texts.
      await this.close();
      return unreadLog(this.name, error, ADVICE);
    }
  }

  async close(): Promise<void> {
    const device = this.device;
    this.device = null;
    // It was only read: closing it has nothing to lose.
    await device?.close().catch(() => undefined);
  }

  private async drain(device: KmsgDevice, onLine: (line: string) => void, isLate: () => boolean): Promise<string[]> {
    let areLost = false;
    const notes = (...further: string[]): string[] => [
      ...(areLost ? ['the kernel overwrote messages before they were read'] : []),
      ...further,
    ];
    for (let record = 0; record < MOST_RECORDS; record += 1) {
      if (isLate()) return notes('the rest of the log is read at the next collection');
      try {
        const length = await device.read(this.buffer);
        if (length === 0) return notes();
        // Below its first line a record has properties, which say nothing that we use.
        onLine(this.buffer.toString('utf8', 0, length).split('\n', 1)[0] ?? '');
      } catch (error) {
        const code = errorCodeOf(error);
        if (code === 'EAGAIN') return notes();
        // Overwritten while we were away, or longer than the buffer: the kernel goes on with the next record.
        if (code !== 'EPIPE' && code !== 'EINVAL') throw error;
        areLost = true;
      }
    }
    return notes('the rest of the log is read at the next collection');
  }
}
