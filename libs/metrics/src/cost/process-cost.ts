import type { OnApplicationShutdown } from '@nestjs/common';
import { readChildProcesses } from './child-processes.js';
import { EventLoopDelay, type EventLoopDelays } from './event-loop-delay.js';

/** What the agent's process and its children use. */
export interface ProcessCost {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly eventLoopDelay: EventLoopDelays;
  /** Direct children; the three are null where there is no `/proc`. */
  readonly childProcesses: number | null;
  readonly childCpuSeconds: number | null;
  readonly childResidentBytes: number | null;
}

export interface ProcessCostOptions {
  readonly procRoot?: string;
  readonly pid?: number;
}

const MICROSECONDS = 1e6;

/** Reads the cost of this process when asked; only the event loop is watched all the time. */
export class ProcessCostMeter implements OnApplicationShutdown {
  private readonly delay = new EventLoopDelay();
  private childCpuSeconds = 0;
  private readonly procRoot: string;
  private readonly pid: number;

  constructor({ procRoot = '/proc', pid = process.pid }: ProcessCostOptions = {}) {
    this.procRoot = procRoot;
    this.pid = pid;
    this.delay.start();
  }

  onApplicationShutdown(): void {
    this.delay.stop();
  }

  async processCost(): Promise<ProcessCost> {
    const children = await readChildProcesses(this.procRoot, this.pid);
    const { user, system } = process.cpuUsage();
    return {
      cpuSeconds: (user + system) / MICROSECONDS,
      residentBytes: process.memoryUsage.rss(),
      eventLoopDelay: this.delay.read(),
      childProcesses: children?.count ?? null,
      childCpuSeconds: this.neverLess(children?.cpuSeconds ?? null),
      childResidentBytes: children?.residentBytes ?? null,
    };
  }

  /** A child that ends during the reading is missed once; a counter that goes down would read as a restart. */
  private neverLess(seconds: number | null): number | null {
    if (seconds === null) return null;
    this.childCpuSeconds = Math.max(this.childCpuSeconds, seconds);
    return this.childCpuSeconds;
  }
}
