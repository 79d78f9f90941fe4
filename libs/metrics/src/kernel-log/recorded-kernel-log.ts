import type { Gap, KernelEvent } from '@app/core';
import { KernelEventLog } from './kernel-event-log.js';
import { KernelLineReader } from './kernel-line.reader.js';
import { NOT_A_KERNEL_LOG, unreadableLinesGap } from './kernel-log-reading.js';

export interface RecordedKernelLogFrame {
  /** Lines in any of the known forms; may repeat those of earlier frames. */
  readonly text: string;
  readonly atMs: number;
  /** From the frame's `/proc/uptime`; without it events counted in seconds since boot get the time of the frame. */
  readonly bootAtMs: number | null;
}

export interface RecordedKernelLogContent {
  readonly events: readonly KernelEvent[];
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
}

/** Reads the kernel log of a recording frame by frame, as the collector reads that of this machine. */
export class RecordedKernelLog {
  private readonly log: KernelEventLog = new KernelEventLog();
  private earlierFrameMs = Infinity;

  read(frame: RecordedKernelLogFrame): RecordedKernelLogContent {
    const { atMs, bootAtMs } = frame;
    if (bootAtMs !== null) {
      // Started after the frame before: another clock of the same boot would not be that far off.
      if (bootAtMs > this.earlierFrameMs) this.log.restart();
      this.log.setBootTime({ zeroMs: bootAtMs, bootAtMs });
    }
    this.earlierFrameMs = atMs;
    const lines = new KernelLineReader((line) => this.log.add(line, atMs));
    // Times without an offset are of a zone that the recording does not name.
    for (const line of linesOf(frame.text)) lines.push(line, { nowMs: atMs, hasLocalTimes: false });
    lines.flush();
    const events = this.log.events(atMs);
    const gaps = [...gapsOf(lines.takeCounts()), ...this.log.gaps(atMs)];
    return { events, gaps, simulated: this.log.isSimulated };
  }
}

function gapsOf(lines: { readonly read: number; readonly unreadable: number }): readonly Gap[] {
  const gap = unreadableLinesGap(lines);
  if (gap === null) return [];
  return [lines.read > 0 ? gap : { signal: 'events', status: 'failed', reason: NOT_A_KERNEL_LOG }];
}

/** One by one: a list of the lines of 64 MiB would be as large as the text again. */
function* linesOf(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf('\n', start);
    yield text.slice(start, end < 0 ? text.length : end);
    start = end < 0 ? text.length : end + 1;
  }
}
