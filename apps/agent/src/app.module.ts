import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { ActionsModule } from '@app/actions';
import { AnalysisModule } from '@app/analysis';
import { ConfigModule, type Settings } from '@app/config';
import { RunEventLog } from '@app/core';
import { LlmModule } from '@app/llm';
import { MetricsModule, ProcessCostMeter } from '@app/metrics';
import { PersistenceModule } from '@app/persistence';
import { WorkflowModule } from '@app/workflow';
import { AccessGuard } from './access/access.guard.js';
import { KeyRing } from './access/key-ring.js';
import { GracefulShutdown } from './boot/graceful-shutdown.js';
import { LlmStoresModule } from './boot/llm-stores.module.js';
import { BundleAnalysisService } from './bundle/bundle-analysis.service.js';
import { BundleController } from './bundle/bundle.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { ActionViewService } from './catalogue/action-view.service.js';
import { CatalogueController } from './catalogue/catalogue.controller.js';
import { EventStreams } from './events/event-streams.js';
import { EventsController } from './events/events.controller.js';
import { HealthController } from './health/health.controller.js';
import { ActionReader } from './metrics-page/action-reader.js';
import { LlmReader } from './metrics-page/llm-reader.js';
import { MetricsPageController } from './metrics-page/metrics-page.controller.js';
import { MetricsPageService } from './metrics-page/metrics-page.service.js';
import { StateReader } from './metrics-page/state-reader.js';
import { StepObserverModule } from './metrics-page/step-observer.module.js';
import { DecisionController } from './optimize/decision.controller.js';
import { OptimizeController } from './optimize/optimize.controller.js';
import { PromptController } from './optimize/prompt.controller.js';
import { StatusService } from './optimize/status.service.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { validationPipe } from './problem/validation.pipe.js';
import { RootController } from './root.controller.js';
import { SafetyController } from './safety/safety.controller.js';
import { HistoryController } from './targets/history.controller.js';
import { ReadingsController } from './targets/readings.controller.js';
import { TargetService } from './targets/target.service.js';
import { TargetsController } from './targets/targets.controller.js';

@Module({})
export class AppModule {
  static forRoot(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(settings),
        TerminusModule.forRoot({ errorLogStyle: 'json', logger: false }),
        PersistenceModule,
        MetricsModule,
        AnalysisModule,
        ActionsModule,
        LlmStoresModule,
        LlmModule,
        StepObserverModule,
        WorkflowModule,
      ],
      controllers: [
        RootController,
        OptimizeController,
        PromptController,
        TargetsController,
        HistoryController,
        BundleController,
        ReadingsController,
        CatalogueController,
        HealthController,
        MetricsPageController,
        EventsController,
        DecisionController,
        AuditController,
        SafetyController,
      ],
      providers: [
        KeyRing,
        StatusService,
        TargetService,
        BundleAnalysisService,
        ActionViewService,
        { provide: EventStreams, useFactory: (log: RunEventLog) => new EventStreams(log), inject: [RunEventLog] },
        StateReader,
        ActionReader,
        LlmReader,
        MetricsPageService,
        { provide: ProcessCostMeter, useFactory: (): ProcessCostMeter => new ProcessCostMeter() },
        GracefulShutdown,
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useFactory: validationPipe },
      ],
    };
  }
}
