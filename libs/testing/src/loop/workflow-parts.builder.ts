import { ActionRunner, ActionSet } from '@app/actions';
import {
  Checkpoints,
  SqliteActionJournal,
  SqliteAuditLog,
  SqliteDatabase,
  SqliteEffectHistory,
  SqliteRunStore,
  SqliteSafetyStore,
} from '@app/persistence';
import { DeviceKnob, KnobAction } from './device-knob.fake.js';
import { RememberingNotifier, ScriptedGuards, ScriptedPlanner } from './loop-parts.fake.js';
import { ScriptedSnapshotSource } from '../workflow/scripted-snapshot-source.fake.js';
import { SetClock } from '../workflow/set-clock.fake.js';
import { ScriptedAnalyzer, ScriptedCatalogue, ScriptedInsightService } from '../workflow/workflow-parts.fake.js';

export const ANALYSIS_SETTINGS = {
  sampling: { intervalMs: 5000, timeoutMs: 1000 },
  durations: { d1Seconds: 30, d1Samples: 3, d2Seconds: 60, d3Seconds: 600 },
  slo: { ttftP95Seconds: 0, itlP95Seconds: 0 },
  thresholds: {},
  targets: {},
  policy: { maxMode: 'auto' as const, approvalTtlSeconds: 3600, monitorWindowSeconds: 60, actions: {} },
  monitor: {},
};

/** What one process's workflow is made of: a real store on the folder's file, everything else scripted. */
export function openWorkflowParts(folder: string) {
  const database = SqliteDatabase.open(folder);
  const clock = new SetClock();
  const knob = new DeviceKnob();
  const executables = new ActionSet([new KnobAction(knob)]);
  const guards = new ScriptedGuards();
  const journal = new SqliteActionJournal(database);
  const snapshots = new ScriptedSnapshotSource();
  // Time passes as it is waited for, and brings a sample.
  const wait = async (ms: number): Promise<void> => {
    clock.advance(ms);
    snapshots.history = [...snapshots.history, { ...snapshots.snapshot, collectedAt: clock.isoNow() }];
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    database,
    knob,
    executables,
    guards,
    journal,
    runner: new ActionRunner({ actions: executables, gate: guards, journal, settings: ANALYSIS_SETTINGS, clock, wait }),
    planner: new ScriptedPlanner(),
    notifier: new RememberingNotifier(),
    audit: new SqliteAuditLog(database, clock),
    safety: new SqliteSafetyStore(database),
    effects: new SqliteEffectHistory(database),
    startedAtMs: 0,
    wait,
    store: new SqliteRunStore(database),
    checkpoints: new Checkpoints(database),
    clock,
    snapshots,
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
