import { type Snapshot, SnapshotSource } from '@app/core';
import { aSnapshotOfSections } from './run-parts.builder.js';

/** Answers with the given snapshot; while held, collections wait until they are released. */
export class ScriptedSnapshotSource extends SnapshotSource {
  readonly collected: string[] = [];
  history: Snapshot[] = [];
  failure: Error | null = null;
  private readonly arrivals: (() => void)[] = [];
  private readonly held: (() => void)[] = [];
  private isHolding = false;

  constructor(public snapshot: Snapshot = aSnapshotOfSections()) {
    super();
  }

  hold(): void {
    this.isHolding = true;
  }

  /** Lets every waiting collection, and all later ones, return. */
  release(): void {
    this.isHolding = false;
    for (const go of this.held.splice(0)) go();
  }

  /** Resolves once that many collections have begun. */
  async begun(count: number): Promise<void> {
    while (this.collected.length < count) await new Promise<void>((resolve) => this.arrivals.push(resolve));
  }

  override async collect(target: string): Promise<Snapshot> {
    this.collected.push(target);
    for (const tell of this.arrivals.splice(0)) tell();
    if (this.isHolding) await new Promise<void>((resolve) => this.held.push(resolve));
    if (this.failure !== null) throw this.failure;
    return { ...this.snapshot, target };
  }

  override latest(): Snapshot | null {
    return this.history.at(-1) ?? null;
  }

  override past(): readonly Snapshot[] {
    return [];
  }

  override window(): readonly Snapshot[] {
    return this.history;
  }
}
