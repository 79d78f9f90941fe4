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
import type { SourceCost } from '../cost/index.js';
import type { HistoryRecorder } from '../history/index.js';
import { combineCacheReadings, InProcessCaches } from '../lmcache/index.js';
import { BackgroundSampler } from './background-sampler.js';
import { SingleFlight } from './single-flight.js';
import { assembleSnapshot, type SourceReadings } from './snapshot-assembly.js';
import { markStale, SnapshotWindow } from './snapshot-window.js';
import { type Collectors, SourceReader } from './source-reader.js';
import { PAST_MS } from './thinned-past.js';

export interface MetricsServiceParts {
  readonly collectors: Collectors;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly history: Pick<HistoryRecorder, 'add' | 'recentFrames'>;
  readonly cost: Pick<SourceCost, 'record'>;
}

/** Samples this machine in the background and on demand, and keeps the last quarter of an hour. */
export class MetricsService
  extends SnapshotSource
  implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown
{
  private readonly logger: Logger = new Logger(MetricsService.name);
  private readonly recent: SnapshotWindow = new SnapshotWindow();
  private readonly loggedStatuses: Map<SectionName, SectionStatus> = new Map();
  private readonly inProcessCaches: InProcessCaches = new InProcessCaches();
  private readonly readers: { readonly [K in SectionName]: SourceReader<K> };
  private readonly flight: SingleFlight<Snapshot>;
  private readonly sampler: BackgroundSampler;
  private remembered: Promise<void> = Promise.resolve();

  constructor(private readonly parts: MetricsServiceParts) {
    super();
    const { collectors, settings } = parts;
    const { intervalMs, timeoutMs } = settings.sampling;
    this.readers = {
      gpu: new SourceReader('gpu', collectors.gpu, timeoutMs),
      system: new SourceReader('system', collectors.system, timeoutMs),
      engines: new SourceReader('engines', collectors.engines, timeoutMs),
      lmcache: new SourceReader('lmcache', collectors.lmcache, timeoutMs),
      kernelLog: new SourceReader('kernelLog', collectors.kernelLog, timeoutMs),
    };
    this.flight = new SingleFlight(() => this.sample());
    this.sampler = new BackgroundSampler({
      intervalMs,
      timeoutMs,
      sample: () => this.flight.run(),
      onError: (error) => this.logger.error(`background sample failed: ${messageOf(error)}`),
    });
  }

  /** Reading what was stored before a restart takes a while, and nobody who wants to listen has to wait for it. */
  onApplicationBootstrap(): void {
    this.remembered = this.remember();
    this.sampler.start();
  }

  /** First hook of a shutdown: runs that still have their grace may collect, the background does not any more. */
  onModuleDestroy(): void {
    this.sampler.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    this.sampler.stop();
    await Promise.all(Object.values(this.parts.collectors).map(async (collector) => collector.close?.()));
  }

  /** @throws AppError `target_not_found`; never for a source that fails */
  async collect(target: string): Promise<Snapshot> {
    if (target !== DEFAULT_TARGET) {
      throw new AppError('target_not_found', 'There is no such target; this version knows only its own machine.');
    }
    return this.flight.run();
  }

  latest(target: string): Snapshot | null {
    const snapshot = target === DEFAULT_TARGET ? this.recent.latest() : null;
    const { clock, settings } = this.parts;
    return snapshot === null ? null : markStale(snapshot, clock.now(), settings.sampling.intervalMs);
  }

  window(target: string): readonly Snapshot[] {
    return target === DEFAULT_TARGET ? this.recent.all() : [];
  }

  override past(target: string): readonly Snapshot[] {
    return target === DEFAULT_TARGET ? this.recent.past() : [];
  }

  /** ISO time of the last collection; null before the first has ended. */
  lastCollectionAt(): string | null {
    return this.recent.latest()?.collectedAt ?? null;
  }

  /** Whether background sampling runs and keeps up; for readiness. */
  isSampling(): boolean {
    return this.sampler.isAlive();
  }

  /** Comes before the first sample, so that a condition that lasts is not a new one. */
  private async remember(): Promise<void> {
    const past = await this.parts.history.recentFrames(DEFAULT_TARGET, this.parts.clock.now() - PAST_MS);
    for (const snapshot of past) this.recent.add(snapshot);
  }

  private async sample(): Promise<Snapshot> {
    await this.remembered;
    const collectedAt = this.parts.clock.isoNow();
    const startedAtMs = performance.now();
    const readings = await this.readAll(collectedAt);
    const frame = {
      target: DEFAULT_TARGET,
      hostname: hostname(),
      collectedAt,
      durationMs: Math.round(performance.now() - startedAtMs),
    };
    const snapshot = assembleSnapshot(frame, readings);
    this.recent.add(snapshot);
    this.parts.history.add(snapshot);
    this.account(snapshot);
    return snapshot;
  }

  private async readAll(at: string): Promise<SourceReadings> {
    const [gpu, system, engines, ownCaches, kernelLog] = await Promise.all([
      this.readers.gpu.read(at),
      this.readers.system.read(at),
      this.readers.engines.read(at),
      this.readers.lmcache.read(at),
      this.readers.kernelLog.read(at),
    ]);
    // An engine's page is fetched once, whoever has series on it.
    const lmcache = combineCacheReadings(ownCaches, this.inProcessCaches.read(engines.pages, at));
    return { gpu, system, engines, lmcache, kernelLog };
  }

  /** Costs of every reading, and one log line when a source's status changes, not one per sample. */
  private account(snapshot: Snapshot): void {
    for (const name of SECTION_NAMES) {
      const { status, detail, durationMs } = snapshot.sections[name];
      this.parts.cost.record(name, { status, durationMs });
      const before = this.loggedStatuses.get(name);
      if (before === status) continue;
      this.loggedStatuses.set(name, status);
      const text = `source ${name} is ${status}${detail === null ? '' : `: ${detail}`}`;
      if (['failed', 'denied', 'timeout'].includes(status)) this.logger.warn(text);
      else if (before !== undefined || status !== 'absent') this.logger.log(text);
    }
  }
}
