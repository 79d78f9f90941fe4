import { PressureLine } from './pressure.js';
import type { Random } from './random.js';

export interface HostOptions {
  readonly cores?: number;
  readonly memoryGib?: number;
  /** CPUs of each NUMA node, as the kernel lists them. */
  readonly numaNodes?: readonly string[];
  readonly hostname?: string;
  readonly bootedSecondsAgo?: number;
  /** Limits of the engine's control group; none by default. */
  readonly cpuLimitCores?: number | null;
  readonly memoryLimitGib?: number | null;
  readonly cgroupPath?: string;
}

export interface WorldDisk {
  readBytesPerSecond: number;
  writeBytesPerSecond: number;
  requestBytes: number;
  /** Time of a request, queueing included. */
  waitMs: number;
}

export interface WorldInterface {
  rxBytesPerSecond: number;
  txBytesPerSecond: number;
  errorsPerSecond: number;
  dropsPerSecond: number;
  /** -1 as the kernel says it where it knows none. */
  speedMegabits: number;
}

/** A mounted filesystem; only the page of node_exporter tells its space. */
export interface WorldFilesystem {
  device: string;
  type: string;
  sizeBytes: number;
  availableBytes: number;
  files: number;
  freeFiles: number;
  /** Grows by so much. */
  filledPerSecond: number;
  readOnly?: boolean;
}

const GIB = 1024 ** 3;
export const PAGE_BYTES = 4096;
/** A period of the CPU controller. */
const PERIOD_SECONDS = 0.1;

/** The machine. All public fields may be set at any time and hold until they are set again; rates are per second. */
export class WorldHost {
  readonly cores: number;
  readonly hostname: string;
  readonly numaNodes: readonly string[];
  readonly cgroupPath: string;
  readonly bootedSecondsAgo: number;

  /** Shares of all cores besides the engines; what is left is idle. */
  readonly cpu = { user: 0.04, system: 0.015, iowait: 0.001, steal: 0 };
  /** Set by the world each step: cores that engines use. */
  engineCores = 0;
  /** Null: follows the CPU use. */
  load: number | null = null;
  runnableTasks: number | null = null;
  memoryTotalBytes: number;
  memoryAvailableBytes: number;
  mlockedBytes = 0;
  swapTotalBytes = 8 * GIB;
  swapUsedBytes = 0;
  swapInBytes = 0;
  swapOutBytes = 0;
  majorFaults = 0.4;
  /** Percent of wall time in which tasks waited. The averages follow as the kernel's do. */
  readonly pressure = { cpuSome: 0.6, memorySome: 0, memoryFull: 0, ioSome: 0.2, ioFull: 0.1 };
  /** False: a kernel without pressure files. */
  hasPressure = true;
  readonly cgroup: {
    cpuLimitCores: number | null;
    /** Share of the periods in which the limit was hit. */
    throttledRatio: number;
    memoryLimitBytes: number | null;
    currentBytes: number;
    inactiveFileBytes: number;
    highPerSecond: number;
    maxPerSecond: number;
  };
  readonly disks: Record<string, WorldDisk> = {
    nvme0n1: { readBytesPerSecond: 4e5, writeBytesPerSecond: 2e6, requestBytes: 32_768, waitMs: 0.4 },
  };
  readonly network: Record<string, WorldInterface> = {
    eth0: {
      rxBytesPerSecond: 3e6,
      txBytesPerSecond: 5e6,
      errorsPerSecond: 0,
      dropsPerSecond: 0,
      speedMegabits: 25_000,
    },
  };
  readonly filesystems: Record<string, WorldFilesystem> = {
    '/': {
      device: '/dev/nvme0n1p2',
      type: 'ext4',
      sizeBytes: 440 * GIB,
      availableBytes: 250 * GIB,
      files: 29e6,
      freeFiles: 27e6,
      filledPerSecond: 800,
    },
    '/var/lib/models': {
      device: '/dev/nvme1n1',
      type: 'xfs',
      sizeBytes: 3500 * GIB,
      availableBytes: 1900 * GIB,
      files: 180e6,
      freeFiles: 179e6,
      filledPerSecond: 0,
    },
  };
  clock: { synchronized: boolean; offsetSeconds: number } | null = { synchronized: true, offsetSeconds: 0.00004 };
  /** Files that a person did not copy, e.g. `/proc/pressure/cpu`. */
  without: string[] = [];
  /** Last word on single files. */
  pinned: Record<string, string> = {};

  readonly ticks = { user: 0, system: 0, iowait: 0, steal: 0, idle: 0 };
  readonly counters = {
    swapInPages: 0,
    swapOutPages: 0,
    majorFaults: 0,
    oomKills: 0,
    periods: 0,
    throttledPeriods: 0,
    throttledMicroseconds: 0,
    high: 0,
    max: 0,
    oom: 0,
    oomKill: 0,
  };
  readonly diskCounters: Record<
    string,
    {
      reads: number;
      readSectors: number;
      readMs: number;
      writes: number;
      writtenSectors: number;
      writeMs: number;
      busyMs: number;
    }
  > = {};
  readonly networkCounters: Record<
    string,
    { rxBytes: number; txBytes: number; packets: number; errors: number; drops: number }
  > = {};
  readonly pressureLines = {
    cpuSome: new PressureLine(),
    memorySome: new PressureLine(),
    memoryFull: new PressureLine(),
    ioSome: new PressureLine(),
    ioFull: new PressureLine(),
  };

