import { Module } from '@nestjs/common';
import { Settings } from '@app/config';
import { Clock, SnapshotSource } from '@app/core';
import { EngineCollector } from './engine/index.js';
import { GpuCollector, type GpuReading, NvidiaSmiClient } from './gpu/index.js';
import { MetricsService } from './snapshot/index.js';
import { SystemCollector } from './system/index.js';

function metricsService(
  gpu: GpuCollector,
  nvidiaSmi: NvidiaSmiClient,
  system: SystemCollector,
  engines: EngineCollector,
  settings: Settings,
  clock: Clock,
): MetricsService {
  // The client holds the helper process that has to end with the service.
  const gpuUntilClosed = {
    collect: (timeoutMs: number): Promise<GpuReading> => gpu.collect(timeoutMs),
    close: (): void => nvidiaSmi.close(),
  };
  return new MetricsService({ gpu: gpuUntilClosed, system, engines }, settings, clock);
}

/** Reads GPUs, host and engines; others inject `SnapshotSource`. */
@Module({
  providers: [
    {
      provide: NvidiaSmiClient,
      useFactory: (clock: Clock): NvidiaSmiClient => new NvidiaSmiClient({ clock }),
      inject: [Clock],
    },
    {
      provide: GpuCollector,
      useFactory: (settings: Settings, nvidiaSmi: NvidiaSmiClient, clock: Clock): GpuCollector =>
        new GpuCollector(settings.sources.gpu, nvidiaSmi, clock),
      inject: [Settings, NvidiaSmiClient, Clock],
    },
    {
      provide: SystemCollector,
      useFactory: (clock: Clock): SystemCollector => new SystemCollector(clock),
      inject: [Clock],
    },
    {
      provide: EngineCollector,
      useFactory: (settings: Settings, clock: Clock): EngineCollector => new EngineCollector(settings, clock),
      inject: [Settings, Clock],
    },
    {
      provide: MetricsService,
      useFactory: metricsService,
      inject: [GpuCollector, NvidiaSmiClient, SystemCollector, EngineCollector, Settings, Clock],
    },
    { provide: SnapshotSource, useExisting: MetricsService },
  ],
  exports: [MetricsService, SnapshotSource, GpuCollector, SystemCollector, EngineCollector],
})
export class MetricsModule {}
