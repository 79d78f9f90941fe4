import { performance } from 'node:perf_hooks';

export interface BackgroundSamplerOptions {
  readonly intervalMs: number;
  /** A sample that is not finished after this time past its interval counts as stuck. */
  readonly timeoutMs: number;
  readonly sample: () => Promise<unknown>;
  readonly onError: (error: unknown) => void;
  readonly monotonicMs?: () => number;
}

/** Samples in fixed intervals. A tick that finds the sample before still under way is left out. */
export class BackgroundSampler {
  private timer: NodeJS.Timeout | null = null;
  private isBusy = false;
  private aliveAtMs = 0;
  private readonly monotonicMs: () => number;

  constructor(private readonly options: BackgroundSamplerOptions) {
    this.monotonicMs = options.monotonicMs ?? (() => performance.now());
  }

  /** Takes the first sample at once. */
  start(): void {
    if (this.timer !== null) return;
    this.aliveAtMs = this.monotonicMs();
    // Unreferenced: sampling alone must not keep the process alive.
    this.timer = setInterval(() => void this.tick(), this.options.intervalMs).unref();
    void this.tick();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  /** Started, not stopped, and the last sample ended within three intervals (plus a deadline for slow sources). */
  isAlive(): boolean {
    const { intervalMs, timeoutMs } = this.options;
    return this.timer !== null && this.monotonicMs() - this.aliveAtMs <= 3 * intervalMs + timeoutMs;
  }

  private async tick(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      await this.options.sample();
      this.aliveAtMs = this.monotonicMs();
    } catch (error) {
      this.options.onError(error);
    } finally {
      this.isBusy = false;
    }
  }
}
