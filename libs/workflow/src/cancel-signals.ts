/**
 * Tells a run that has changed something that it is to end. It is not LangGraph's signal: that one drops a node where it
 * stands, and what was done has to be taken back first.
 */
export class CancelSignals {
  private readonly controllers = new Map<string, AbortController>();

  signalOf(runId: string): AbortSignal {
    const controller = this.controllers.get(runId) ?? new AbortController();
    this.controllers.set(runId, controller);
    return controller.signal;
  }

  request(runId: string): void {
    this.signalOf(runId);
    this.controllers.get(runId)?.abort();
  }

  /** Called when the run has left this process. */
  forget(runId: string): void {
    this.controllers.delete(runId);
  }
}
