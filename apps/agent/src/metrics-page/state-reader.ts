import { Injectable } from '@nestjs/common';
import type { RunStatus } from '@app/core';
import { RunStore, StoreUsage, type StoreUsageView } from '@app/persistence';
import { type TargetView, TargetService } from '../targets/target.service.js';
import type { TargetAnalysis, TargetReading } from './page-readings.js';

/** Reads what the agent has stored and found. Nothing here starts a collection: a page that is polled must cost little. */
@Injectable()
export class StateReader {
  constructor(
    private readonly runStore: RunStore,
    private readonly targetService: TargetService,
    private readonly storeUsage: StoreUsage,
  ) {}

  runs(): Promise<Readonly<Record<RunStatus, number>>> {
    return this.runStore.countByStatus();
  }

  async targets(): Promise<readonly TargetReading[]> {
    return this.targetService
      .list()
      .map((target) => ({ id: target.id, isSimulated: isSampled(target) ? target.simulated : null }));
  }

  /** Of sampled targets only: asked before the first sample, the service would take one. */
  findings(): Promise<readonly TargetAnalysis[]> {
    const sampled = this.targetService.list().filter(isSampled);
    return Promise.all(
      sampled.map(async ({ id }) => ({ target: id, analysis: await this.targetService.analysis(id) })),
    );
  }

  async store(): Promise<StoreUsageView> {
    return this.storeUsage.view();
  }
}

function isSampled({ collectedAt }: TargetView): boolean {
  return collectedAt !== null;
}
