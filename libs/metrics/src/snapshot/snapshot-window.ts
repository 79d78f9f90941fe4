import type { Section, SectionName, Snapshot } from '@app/core';
import { ThinnedPast } from './thinned-past.js';

/** How far back the full rate is kept in memory. */
const WINDOW_MS = 15 * 60 * 1000;
/** Bounds the memory at the shortest interval, where a quarter of an hour would be 1800 samples. */
const MAX_SNAPSHOTS = 1_000;
const STALE_AFTER_INTERVALS = 3;

/** The last quarter of an hour of samples, and thinned what was before. */
export class SnapshotWindow {
  private snapshots: Snapshot[] = [];
  private readonly thinned: ThinnedPast = new ThinnedPast();

  add(snapshot: Snapshot): void {
    const oldest = Date.parse(snapshot.collectedAt) - WINDOW_MS;
    const kept = this.snapshots.filter(({ collectedAt }) => Date.parse(collectedAt) >= oldest).slice(1 - MAX_SNAPSHOTS);
    for (const leaving of this.snapshots.slice(0, this.snapshots.length - kept.length)) this.thinned.add(leaving);
    this.snapshots = [...kept, snapshot];
  }

  all(): readonly Snapshot[] {
    return this.snapshots;
  }

  /** What has left the window, oldest first. */
  past(): readonly Snapshot[] {
    return this.thinned.all();
  }

  latest(): Snapshot | null {
    return this.snapshots.at(-1) ?? null;
  }
}

/** Marks sections whose good sample is older than three intervals; their values stay. */
export function markStale(snapshot: Snapshot, nowMs: number, intervalMs: number): Snapshot {
  const entries = Object.entries(snapshot.sections) as [SectionName, Section][];
  const isOverdue = ({ status, collectedAt }: Section): boolean =>
    (status === 'ok' || status === 'partial') &&
    collectedAt !== null &&
    nowMs - Date.parse(collectedAt) > STALE_AFTER_INTERVALS * intervalMs;
  if (!entries.some(([, section]) => isOverdue(section))) return snapshot;
  const sections = Object.fromEntries(
    entries.map(([name, section]) => [name, isOverdue(section) ? asStale(section) : section]),
  ) as Record<SectionName, Section>;
  return { ...snapshot, sections };
}

function asStale(section: Section): Section {
  return { ...section, status: 'stale', detail: `the last good sample is of ${section.collectedAt}` };
}
