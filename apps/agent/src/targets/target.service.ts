import { Injectable } from '@nestjs/common';
import { Analyzer } from '@app/analysis';
import { analysisSettingsOf, DEFAULT_TARGET, Settings } from '@app/config';
import { type Analysis, AppError, Clock, type Snapshot, SnapshotSource } from '@app/core';

export interface TargetView {
  readonly id: string;
  readonly hostname: string | null;
  readonly simulated: boolean;
  readonly collectedAt: string | null;
  readonly sections: Snapshot['sections'] | null;
}

/** Reads of a target's state: the last sample and what the rules say of the history; no model, no new process. */
@Injectable()
export class TargetService {
  private analysed: { readonly collectedAt: string; readonly analysis: Analysis } | null = null;

  constructor(
    private readonly snapshots: SnapshotSource,
    private readonly analyzer: Analyzer,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  list(): TargetView[] {
    return [this.view(DEFAULT_TARGET)];
  }

  get(id: string): TargetView {
    this.assertKnown(id);
    return this.view(id);
  }

  /** The last sample; before the first one, and with `refresh`, a new one that all concurrent callers share. */
  async snapshot(id: string, refresh = false): Promise<Snapshot> {
    this.assertKnown(id);
    const latest = this.snapshots.latest(id);
    return refresh || latest === null ? this.snapshots.collect(id) : latest;
  }

  /** The rules over the samples in memory; computed once per sample. */
  async analysis(id: string): Promise<Analysis> {
    const latest = await this.snapshot(id);
    if (this.analysed?.collectedAt === latest.collectedAt) return this.analysed.analysis;
    const analysis = this.analyzer.analyze([...this.snapshots.past(id), ...this.snapshots.window(id)], {
      target: id,
      nowMs: this.clock.now(),
      ...analysisSettingsOf(this.settings, id),
    });
    this.analysed = { collectedAt: latest.collectedAt, analysis };
    return analysis;
  }

  private view(id: string): TargetView {
    const latest = this.snapshots.latest(id);
    return {
      id,
      hostname: latest?.hostname ?? null,
      simulated: latest?.simulated ?? false,
      collectedAt: latest?.collectedAt ?? null,
      sections: latest?.sections ?? null,
    };
  }

  private assertKnown(id: string): void {
    if (id === DEFAULT_TARGET) return;
    throw new AppError('target_not_found', 'There is no such target; GET /targets lists those that exist.');
  }
}
