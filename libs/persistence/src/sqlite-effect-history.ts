import type { Selectable } from 'kysely';
import { EffectHistory, type EffectRecord, type TrackRecord } from '@app/core';
import type { ActionEffectsTable } from './schema.js';
import type { SqliteDatabase } from './sqlite-database.js';
import { readJson } from './stored-json.js';
import { trackRecordsOf } from './track-record.js';

/** Effects in SQLite. They are few, some per day and target at most, so they are summed up as they are read. */
export class SqliteEffectHistory extends EffectHistory {
  constructor(private readonly database: SqliteDatabase) {
    super();
  }

  override async record(effect: EffectRecord): Promise<void> {
    const row: ActionEffectsTable = {
      run_id: effect.runId,
      action_id: effect.actionId,
      target: effect.target,
      type: effect.type,
      rule_id: effect.ruleId,
      at: effect.at,
      predicted: JSON.stringify(effect.predicted),
      observed_change_ratio: JSON.stringify(effect.observedChangeRatio),
      verdict: effect.verdict,
    };
    const insert = this.database.query.insertInto('action_effects').values(row);
    this.database.run(insert.onConflict((conflict) => conflict.columns(['run_id', 'action_id']).doUpdateSet(row)));
  }

  override async trackRecords(target?: string): Promise<readonly TrackRecord[]> {
    let query = this.database.query.selectFrom('action_effects').selectAll();
    if (target !== undefined) query = query.where('target', '=', target);
    return trackRecordsOf(this.database.all(query).map(toEffect));
  }
}

function toEffect(row: Selectable<ActionEffectsTable>): EffectRecord {
  const read = <Value>(text: string, part: string): Value =>
    readJson<Value>(text, `${part} of action ${row.action_id} of run ${row.run_id}`);
  return {
    runId: row.run_id,
    actionId: row.action_id,
    target: row.target,
    type: row.type,
    ruleId: row.rule_id,
    at: row.at,
    predicted: read<EffectRecord['predicted']>(row.predicted, 'prediction'),
    observedChangeRatio: read<number | null>(row.observed_change_ratio, 'observed change'),
    verdict: row.verdict,
  };
}