  constructor(options: HostOptions = {}) {
    this.cores = options.cores ?? 64;
    this.hostname = options.hostname ?? 'gpu-node-7';
    this.numaNodes = options.numaNodes ?? [`0-${this.cores - 1}`];
    this.cgroupPath = options.cgroupPath ?? '/system.slice/vllm.service';
    this.bootedSecondsAgo = options.bootedSecondsAgo ?? 19 * 86_400;
    this.memoryTotalBytes = (options.memoryGib ?? 512) * GIB;
    this.memoryAvailableBytes = this.memoryTotalBytes * 0.72;
    const limit = options.memoryLimitGib ?? null;
    this.cgroup = {
      cpuLimitCores: options.cpuLimitCores ?? null,
      throttledRatio: 0.004,
      memoryLimitBytes: limit === null ? null : limit * GIB,
      currentBytes: limit === null ? 46 * GIB : limit * GIB * 0.62,
      inactiveFileBytes: limit === null ? 21 * GIB : limit * GIB * 0.14,
      highPerSecond: 0,
      maxPerSecond: 0,
    };
  }

  /** The kernel killed a process for want of memory, of the machine or of the engine's control group. */
  countOomKill(where: 'machine' | 'cgroup'): this {
    this.counters.oomKills += 1;
    if (where === 'cgroup') {
      this.counters.oom += 1;
      this.counters.oomKill += 1;
    }
    return this;
  }

  get busyShare(): number {
    const { user, system, iowait, steal } = this.cpu;
    return Math.min(1, user + system + iowait + steal + this.engineCores / this.cores);
  }

  settle(): void {
    for (const name of Object.keys(this.pressureLines) as (keyof WorldHost['pressureLines'])[]) {
      this.pressureLines[name].settle(this.pressure[name]);
    }
  }

  step(seconds: number, random: Random): void {
    this.stepCpu(seconds, random);
    const { counters, cgroup } = this;
    counters.swapInPages += random.whole((this.swapInBytes * seconds) / PAGE_BYTES);
    counters.swapOutPages += random.whole((this.swapOutBytes * seconds) / PAGE_BYTES);
    counters.majorFaults += random.events(this.majorFaults * seconds);
    if (cgroup.cpuLimitCores !== null) {
      const periods = Math.round(seconds / PERIOD_SECONDS);
      const throttled = Math.min(periods, random.events(periods * cgroup.throttledRatio));
      counters.periods += periods;
      counters.throttledPeriods += throttled;
      counters.throttledMicroseconds += Math.round(throttled * random.between(35_000, 60_000));
    }
    counters.high += random.events(cgroup.highPerSecond * seconds);
    counters.max += random.events(cgroup.maxPerSecond * seconds);
    for (const name of Object.keys(this.pressureLines) as (keyof WorldHost['pressureLines'])[]) {
      this.pressureLines[name].pass(Math.max(0, Math.min(100, random.near(this.pressure[name], 0.04))), seconds);
    }
    this.stepDevices(seconds, random);
  }

  /** As if the same had happened so many times. */
  scale(factor: number): void {
    for (const group of [
      this.ticks,
      this.counters,
      ...Object.values(this.diskCounters),
      ...Object.values(this.networkCounters),
    ]) {
      for (const [name, value] of Object.entries(group)) Object.assign(group, { [name]: value * factor });
    }
  }

  private stepCpu(seconds: number, random: Random): void {
    const all = seconds * 100 * this.cores;
    const spent = (share: number): number => Math.round(all * Math.max(0, Math.min(1, random.near(share, 0.03))));
    const parts = {
      user: spent(this.cpu.user + (0.85 * this.engineCores) / this.cores),
      system: spent(this.cpu.system + (0.15 * this.engineCores) / this.cores),
      iowait: spent(this.cpu.iowait),
      steal: spent(this.cpu.steal),
    };
    const used = parts.user + parts.system + parts.iowait + parts.steal;
    for (const part of ['user', 'system', 'iowait', 'steal'] as const) this.ticks[part] += parts[part];
    this.ticks.idle += Math.max(0, all - used);
  }

  private stepDevices(seconds: number, random: Random): void {
    for (const [name, disk] of Object.entries(this.disks)) {
      const counters = (this.diskCounters[name] ??= {
        reads: 0,
        readSectors: 0,
        readMs: 0,
        writes: 0,
        writtenSectors: 0,
        writeMs: 0,
        busyMs: 0,
      });
      const reads = random.events((disk.readBytesPerSecond * seconds) / disk.requestBytes);
      const writes = random.events((disk.writeBytesPerSecond * seconds) / disk.requestBytes);
      const wait = random.near(disk.waitMs, 0.04);
      counters.reads += reads;
      counters.readSectors += Math.round((reads * disk.requestBytes) / 512);
      counters.readMs += Math.round(reads * wait);
      counters.writes += writes;
      counters.writtenSectors += Math.round((writes * disk.requestBytes) / 512);
      counters.writeMs += Math.round(writes * wait);
      counters.busyMs += Math.round(Math.min(seconds * 1000, (reads + writes) * wait * 0.7));
    }
    for (const [name, link] of Object.entries(this.network)) {
      const counters = (this.networkCounters[name] ??= { rxBytes: 0, txBytes: 0, packets: 0, errors: 0, drops: 0 });
      counters.rxBytes += Math.round(random.near(link.rxBytesPerSecond, 0.03) * seconds);
      counters.txBytes += Math.round(random.near(link.txBytesPerSecond, 0.03) * seconds);
      counters.packets += Math.round(((link.rxBytesPerSecond + link.txBytesPerSecond) * seconds) / 2 / 1400);
      counters.errors += random.events(link.errorsPerSecond * seconds);
      counters.drops += random.events(link.dropsPerSecond * seconds);
    }
    for (const place of Object.values(this.filesystems)) {
      place.availableBytes = Math.max(0, place.availableBytes - place.filledPerSecond * seconds);
    }
  }
}
