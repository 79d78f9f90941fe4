import { Module } from '@nestjs/common';
import { ActionsModule, ActionsService } from '@app/actions';
import { AnalysisModule, Analyzer } from '@app/analysis';
import { DEFAULT_TARGET, Settings } from '@app/config';
import { Clock, SnapshotSource, StepObserver } from '@app/core';
import { InsightService, LlmModule } from '@app/llm';
import { MetricsModule } from '@app/metrics';
import { Checkpoints, PersistenceModule, RunStore } from '@app/persistence';
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
      provide: WorkflowGraph,
      useFactory: (
        snapshots: SnapshotSource,
        analyzer: Analyzer,
        insights: InsightService,
        actions: ActionsService,
        store: RunStore,
        checkpoints: Checkpoints,
        recorder: StepRecorder,
        clock: Clock,
        settings: Settings,
      ) =>
        new WorkflowGraph({
          snapshots,
          analyzer,
          insights,
          actions,
          store,
          checkpoints,
          recorder,
          clock,
          settings,
          llmTimeoutMs: settings.llm.timeoutMs,
        }),
      inject: [
        SnapshotSource,
        Analyzer,
        InsightService,
        ActionsService,
        RunStore,
        Checkpoints,
        StepRecorder,
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
        clock: Clock,
        { llm }: Settings,
      ) =>
        new RunService({
          store,
          graph,
          checkpoints,
          recorder,
          clock,
          targets: [DEFAULT_TARGET],
          isModelAvailable: llm.enabled && llm.apiKey !== null,
        }),
      inject: [RunStore, WorkflowGraph, Checkpoints, StepRecorder, Clock, Settings],
    },
  ],
  exports: [RunService, WorkflowGraph],
})
export class WorkflowModule {}
