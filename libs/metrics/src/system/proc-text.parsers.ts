import type { System } from '@app/core';
import { decimal } from './decimal.js';

/** Cumulative CPU time of all cores, in whatever unit its source counts. */
export interface CpuTicks {
  readonly total: number;
  /** Waiting for a device is idle time to the scheduler. */
  readonly idle: number;
  readonly iowait: number | null;
  readonly steal: number | null;
}

export interface CpuStat {
  readonly logicalCores: number | null;
  readonly ticks: CpuTicks | null;
  readonly runnableTasks: number | null;
  /** Epoch seconds at which the kernel started. */
  readonly bootSeconds: number | null;
}

/** `/proc/stat`. Guest time is not added: the kernel counts it in user time already. */
export function parseStat(text: string): CpuStat {
  const lines = text.split('\n');
  const cores = lines.filter((line) => /^cpu\d+ /.test(line)).length;
  const numberOf = (name: string): number | null =>
    decimal(lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1));
  return {
    logicalCores: cores > 0 ? cores : null,
    ticks: ticksOf(lines.find((line) => line.startsWith('cpu ')) ?? ''),
    runnableTasks: numberOf('procs_running'),
    bootSeconds: numberOf('btime'),
  };
}

function ticksOf(line: string): CpuTicks | null {
  const fields = line.trim().split(/ +/).slice(1, 9).map(decimal);
  const [user, nice, system, idle, iowait = null, irq, softirq, steal = null] = fields;
  if (user == null || nice == null || system == null || idle == null || fields.includes(null)) return null;
  const busy = user + nice + system + (irq ?? 0) + (softirq ?? 0) + (steal ?? 0);
  return { total: busy + idle + (iowait ?? 0), idle, iowait, steal };
}

export type CpuRatios = Pick<System['cpu'], 'utilizationRatio' | 'iowaitRatio' | 'stealRatio'>;

/** Shares of the interval; null without an earlier sample, without ticks between, or when a counter went down. */
export function cpuRatios(earlier: CpuTicks | null, later: CpuTicks | null): CpuRatios {
  const total = earlier === null || later === null ? 0 : later.total - earlier.total;
  if (earlier === null || later === null || total <= 0) {
    return { utilizationRatio: null, iowaitRatio: null, stealRatio: null };
  }
  const share = (from: number | null, to: number | null): number | null => {
    const ticks = from === null || to === null ? -1 : to - from;
    // Sums of many decimal seconds can pass the whole by a rounding error.
    return ticks < 0 || ticks > total * (1 + 1e-9) ? null : Math.min(1, ticks / total);
  };
  const unused = share(earlier.idle + (earlier.iowait ?? 0), later.idle + (later.iowait ?? 0));
  return {
    utilizationRatio: unused === null ? null : 1 - unused,
    iowaitRatio: share(earlier.iowait, later.iowait),
    stealRatio: share(earlier.steal, later.steal),
  };
}

/** `/proc/loadavg`. */
export function parseLoadAverage(text: string): Pick<System['cpu'], 'load1m' | 'load5m' | 'load15m'> {
  const [load1m, load5m, load15m] = text.trim().split(/\s+/).map(decimal);
  return { load1m: load1m ?? null, load5m: load5m ?? null, load15m: load15m ?? null };
}

/** `/proc/meminfo` in bytes by name; what the kernel calls kB is 1024 bytes. */
export function parseMeminfoBytes(text: string): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, digits] = /^([A-Za-z0-9_()]{1,64}):[ \t]{0,64}(\d{1,20}) kB\s*$/.exec(line) ?? [];
    const kib = decimal(digits);
    if (name !== undefined && kib !== null && !bytes.has(name)) bytes.set(name, kib * 1024);
  }
  return bytes;
}

export function memoryOf(bytes: ReadonlyMap<string, number>): System['memory'] {
  const valueOf = (name: string): number | null => bytes.get(name) ?? null;
  return {
    totalBytes: valueOf('MemTotal'),
    availableBytes: valueOf('MemAvailable'),
    swapTotalBytes: valueOf('SwapTotal'),
    swapUsedBytes: usedOf(valueOf('SwapTotal'), valueOf('SwapFree')),
    mlockedBytes: valueOf('Mlocked'),
    unevictableBytes: valueOf('Unevictable'),
    dirtyBytes: valueOf('Dirty'),
  };
}

/** Null where one of both is missing or they contradict each other. */
export function usedOf(total: number | null, free: number | null): number | null {
  return total === null || free === null || free > total ? null : total - free;
}

export interface PressureLine {
  readonly avg10: number | null;
  readonly avg60: number | null;
}

/** One line (`some` or `full`) of a file below `/proc/pressure`. */
export function parsePressure(text: string, line: 'some' | 'full'): PressureLine {
  const found = new RegExp(`^${line} avg10=([\\d.]{1,12}) avg60=([\\d.]{1,12})(?: |$)`, 'm').exec(text);
  return { avg10: decimal(found?.[1]), avg60: decimal(found?.[2]) };
}

/** The three files below `/proc/pressure`. At system level `full` of the CPU is always 0 and therefore not read. */
export function pressureOf(cpu: string, memory: string, io: string): System['pressure'] {
  const [cpuSome, memorySome, ioSome] = [cpu, memory, io].map((text) => parsePressure(text, 'some'));
  const [memoryFull, ioFull] = [memory, io].map((text) => parsePressure(text, 'full'));
  return {
    cpuSomeAvg10: cpuSome?.avg10 ?? null,
    cpuSomeAvg60: cpuSome?.avg60 ?? null,
    memorySomeAvg10: memorySome?.avg10 ?? null,
    memorySomeAvg60: memorySome?.avg60 ?? null,
    memoryFullAvg10: memoryFull?.avg10 ?? null,
    memoryFullAvg60: memoryFull?.avg60 ?? null,
    ioSomeAvg10: ioSome?.avg10 ?? null,
    ioSomeAvg60: ioSome?.avg60 ?? null,
    ioFullAvg10: ioFull?.avg10 ?? null,
    ioFullAvg60: ioFull?.avg60 ?? null,
  };
}

/** First number of `/proc/uptime`. */
export function parseUptime(text: string): number | null {
  return decimal(text.trim().split(/\s+/)[0]);
}
