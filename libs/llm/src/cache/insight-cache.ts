/** Answers of a model, kept where they outlast a restart. What is kept is text that only its writer reads. */
export abstract class InsightCache {
  /** Null when there is none, or when it has expired. */
  abstract get(key: string, nowMs: number): Promise<string | null>;
  /** Takes the place of an earlier one under the same key. */
  abstract put(key: string, entry: string, expiresAtMs: number): Promise<void>;
}
