import { Injectable } from '@nestjs/common';
import { ActionsService, SafetyService } from '@app/actions';
import {
  ActionJournal,
  EffectHistory,
  ENDED_PHASES,
  type JournalCount,
  OUTCOME_VERDICTS,
  type OutcomeVerdict,
} from '@app/core';
import { TargetService } from '../targets/target.service.js';

export interface ActionReading {
  /** Entries of the journal that have come to their end. */
  readonly ended: readonly JournalCount[];
  /** Those that have not. */
  readonly underWay: readonly Pick<JournalCount, 'type' | 'count'>[];
  readonly effects: readonly { readonly type: string; readonly verdict: OutcomeVerdict; readonly count: number }[];
}

export interface SafetyReading {
  readonly isKillSwitchEngaged: boolean;
  readonly targets: readonly { readonly id: string; readonly isFrozen: boolean }[];
}

/** The store may hold what an earlier version did; its types must not become labels of their own. */
const OTHER = 'other';

/** What the agent has done by itself, and what keeps it from doing more. */
@Injectable()
export class ActionReader {
  constructor(
    private readonly journal: ActionJournal,
    private readonly effects: EffectHistory,
    private readonly catalogue: ActionsService,
    private readonly safetyService: SafetyService,
    private readonly targetService: TargetService,
  ) {}

  async actions(): Promise<ActionReading> {
    const counts = summed((await this.journal.counts()).map((one) => ({ ...one, type: this.labelOf(one.type) })));
    const isEnded = ({ phase }: JournalCount): boolean => ENDED_PHASES.includes(phase);
    const underWay = counts.filter((one) => !isEnded(one)).map(({ type, count }) => ({ type, count }));
    const records = await this.effects.trackRecords();
    const effects = records.flatMap(({ type, verdicts }) =>
      OUTCOME_VERDICTS.map((verdict) => ({ type: this.labelOf(type), verdict, count: verdicts[verdict] })),
    );
    return { ended: counts.filter(isEnded), underWay: summed(underWay), effects: summed(effects) };
  }

  async safety(): Promise<SafetyReading> {
    const { killSwitch, freezes } = await this.safetyService.view();
    const targets = this.targetService
      .list()
      .map(({ id }) => ({ id, isFrozen: freezes.some(({ target }) => target === id) }));
    return { isKillSwitchEngaged: killSwitch.engaged, targets };
  }

  private labelOf(type: string): string {
    return this.catalogue.find(type) === null ? OTHER : type;
  }
}

/** One entry for all that differ in nothing but their count. */
function summed<Counted extends { readonly count: number }>(entries: readonly Counted[]): Counted[] {
  const sums = new Map<string, Counted>();
  for (const entry of entries) {
    const key = JSON.stringify({ ...entry, count: 0 });
    sums.set(key, { ...entry, count: (sums.get(key)?.count ?? 0) + entry.count });
  }
  return [...sums.values()];
}
