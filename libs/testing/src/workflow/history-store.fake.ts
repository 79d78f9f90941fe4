import { type HistoryFrame, HistoryStore } from '@app/core';

/** Frames in memory, under the same contract as the real store. */
export class InMemoryHistoryStore extends HistoryStore {
  /** Thrown by whatever is asked next, until it is null again. */
  failure: Error | null = null;
  private readonly byInstant = new Map<string, HistoryFrame>();

  override async append(frame: HistoryFrame): Promise<void> {
    if (this.failure !== null) throw this.failure;
    const { target, collectedAt } = frame.snapshot;
    this.byInstant.set(`${new Date(collectedAt).toISOString()} ${target}`, copy(frame));
  }

  override async *frames(target: string, fromMs: number, toMs: number, stepMs = 0): AsyncGenerator<HistoryFrame> {
    if (this.failure !== null) throw this.failure;
    const wanted = this.all().filter(({ snapshot }) => {
      const at = Date.parse(snapshot.collectedAt);
      return snapshot.target === target && at >= fromMs && at <= toMs;
    });
    const stepOf = ({ snapshot }: HistoryFrame): number => Math.floor(Date.parse(snapshot.collectedAt) / stepMs);
    const lastOfStep = new Map(wanted.map((frame, index) => [stepMs > 0 ? stepOf(frame) : index, frame]));
    for (const frame of lastOfStep.values()) yield copy(frame);
  }

  /** Every frame of every target, oldest first. */
  all(): readonly HistoryFrame[] {
    return [...this.byInstant.keys()].sort().flatMap((key) => this.byInstant.get(key) ?? []);
  }
}

function copy(frame: HistoryFrame): HistoryFrame {
  return JSON.parse(JSON.stringify(frame)) as HistoryFrame;
}
