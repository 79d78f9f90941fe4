import { cpus, freemem, loadavg, totalmem, uptime } from 'node:os';
import { performance } from 'node:perf_hooks';
import { type Gap, messageOf, NO_CGROUP, NO_HOST_CLOCK, NO_PAGING, NO_PRESSURE, type System } from '@app/core';
import { SingleFlight } from '../snapshot/single-flight.js';
import { cgroupGaps } from './cgroup-reader.js';
import type { FilesystemSize } from './disk-space.js';
import { realDisks } from './disk-space.js';

export interface PortableReading {
  readonly system: System;
  readonly gaps: readonly Gap[];
}

/** What is used of an answer of `systeminformation.fsSize()`. */
type PortableFilesystem = Readonly<Record<'fs' | 'type' | 'mount', string> & Record<'size' | 'available', number>>;
export type ReadFilesystems = () => Promise<readonly PortableFilesystem[]>;

const DISKS_CACHE_MS = 60_000;

/** Imported at first use: only hosts without `/proc` need the package, and the start of the service is not the place. */
async function readFilesystems(): Promise<readonly PortableFilesystem[]> {
  const { default: systeminformation } = await import('systeminformation');
  return systeminformation.fsSize();
}

/** Hosts without `/proc`: load, memory and disks can be read; the rest is named as not available. */
export class PortableHost {
  private cached: { readonly disks: System['disks']; readonly atMs: number } | null = null;
  private readonly flight: SingleFlight<System['disks']>;

  constructor(
    private readonly platform: NodeJS.Platform,
    read: ReadFilesystems = readFilesystems,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.flight = new SingleFlight(async () => realDisks((await read()).map(sizeOf)));
  }

  /** Never throws for disks that fail or hang. */
  async read(timeoutMs: number): Promise<PortableReading> {
    const [host, disks] = await Promise.all([readPortable(this.platform), this.disks(timeoutMs)]);
    return {
      system: { ...host.system, disks: disks.values },
      gaps: [...host.gaps, ...disks.gaps],
    };
  }

  /** Asked at most once a minute, since it starts a process, and never twice at a time, since that one may hang. */
  private async disks(timeoutMs: number): Promise<{ values: System['disks']; gaps: readonly Gap[] }> {
    if (this.cached !== null && this.monotonicMs() - this.cached.atMs < DISKS_CACHE_MS) {
      return { values: this.cached.disks, gaps: [] };
    }
    const gap = (status: Gap['status'], reason: string): Gap => ({ signal: 'system.disks', status, reason });
    try {
      const answer = await this.flight.runWithin(timeoutMs);
      if (answer.kind === 'overrun') {
        return {
          values: [],
          gaps: [gap('timeout', `the filesystems did not answer within ${Math.round(timeoutMs)} ms`)],
        };
      }
      this.cached = { disks: answer.value, atMs: this.monotonicMs() };
      return { values: answer.value, gaps: [] };
    } catch (error) {
      return { values: [], gaps: [gap('failed', `the filesystems could not be read: ${messageOf(error)}`)] };
    }
  }
}

function sizeOf({ fs, type, mount, size, available }: PortableFilesystem): FilesystemSize {
  const bytes = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    device: fs,
    type,
    mount,
    totalBytes: bytes(size),
    freeBytes: bytes(available),
    totalInodes: null,
    freeInodes: null,
    isReadOnly: false,
  };
}

async function readPortable(platform: NodeJS.Platform): Promise<{ system: Omit<System, 'disks'>; gaps: Gap[] }> {
  const { default: systeminformation } = await import('systeminformation');
  const [memory, load] = await Promise.all([systeminformation.mem(), systeminformation.currentLoad()]);
  const [load1m, load5m, load15m] = loadavg();
  // Windows knows no load average; Node answers zeros there.
  const hasLoad = platform !== 'win32';
  return {
    system: {
      cpu: {
        logicalCores: cpus().length || null,
        utilizationRatio: Number.isFinite(load.currentLoad) ? load.currentLoad / 100 : null,
        iowaitRatio: null,
        stealRatio: null,
        load1m: hasLoad ? (load1m ?? null) : null,
        load5m: hasLoad ? (load5m ?? null) : null,
        load15m: hasLoad ? (load15m ?? null) : null,
        runnableTasks: null,
      },
      memory: {
        totalBytes: memory.total || totalmem(),
        availableBytes: memory.available || freemem(),
        swapTotalBytes: memory.swaptotal,
        swapUsedBytes: memory.swapused,
        mlockedBytes: null,
        unevictableBytes: null,
        dirtyBytes: null,
      },
      paging: NO_PAGING,
      pressure: NO_PRESSURE,
      cgroup: NO_CGROUP,
      diskIo: [],
      network: [],
      numaNodes: null,
      clock: NO_HOST_CLOCK,
      uptimeSeconds: uptime(),
    },
    gaps: notAvailable(platform, hasLoad),
  };
}

function notAvailable(platform: NodeJS.Platform, hasLoad: boolean): Gap[] {
  const reason = `not available on ${platform}`;
  const signals = [
    ...(hasLoad ? [] : ['cpu.load1m', 'cpu.load5m', 'cpu.load15m']),
    ...['cpu.iowaitRatio', 'cpu.stealRatio', 'cpu.runnableTasks'],
    ...['memory.mlockedBytes', 'memory.unevictableBytes', 'memory.dirtyBytes'],
    ...Object.keys(NO_PAGING).map((name) => `paging.${name}`),
    ...Object.keys(NO_PRESSURE).map((name) => `pressure.${name}`),
    ...['disks.freeInodes', 'diskIo', 'network', 'numaNodes', 'clock.isSynchronized', 'clock.offsetSeconds'],
  ];
  return [
    ...signals.map((name): Gap => ({ signal: `system.${name}`, status: 'absent', reason })),
    ...cgroupGaps('absent', reason),
  ];
}
