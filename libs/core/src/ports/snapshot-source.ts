import type { Snapshot } from '../domain/snapshot.js';

/** What can be read of a target's state. Never throws for a source that fails: that becomes a gap. */
export abstract class SnapshotSource {
  /** Samples every source anew, joining a collection in flight; at most one per source at a time. */
  abstract collect(target: string): Promise<Snapshot>;
  /** The last sample, its overdue sections marked `stale`; null before the first. */
  abstract latest(target: string): Snapshot | null;
  /** The samples kept in memory, oldest first. */
  abstract window(target: string): readonly Snapshot[];
  /** Samples from before the window, thinned out, oldest first; none where nothing is kept. */
  abstract past(target: string): readonly Snapshot[];
}
