/** What was sent to a model and received, per run; goes with its run. What is kept is text that only its writer reads. */
export abstract class ExchangeStore {
  /** Null for a run that asked no model, or does not exist. */
  abstract get(runId: string): Promise<string | null>;
  /** Takes the place of an earlier one of the same run. */
  abstract put(runId: string, exchange: string): Promise<void>;
}
