import type { RunEvent } from '../domain/run-event.js';

/** Events of runs, written by the store together with the change that they tell of. */
export abstract class RunEventLog {
  /** Events of a run after the given id, oldest first, at most `limit`. */
  abstract after(runId: string, id: number, limit: number): Promise<readonly RunEvent[]>;
  /** Calls back whenever there may be new events of the run; the answer ends that. */
  abstract onNews(runId: string, listener: () => void): () => void;
}
