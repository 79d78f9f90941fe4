/** Jobs in order of arrival, one at a time per target; targets do not wait for each other. */
export class RunQueue {
  private readonly waiting = new Map<string, string[]>();
  private readonly busy = new Map<string, Promise<void>>();
  private isClosed = false;

  /** The job must not reject: what happens to a run is its own affair. */
  constructor(private readonly execute: (runId: string) => Promise<void>) {}

  add(target: string, runId: string): void {
    const line = this.waiting.get(target) ?? [];
    line.push(runId);
    this.waiting.set(target, line);
    this.next(target);
  }

  /** Begins nothing more; what waits stays as it is in the store. */
  close(): void {
    this.isClosed = true;
    this.waiting.clear();
  }

  /** Resolves when no job is at work. */
  async idle(): Promise<void> {
    while (this.busy.size > 0) await Promise.all(this.busy.values());
  }

  private next(target: string): void {
    if (this.isClosed || this.busy.has(target)) return;
    const runId = this.waiting.get(target)?.shift();
    if (runId === undefined) {
      this.waiting.delete(target);
      return;
    }
    const job = this.execute(runId).finally(() => {
      this.busy.delete(target);
      this.next(target);
    });
    this.busy.set(target, job);
  }
}
