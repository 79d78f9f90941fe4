import { performance } from 'node:perf_hooks';
import { type Clock, type Gap, messageOf, type Section, type SectionStatus } from '@app/core';
import { type BootClock, systemBootTime } from './boot-clock.js';
import { KernelEventLog } from './kernel-event-log.js';
import { KernelLineReader } from './kernel-line.reader.js';
import { type KernelLogReading, NOT_A_KERNEL_LOG, unreadableLinesGap } from './kernel-log-reading.js';
import { KMSG_PATH, type KmsgDevice, KmsgReader } from './kmsg.reader.js';
import { LogFileFollower, type LogFileLimits } from './log-file.follower.js';
import type { LogRead, LogSource } from './log-source.js';

export interface KernelLogCollectorOptions {
  readonly openKmsg?: () => Promise<KmsgDevice>;
  readonly fileLimits?: LogFileLimits;
  readonly bootClock?: BootClock;
  readonly monotonicMs?: () => number;
}

interface LineCounts {
  readonly read: number;
  readonly unreadable: number;
}

type Unread = { readonly ok: false; readonly status: SectionStatus; readonly reason: string };
type Answer = { readonly ok: true; readonly notes: readonly string[]; readonly lines: LineCounts } | Unread;

/** After this much of the deadline no further line is read, so that what was read still counts. */
const READING_SHARE_OF_DEADLINE = 0.8;

/** Reads the kernel's log: of the device, or of the file that `KERNEL_LOG` names. */
export class KernelLogCollector {
  private readonly source: LogSource | null;
  private readonly log: KernelEventLog = new KernelEventLog();
  private readonly lines: KernelLineReader;
  private readonly bootClock: BootClock;
  private readonly monotonicMs: () => number;
  private isLogRecognised = false;
  private isOtherLog = false;
  private inFlight: Promise<Answer> | null = null;
  private isClosed = false;

  constructor(
    source: string,
    private readonly clock: Clock,
    options: KernelLogCollectorOptions = {},
  ) {
    this.source = sourceOf(source, options);
    this.bootClock = options.bootClock ?? systemBootTime;
    this.monotonicMs = options.monotonicMs ?? (() => performance.now());
    this.lines = new KernelLineReader((line) => this.log.add(line, this.clock.now()));
  }

  /** Never throws; answers within the deadline, and what is read after it counts for the next collection. */
  async collect(timeoutMs: number): Promise<KernelLogReading> {
    const startedAtMs = this.monotonicMs();
    const collectedAt = this.clock.isoNow();
    const section = (status: SectionStatus, detail: string | null): Section => ({
      status,
      source: this.source?.name ?? null,
      collectedAt,
      durationMs: Math.max(0, Math.round(this.monotonicMs() - startedAtMs)),
      detail,
    });
    if (this.source === null) return this.unread(section('absent', 'KERNEL_LOG is none: the kernel log is not read'));
    if (this.isClosed) return this.unread(section('absent', 'the agent is stopping'));
    const answer = await this.readWithin(this.source, timeoutMs);
    if (!answer.ok) return this.unread(section(answer.status, answer.reason));
    const nowMs = this.clock.now();
    const events = this.log.events(nowMs);
    const unread = unreadableLinesGap(answer.lines);
    const unseen = answer.notes.map((reason): Gap => ({ signal: 'events', status: 'partial', reason }));
    const gaps = [...unseen, ...(unread === null ? [] : [unread]), ...this.log.gaps(nowMs)];
    const detail = gaps.length > 0 ? gaps.map(({ reason }) => reason).join('; ') : null;
    const simulated = this.log.isSimulated;
    return { section: section(detail === null ? 'ok' : 'partial', detail), events, gaps, simulated };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    // A read that hangs must not hold up the end of the process; the descriptor is closed when it ever comes back.
    if (this.inFlight === null) await this.source?.close();
  }

  private unread(section: Section): KernelLogReading {
    const gap: Gap = { signal: 'events', status: section.status, reason: section.detail ?? section.status };
    return { section, events: [], gaps: [gap], simulated: this.log.isSimulated };
  }

  /** A reading that is late goes on alone: no second one is started beside it. */
  private async readWithin(source: LogSource, timeoutMs: number): Promise<Answer> {
    this.inFlight ??= this.readOnce(source, timeoutMs * READING_SHARE_OF_DEADLINE).finally(() => {
      this.inFlight = null;
      if (this.isClosed) void source.close();
    });
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<Answer>((resolve) => {
      const reason = `${source.name} did not answer within ${Math.round(timeoutMs)} ms`;
      timer = setTimeout(() => resolve({ ok: false, status: 'timeout', reason }), timeoutMs);
    });
    return Promise.race([this.inFlight, deadline]).finally(() => clearTimeout(timer));
  }

  private async readOnce(source: LogSource, readingMs: number): Promise<Answer> {
    const endsAtMs = this.monotonicMs() + readingMs;
    try {
      this.log.setBootTime(this.bootClock(this.clock.now()));
      const onLine = (line: string): void => this.lines.push(line, { nowMs: this.clock.now(), hasLocalTimes: true });
      const answer = await source.read(onLine, () => this.monotonicMs() >= endsAtMs);
      this.lines.flush();
      return this.judged(answer, this.lines.takeCounts());
    } catch (error) {
      return { ok: false, status: 'failed', reason: `${source.name} could not be read: ${messageOf(error)}` };
    }
  }

  /** A file without one line that we know is not the kernel's log, also while nothing is added to it. */
  private judged(answer: LogRead, lines: LineCounts): Answer {
    if (lines.read > 0) this.isLogRecognised = true;
    if (lines.unreadable > 0 && !this.isLogRecognised) this.isOtherLog = true;
    if (!answer.ok) return answer;
    if (this.isLogRecognised || !this.isOtherLog) return { ...answer, lines };
    return { ok: false, status: 'failed', reason: NOT_A_KERNEL_LOG };
  }
}

function sourceOf(source: string, { openKmsg, fileLimits }: KernelLogCollectorOptions): LogSource | null {
  if (source === 'none') return null;
  return source === 'auto' || source === KMSG_PATH ? new KmsgReader(openKmsg) : new LogFileFollower(source, fileLimits);
}
