/** Callers that wait for a run to come to rest. */
export class RunWaiters {
  private readonly waiting = new Map<string, Set<() => void>>();

  /** Resolves at the run's next rest, or when the time is over. Call `cancel` when no longer needed. */
  wait(runId: string, timeoutMs: number): { readonly done: Promise<void>; readonly cancel: () => void } {
    const { done, resolve } = deferred();
    const timer = setTimeout(() => finish(), timeoutMs);
    const finish = (): void => {
      clearTimeout(timer);
      const ofRun = this.waiting.get(runId);
      ofRun?.delete(finish);
      if (ofRun?.size === 0) this.waiting.delete(runId);
      resolve();
    };
    const ofRun = this.waiting.get(runId) ?? new Set();
    this.waiting.set(runId, ofRun.add(finish));
    return { done, cancel: finish };
  }

  notify(runId: string): void {
    for (const finish of [...(this.waiting.get(runId) ?? [])]) finish();
  }

  notifyAll(): void {
    for (const runId of [...this.waiting.keys()]) this.notify(runId);
  }
}

function deferred(): { done: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const done = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { done, resolve };
}
