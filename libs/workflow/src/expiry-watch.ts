import { Logger } from '@nestjs/common';
import { messageOf } from '@app/core';
import type { Approvals } from './approvals.js';

/** `setTimeout` takes no longer one; the watch just looks again then. */
const LONGEST_TIMER_MS = 86_400_000;
const RETRY_MS = 5_000;

/** Ends the wait of runs whose plan runs out. One timer, for the next one. */
export class ExpiryWatch {
  private readonly logger = new Logger('Approvals');
  private timer: NodeJS.Timeout | null = null;
  private isStopped = false;

  constructor(
    private readonly approvals: Pick<Approvals, 'due' | 'expire'>,
    private readonly now: () => number,
    /** Called with a run whose wait has ended. */
    private readonly onExpired: (runId: string) => void,
  ) {}

  /** Looks now, and sets the timer anew; to be called whenever a run begins to wait. */
  async look(): Promise<void> {
    if (this.isStopped) return;
    let delayMs = RETRY_MS;
    try {
      const { runIds, nextAtMs } = await this.approvals.due();
      for (const id of runIds) if (await this.approvals.expire(id)) this.onExpired(id);
      if (nextAtMs === null) return this.set(null);
      delayMs = Math.max(0, nextAtMs - this.now());
    } catch (error) {
      this.logger.error({ message: 'Plans that ran out could not be looked for', error: messageOf(error) });
    }
    this.set(Math.min(delayMs, LONGEST_TIMER_MS));
  }

  stop(): void {
    this.isStopped = true;
    this.set(null);
  }

  private set(delayMs: number | null): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (delayMs === null || this.isStopped) return;
    this.timer = setTimeout(() => void this.look(), delayMs);
    this.timer.unref();
  }
}
