import { Module } from '@nestjs/common';
import { Settings } from '@app/config';
import { Clock, HistoryStore, SnapshotSource } from '@app/core';
import { COLLECTORS, collectorsOf } from './collectors.js';
import { SourceCost } from './cost/index.js';
import { HistoryReader, HistoryRecorder } from './history/index.js';
import { type Collectors, MetricsService } from './snapshot/index.js';

/** Reads GPUs, host, engines, caches and the kernel log; others inject `SnapshotSource`. */
@Module({
  providers: [
    SourceCost,
    { provide: COLLECTORS, useFactory: collectorsOf, inject: [Settings, Clock] },
    {
      provide: HistoryRecorder,
      useFactory: (store: HistoryStore): HistoryRecorder => new HistoryRecorder(store),
      inject: [HistoryStore],
    },
    {
      provide: MetricsService,
      useFactory: (
        collectors: Collectors,
        settings: Settings,
        clock: Clock,
        history: HistoryRecorder,
        cost: SourceCost,
      ): MetricsService => new MetricsService({ collectors, settings, clock, history, cost }),
      inject: [COLLECTORS, Settings, Clock, HistoryRecorder, SourceCost],
    },
    { provide: SnapshotSource, useExisting: MetricsService },
    {
      provide: HistoryReader,
      useFactory: (source: SnapshotSource, store: HistoryStore, settings: Settings, clock: Clock): HistoryReader =>
        new HistoryReader(source, store, settings, clock),
      inject: [SnapshotSource, HistoryStore, Settings, Clock],
    },
  ],
  exports: [MetricsService, SnapshotSource, HistoryReader, SourceCost],
})
export class MetricsModule {}
