import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { ActionsModule } from '@app/actions';
import { AnalysisModule } from '@app/analysis';
import { ConfigModule, type Settings } from '@app/config';
import { LlmModule } from '@app/llm';
import { MetricsModule } from '@app/metrics';
import { PersistenceModule } from '@app/persistence';
import { WorkflowModule } from '@app/workflow';
import { AccessGuard } from './access/access.guard.js';
import { KeyRing } from './access/key-ring.js';
import { GracefulShutdown } from './boot/graceful-shutdown.js';
import { LedgerModule } from './boot/ledger.module.js';
import { CatalogueController } from './catalogue/catalogue.controller.js';
import { HealthController } from './health/health.controller.js';
import { OptimizeController } from './optimize/optimize.controller.js';
import { StatusService } from './optimize/status.service.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { validationPipe } from './problem/validation.pipe.js';
import { RootController } from './root.controller.js';
import { ReadingsController } from './targets/readings.controller.js';
import { TargetService } from './targets/target.service.js';
import { TargetsController } from './targets/targets.controller.js';
import { UnavailableController } from './unavailable/unavailable.controller.js';

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
        LedgerModule,
        LlmModule,
        WorkflowModule,
      ],
      controllers: [
        RootController,
        OptimizeController,
        TargetsController,
        ReadingsController,
        CatalogueController,
        HealthController,
        UnavailableController,
      ],
      providers: [
        KeyRing,
        StatusService,
        TargetService,
        GracefulShutdown,
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useFactory: validationPipe },
      ],
    };
  }
}
