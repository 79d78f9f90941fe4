import { performance } from 'node:perf_hooks';
import type { Clock, Gap, Section, System } from '@app/core';
import { DiskSpaceReader, type ReadFilesystems } from './disk-space.js';
import { HostFiles } from './host-files.js';
import { readPortableHost } from './portable-host.js';
import { ProcHost } from './proc-host.js';
import type { SystemReading } from './system-reading.js';

export interface SystemCollectorOptions {
  /** Folder that holds `proc` and `sys`. */
  readonly root?: string;
  readonly platform?: NodeJS.Platform;
  readonly readFilesystems?: ReadFilesystems;
  readonly monotonicMs?: () => number;
}

/** Disks are the only part that can hang; they get this much of the deadline. */
const DISK_SHARE_OF_DEADLINE = 0.5;

/** Reads the host that the agent runs on. */
export class SystemCollector {
  private readonly platform: NodeJS.Platform;
  private readonly monotonicMs: () => number;
  private readonly proc: ProcHost;
  private readonly disks: DiskSpaceReader;

  constructor(
    private readonly clock: Clock,
    options: SystemCollectorOptions = {},
  ) {
    this.platform = options.platform ?? process.platform;
    this.monotonicMs = options.monotonicMs ?? (() => performance.now());
    this.proc = new ProcHost(new HostFiles(options.root), this.monotonicMs);
    this.disks = new DiskSpaceReader(options.readFilesystems, this.monotonicMs);
  }

  /** Files that are missing or unreadable become nulls with a gap. */
  async collect(timeoutMs: number): Promise<SystemReading> {
    const startedAtMs = this.monotonicMs();
    const origin = { collectedAt: this.clock.isoNow() };
    const [space, proc] = await Promise.all([
      this.disks.disks(timeoutMs * DISK_SHARE_OF_DEADLINE),
      this.platform === 'linux' ? this.proc.read() : null,
    ]);
    const disks = space.ok ? space.disks : [];
    const diskGaps: Gap[] = space.ok ? [] : [{ signal: 'system.disks', status: space.status, reason: space.reason }];
    const section = (status: Section['status'], source: string, detail: string | null): Section => ({
      ...origin,
      status,
      source,
      detail,
      durationMs: Math.round(this.monotonicMs() - startedAtMs),
    });
    if (proc === null) {
      const portable = await readPortableHost(this.platform, disks);
      const detail = `only part of the host's state can be read on ${this.platform}`;
      const gaps = [...portable.gaps, ...diskGaps];
      return { section: section('partial', this.platform, detail), system: portable.system, gaps, simulated: false };
    }
    if (!proc.isReadable) {
      const reason = 'no file below /proc could be read';
      const gaps: Gap[] = [{ signal: 'system', status: 'failed', reason }];
      return { section: section('failed', '/proc', reason), system: null, gaps, simulated: false };
    }
    const gaps = [...proc.gaps, ...diskGaps];
    const isPartial = proc.isPartial || !space.ok;
    const system: System = { ...proc.system, disks };
    const detail = isPartial ? 'some of the host files could not be read; see the gaps' : null;
    return { section: section(isPartial ? 'partial' : 'ok', '/proc', detail), system, gaps, simulated: false };
  }
}
