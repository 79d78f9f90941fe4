import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Every tick wakes an idle process: at 100 ms that alone took a quarter of what the agent may cost. A loop that stands
 * for a second or longer is always seen, one that stands for less by chance.
 */
const RESOLUTION_MS = 1000;
const TURN_MS = 60_000;
const NANOSECONDS = 1e9;

export interface EventLoopDelays {
  readonly p50Seconds: number | null;
  readonly p99Seconds: number | null;
}

type DelayMonitor = Pick<IntervalHistogram, 'count' | 'percentile' | 'disable'>;

/**
 * How late the event loop is, over the last one to two minutes. Two monitors overlap, because emptying one loses a
 * delay that is under way, and one that is never emptied soon shows nothing new.
 */
export class EventLoopDelay {
  private older: DelayMonitor | null = null;
  private newer: DelayMonitor | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly begin: () => DelayMonitor = beginMonitor) {}

  start(): void {
    if (this.timer !== null) return;
    this.older = this.begin();
    this.newer = this.begin();
    // Unreferenced: watching alone must not keep the process alive.
    this.timer = setInterval(() => this.turn(), TURN_MS).unref();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.older?.disable();
    this.newer?.disable();
    this.timer = this.older = this.newer = null;
  }

  /** Null before the first tick. */
  read(): EventLoopDelays {
    const monitor = this.older;
    // An empty histogram answers with its bounds instead of saying that it is empty.
    if (monitor === null || monitor.count === 0) return { p50Seconds: null, p99Seconds: null };
    return { p50Seconds: delayOf(monitor.percentile(50)), p99Seconds: delayOf(monitor.percentile(99)) };
  }

  private turn(): void {
    this.older?.disable();
    this.older = this.newer;
    this.newer = this.begin();
  }
}

function beginMonitor(): DelayMonitor {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  monitor.enable();
  return monitor;
}

/** The monitor measures from tick to tick, so an idle loop shows its resolution; the delay is what is beyond it. */
function delayOf(nanoseconds: number): number {
  return Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1000);
}
