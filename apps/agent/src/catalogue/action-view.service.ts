import { Injectable } from '@nestjs/common';
import { ActionSet, ActionsService } from '@app/actions';
import { type ActionDefinition, EffectHistory, type TrackRecord } from '@app/core';

export interface ActionView extends ActionDefinition {
  /** Whether this installation can do it by itself. */
  readonly executable: boolean;
  /** Why not; null when it can. */
  readonly unavailableReason: string | null;
  /** What became of it so far, per rule of the findings. */
  readonly statistics: readonly Omit<TrackRecord, 'type'>[];
}

/** The catalogue as this installation has it, with the record of each action. */
@Injectable()
export class ActionViewService {
  constructor(
    private readonly catalogue: ActionsService,
    private readonly actions: ActionSet,
    private readonly effects: EffectHistory,
  ) {}

  async list(): Promise<ActionView[]> {
    const records = await this.effects.trackRecords();
    return Promise.all(
      this.catalogue.catalogue().map(async (definition) => {
        const isText = definition.gate === 'recommend';
        const reason = isText
          ? 'It is a recommendation for a person.'
          : await this.actions.unavailable(definition.type);
        const statistics = records
          .filter(({ type }) => type === definition.type)
          .map(({ ruleId, count, verdicts, predictedChangeRatio, observedChangeRatio, lastAt }) => ({
            ruleId,
            count,
            verdicts,
            predictedChangeRatio,
            observedChangeRatio,
            lastAt,
          }));
        return { ...definition, executable: reason === null, unavailableReason: reason, statistics };
      }),
    );
  }
}
