import { Module } from '@nestjs/common';
import { ActionRunner, ActionsModule, ActionSet, ActionsService, GuardService, Notifier, Planner } from '@app/actions';
import { AnalysisModule, Analyzer } from '@app/analysis';
import { DEFAULT_TARGET, Settings } from '@app/config';
import { ActionJournal, AuditLog, Clock, EffectHistory, SafetyStore, SnapshotSource, StepObserver } from '@app/core';
import { InsightService, LlmModule } from '@app/llm';
import { MetricsModule } from '@app/metrics';
import { Checkpoints, PersistenceModule, RunStore } from '@app/persistence';
import { LoopParts } from './loop-parts.js';
import { RunService } from './run.service.js';
import { StepRecorder } from './step-recorder.js';
import { WorkflowGraph } from './workflow-graph.js';

/** Builds the graph from the injected parts, and the service that runs it. */
@Module({
  imports: [PersistenceModule, MetricsModule, AnalysisModule, ActionsModule, LlmModule],
  providers: [
    {
      provide: StepRecorder,
      useFactory: (store: RunStore, clock: Clock, observer?: StepObserver) => new StepRecorder(store, clock, observer),
      inject: [RunStore, Clock, { token: StepObserver, optional: true }],
    },
    {
      provide: LoopParts,
      useFactory: (
        executables: ActionSet,
        guards: GuardService,
        runner: ActionRunner,
        planner: Planner,
        notifier: Notifier,
        journal: ActionJournal,
        safety: SafetyStore,
        effects: EffectHistory,
        audit: AuditLog,
        store: RunStore,
        clock: Clock,
      ) =>
        new LoopParts({
          executables,
          guards,
          runner,
          planner,
          notifier,
          journal,
          safety,
          effects,
          audit,
          store,
          clock,
        }),
      inject: [
        ActionSet,
        GuardService,
        ActionRunner,
        Planner,
        Notifier,
        ActionJournal,
        SafetyStore,
        EffectHistory,
        AuditLog,
        RunStore,
        Clock,
      ],
    },
    {
      provide: WorkflowGraph,
      useFactory: (
        snapshots: SnapshotSource,
        analyzer: Analyzer,
        insights: InsightService,
        actions: ActionsService,
        effects: EffectHistory,
        store: RunStore,
        checkpoints: Checkpoints,
        recorder: StepRecorder,
        loop: LoopParts,
        clock: Clock,
        settings: Settings,
      ) =>
        new WorkflowGraph({
          ...loop.parts,
          snapshots,
          analyzer,
          insights,
          actions,
          effects,
          store,
          checkpoints,
          recorder,
          clock,
          settings,
          startedAtMs: clock.now(),
          llmTimeoutMs: settings.llm.timeoutMs,
        }),
      inject: [
        SnapshotSource,
        Analyzer,
        InsightService,
        ActionsService,
        EffectHistory,
        RunStore,
        Checkpoints,
        StepRecorder,
        LoopParts,
        Clock,
        Settings,
      ],
    },
    {
      provide: RunService,
      useFactory: (
        store: RunStore,
        graph: WorkflowGraph,
        checkpoints: Checkpoints,
        recorder: StepRecorder,
        loop: LoopParts,
        snapshots: SnapshotSource,
        analyzer: Analyzer,
        clock: Clock,
        settings: Settings,
      ) =>
        new RunService({
          ...loop.parts,
          ...loop.decisions({ snapshots, analyzer, settings, clock }),
          store,
          graph,
          checkpoints,
          recorder,
          clock,
          targets: [DEFAULT_TARGET],
          isModelAvailable: settings.llm.enabled && settings.llm.apiKey !== null,
        }),
      inject: [
        RunStore,
        WorkflowGraph,
        Checkpoints,
        StepRecorder,
        LoopParts,
        SnapshotSource,
        Analyzer,
        Clock,
        Settings,
      ],
    },
  ],
  exports: [RunService, WorkflowGraph],
})
export class WorkflowModule {}
