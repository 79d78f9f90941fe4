import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { DEFAULT_TARGET, type Settings } from '@app/config';
import {
  AppError,
  type Clock,
  messageOf,
  SECTION_NAMES,
  type SectionName,
  type SectionStatus,
  type Snapshot,
  SnapshotSource,
} from '@app/core';
import { BackgroundSampler } from './background-sampler.js';
import { SingleFlight } from './single-flight.js';
import { assembleSnapshot, unreadSource } from './snapshot-assembly.js';
import { markStale, SnapshotWindow } from './snapshot-window.js';
import { type Collectors, SourceReader } from './source-reader.js';

/** Samples this machine in the background and on demand, and keeps the last quarter of an hour. */
export class MetricsService
  extends SnapshotSource
  implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown
{
  private readonly logger: Logger = new Logger(MetricsService.name);
  private readonly history: SnapshotWindow = new SnapshotWindow();
  private readonly loggedStatuses: Map<SectionName, SectionStatus> = new Map();
  private readonly gpu: SourceReader<'gpu'>;
  private readonly system: SourceReader<'system'>;
  private readonly engines: SourceReader<'engines'>;
  private readonly flight: SingleFlight<Snapshot>;
  private readonly sampler: BackgroundSampler;

  constructor(
    private readonly collectors: Collectors,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {
    super();
    const { intervalMs, timeoutMs } = settings.sampling;
    this.gpu = new SourceReader('gpu', collectors.gpu, timeoutMs);
    this.system = new SourceReader('system', collectors.system, timeoutMs);
    this.engines = new SourceReader('engines', collectors.engines, timeoutMs);
    this.flight = new SingleFlight(() => this.sample());
    this.sampler = new BackgroundSampler({
      intervalMs,
      timeoutMs,
      sample: () => this.flight.run(),
      onError: (error) => this.logger.error(`background sample failed: ${messageOf(error)}`),
    });
  }

  onApplicationBootstrap(): void {
    this.sampler.start();
  }

  /** First hook of a shutdown: runs that still have their grace may collect, the background does not any more. */
  onModuleDestroy(): void {
    this.sampler.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    this.sampler.stop();
    const { gpu, system, engines } = this.collectors;
    await Promise.all([gpu, system, engines].map(async (collector) => collector.close?.()));
  }

  /** @throws AppError `target_not_found`; never for a source that fails */
  async collect(target: string): Promise<Snapshot> {
    if (target !== DEFAULT_TARGET) {
      throw new AppError('target_not_found', 'There is no such target; this version knows only its own machine.');
    }
    return this.flight.run();
  }

  latest(target: string): Snapshot | null {
    const snapshot = target === DEFAULT_TARGET ? this.history.latest() : null;
    return snapshot === null ? null : markStale(snapshot, this.clock.now(), this.settings.sampling.intervalMs);
  }

  window(target: string): readonly Snapshot[] {
    return target === DEFAULT_TARGET ? this.history.all() : [];
  }

  /** ISO time of the last collection; null before the first has ended. */
  lastCollectionAt(): string | null {
    return this.history.latest()?.collectedAt ?? null;
  }

  /** Whether background sampling runs and keeps up; for readiness. */
  isSampling(): boolean {
    return this.sampler.isAlive();
  }

  private async sample(): Promise<Snapshot> {
    const collectedAt = this.clock.isoNow();
    const startedAtMs = performance.now();
    const [gpu, system, engines] = await Promise.all([
      this.gpu.read(collectedAt),
      this.system.read(collectedAt),
      this.engines.read(collectedAt),
    ]);
    const frame = {
      target: DEFAULT_TARGET,
      hostname: hostname(),
      collectedAt,
      durationMs: Math.round(performance.now() - startedAtMs),
    };
    const lmcacheReason =
      this.settings.sources.lmcacheUrls.length > 0
        ? 'LMCache is not read in this version'
        : 'no LMCACHE_URLS configured';
    const snapshot = assembleSnapshot(frame, {
      gpu,
      system,
      engines,
      lmcache: unreadSource('lmcache', 'absent', lmcacheReason, collectedAt),
      kernelLog: unreadSource('kernelLog', 'absent', 'the kernel log is not read in this version', collectedAt),
    });
    this.history.add(snapshot);
    this.logChanges(snapshot);
    return snapshot;
  }

  /** One line when a source's status changes, not one per sample. */
  private logChanges(snapshot: Snapshot): void {
    for (const name of SECTION_NAMES) {
      const { status, detail } = snapshot.sections[name];
      const before = this.loggedStatuses.get(name);
      if (before === status) continue;
      this.loggedStatuses.set(name, status);
      const text = `source ${name} is ${status}${detail === null ? '' : `: ${detail}`}`;
      if (['failed', 'denied', 'timeout'].includes(status)) this.logger.warn(text);
      else if (before !== undefined || status !== 'absent') this.logger.log(text);
    }
  }
}
