import { Logger } from '@nestjs/common';
import { messageOf } from '@app/core';

/** Who waits for events of which run, in this process. */
export class RunNews {
  private readonly logger: Logger = new Logger(RunNews.name);
  private readonly listeners = new Map<string, Set<() => void>>();

  /** The answer ends it; called twice it does nothing more. */
  listen(runId: string, listener: () => void): () => void {
    // A closure of its own, so that the same function can listen twice and stop once.
    const own = (): void => listener();
    const ofRun = this.listeners.get(runId) ?? new Set();
    this.listeners.set(runId, ofRun.add(own));
    return () => {
      ofRun.delete(own);
      if (ofRun.size === 0 && this.listeners.get(runId) === ofRun) this.listeners.delete(runId);
    };
  }

  /** Never throws: the change is stored, and whoever made it has nothing to do with who listens. */
  tell(runId: string): void {
    for (const listener of [...(this.listeners.get(runId) ?? [])]) {
      try {
        listener();
      } catch (error) {
        this.logger.warn(`a listener to the events of run ${runId} failed: ${messageOf(error)}`);
      }
    }
  }
}
