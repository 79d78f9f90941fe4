// Loaded before the loop is made: later it would stop the sampling for longer than an effect is watched here.
import '@langchain/langgraph';
import '@langchain/langgraph-checkpoint-sqlite';
import {
  ActionRunner,
  ActionsService,
  ActionSet,
  GuardGate,
  GuardService,
  Notifier,
  Planner,
  StopFile,
} from '@app/actions';
import { type Insights, type RunStage, type RunStatus, SystemClock } from '@app/core';
import {
  Checkpoints,
  SqliteActionJournal,
  SqliteAuditLog,
  SqliteDatabase,
  SqliteEffectHistory,
  SqliteSafetyStore,
} from '@app/persistence';
import { setTimeout as delay } from 'node:timers/promises';
import { executableActions } from '../../../libs/actions/src/actions/executable-actions.js';
import { LoopParts } from '../../../libs/workflow/src/loop-parts.js';
import { RunService } from '../../../libs/workflow/src/run.service.js';
import { StepRecorder } from '../../../libs/workflow/src/step-recorder.js';
import { WorkflowGraph } from '../../../libs/workflow/src/workflow-graph.js';
import { DeviceAnalyzer } from './device-analyzer.js';
import { DeviceSnapshots } from './device-snapshots.js';
import { loopSettings } from './loop-settings.js';
import type { AgentOptions } from './messages.js';
import { Mortality, TellingRunStore } from './mortality.js';

const INSIGHTS_MS = 25;
/** Settings show at once on this device; what does not show by then never will. */
const VERIFY_WITHIN_MS = 400;

/** Everything between the request of a run and its end as it ships, put together by hand. */
export function openLoop(
  options: AgentOptions,
  mortality: Mortality,
  told: (stage: RunStage | null, status: RunStatus) => void,
) {
  const settings = loopSettings(options);
  const clock = new SystemClock();
  const database = SqliteDatabase.openAlone(options.dataDir);
  mortality.watch(database);
  const store = new TellingRunStore(database, told);
  const journal = new SqliteActionJournal(database);
  const safety = new SqliteSafetyStore(database);
  const effects = new SqliteEffectHistory(database);
  const checkpoints = new Checkpoints(database);
  const own = executableActions({ settings, clock });
  for (const action of own) Object.assign(action, { verifyWithinMs: VERIFY_WITHIN_MS });
  const actions = new ActionSet(own);
  const gate = new GuardGate();
  const stopFile = new StopFile(options.dataDir);
  const guards = new GuardService({ gate, actions, journal, safety, stopFile, settings, clock });
  const catalogue = new ActionsService();
  const snapshots = new DeviceSnapshots(options.deviceFile, clock);
  const shared = { snapshots, analyzer: new DeviceAnalyzer(), settings, clock, checkpoints };
  const recorder = new StepRecorder(store, clock);
  const loop = new LoopParts({
    ...{ executables: actions, guards, journal, safety, effects, store, clock },
    runner: new ActionRunner({ actions, gate, journal, settings, clock }),
    planner: new Planner({ catalogue, actions, guards, effects, settings, clock }),
    notifier: new Notifier({ settings, clock }),
    audit: new SqliteAuditLog(database, clock),
  });
  const graph = new WorkflowGraph({
    ...{ ...loop.parts, ...shared, recorder, actions: catalogue },
    insights: { write: writeInsights },
    startedAtMs: clock.now(),
    llmTimeoutMs: 1_000,
  });
  const runs = new RunService({
    ...{ ...loop.parts, ...loop.decisions(shared), recorder, graph, checkpoints },
    targets: options.targets,
    isModelAvailable: false,
  });
  return { runs, graph, store, journal, safety };
}

async function writeInsights(): Promise<{ insights: Insights; degraded: boolean }> {
  await delay(INSIGHTS_MS);
  const insights: Insights = {
    ...{ source: 'rules', provider: null, model: null, promptVersion: null, degradedReason: null },
    ...{ summary: 'A GPU is slower than it could be.', rootCauses: [], recommendations: [] },
    grounding: { claims: 0, verified: 0, removed: [] },
    usage: { promptTokens: 0, completionTokens: 0, costUsd: null, latencyMs: 0, cached: false, attempts: 0 },
  };
  return { insights, degraded: false };
}
