import { Checkpoints, SqliteDatabase, SqliteRunStore } from '@app/persistence';
import { ScriptedSnapshotSource } from './scripted-snapshot-source.fake.js';
import { SetClock } from './set-clock.fake.js';
import { ScriptedAnalyzer, ScriptedCatalogue, ScriptedInsightService } from './workflow-parts.fake.js';

export const ANALYSIS_SETTINGS = {
  sampling: { intervalMs: 5000, timeoutMs: 1000 },
  durations: { d1Seconds: 30, d1Samples: 3, d2Seconds: 60, d3Seconds: 600 },
  slo: { ttftP95Seconds: 0, itlP95Seconds: 0 },
  thresholds: {},
  targets: {},
};

/** What one process's workflow is made of: a real store on the folder's file, everything else scripted. */
export function openWorkflowParts(folder: string) {
  const database = SqliteDatabase.open(folder);
  return {
    database,
    store: new SqliteRunStore(database),
    checkpoints: new Checkpoints(database),
    clock: new SetClock(),
    snapshots: new ScriptedSnapshotSource(),
    analyzer: new ScriptedAnalyzer(),
    insights: new ScriptedInsightService(),
    actions: new ScriptedCatalogue(),
    settings: ANALYSIS_SETTINGS,
    llmTimeoutMs: 1000,
    isModelAvailable: true,
    targets: ['local', 'other'],
    countCheckpoints: (): number => {
      const sql = 'SELECT (SELECT count(*) FROM checkpoints) + (SELECT count(*) FROM writes) AS rows_left';
      return database.connection.prepare<[], { rows_left: number }>(sql).get()?.rows_left ?? 0;
    },
  };
}

/** Lets everything that is ready to go on do so, without waiting for a clock. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
