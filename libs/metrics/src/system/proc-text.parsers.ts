import type { System } from '@app/core';

/** Cumulative CPU time of all cores in clock ticks. */
export interface CpuTicks {
  readonly total: number;
  /** Waiting for a device is idle time to the scheduler. */
  readonly idle: number;
  readonly iowait: number;
  readonly steal: number;
}

export interface CpuStat {
  readonly logicalCores: number | null;
  readonly ticks: CpuTicks | null;
}

/** `/proc/stat`. Guest time is not added: the kernel counts it in user time already. */
export function parseStat(text: string): CpuStat {
  const lines = text.split('\n');
  const cores = lines.filter((line) => /^cpu\d+ /.test(line)).length;
  const fields =
    lines
      .find((line) => line.startsWith('cpu '))
      ?.trim()
      .split(/\s+/)
      .slice(1, 9)
      .map(Number) ?? [];
  const [user, nice, system, idle, iowait, irq, softirq, steal] = fields;
  const isWhole = fields.length >= 4 && fields.every((ticks) => Number.isFinite(ticks));
  if (!isWhole || user === undefined || nice === undefined || system === undefined || idle === undefined) {
    return { logicalCores: cores > 0 ? cores : null, ticks: null };
  }
  const busy = user + nice + system + (irq ?? 0) + (softirq ?? 0) + (steal ?? 0);
  return {
    logicalCores: cores > 0 ? cores : null,
    ticks: { total: busy + idle + (iowait ?? 0), idle, iowait: iowait ?? 0, steal: steal ?? 0 },
  };
}

export type CpuRatios = Pick<System['cpu'], 'utilizationRatio' | 'iowaitRatio' | 'stealRatio'>;

/** Shares of the interval; null without an earlier sample, without ticks between, or when a counter went down. */
export function cpuRatios(earlier: CpuTicks | null, later: CpuTicks | null): CpuRatios {
  const total = earlier === null || later === null ? 0 : later.total - earlier.total;
  if (earlier === null || later === null || total <= 0) {
    return { utilizationRatio: null, iowaitRatio: null, stealRatio: null };
  }
  const share = (ticks: number): number | null => (ticks < 0 || ticks > total ? null : ticks / total);
  const unused = share(later.idle - earlier.idle + later.iowait - earlier.iowait);
  return {
    utilizationRatio: unused === null ? null : 1 - unused,
    iowaitRatio: share(later.iowait - earlier.iowait),
    stealRatio: share(later.steal - earlier.steal),
  };
}

/** `/proc/loadavg`. */
export function parseLoadAverage(text: string): Pick<System['cpu'], 'load1m' | 'load5m' | 'load15m'> {
  const [load1m, load5m, load15m] = text.trim().split(/\s+/).map(numberOrNull);
  return { load1m: load1m ?? null, load5m: load5m ?? null, load15m: load15m ?? null };
}

/** `/proc/meminfo`; what the kernel calls kB is 1024 bytes. */
export function parseMeminfo(text: string): System['memory'] {
  const bytes = (name: string): number | null => {
    const value = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
    return value === undefined ? null : Number(value) * 1024;
  };
  const swapTotalBytes = bytes('SwapTotal');
  const swapFreeBytes = bytes('SwapFree');
  return {
    totalBytes: bytes('MemTotal'),
    availableBytes: bytes('MemAvailable'),
    swapTotalBytes,
    swapUsedBytes: swapTotalBytes === null || swapFreeBytes === null ? null : swapTotalBytes - swapFreeBytes,
  };
}

export interface PressureLine {
  readonly avg10: number | null;
  readonly avg60: number | null;
}

/** One line (`some` or `full`) of a file below `/proc/pressure`. */
export function parsePressure(text: string, line: 'some' | 'full'): PressureLine {
  const found = new RegExp(`^${line} avg10=([\\d.]+) avg60=([\\d.]+)`, 'm').exec(text);
  return { avg10: numberOrNull(found?.[1]), avg60: numberOrNull(found?.[2]) };
}

/** First number of `/proc/uptime`. */
export function parseUptime(text: string): number | null {
  return numberOrNull(text.trim().split(/\s+/)[0]);
}

/** Cumulative counters of a network interface. */
export interface InterfaceCounters {
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly errors: number;
}

/** `/proc/net/dev`: per interface eight receive columns, then eight transmit columns. */
export function parseNetDev(text: string): ReadonlyMap<string, InterfaceCounters> {
  const counters = new Map<string, InterfaceCounters>();
  for (const line of text.split('\n')) {
    const [, name, columns] = /^\s*([^:\s]+):\s*(.+)$/.exec(line) ?? [];
    if (name === undefined || columns === undefined) continue;
    const [rxBytes, , rxErrors, , , , , , txBytes, , txErrors] = columns.trim().split(/\s+/).map(Number);
    if (rxBytes === undefined || txBytes === undefined || rxErrors === undefined || txErrors === undefined) continue;
    if (![rxBytes, txBytes, rxErrors, txErrors].every(Number.isFinite)) continue;
    counters.set(name, { rxBytes, txBytes, errors: rxErrors + txErrors });
  }
  return counters;
}

/** Per second over the interval; null without an earlier sample or when a counter went down. */
export function networkRates(
  name: string,
  earlier: InterfaceCounters | null,
  later: InterfaceCounters,
  seconds: number,
): System['network'][number] {
  const rate = (counter: keyof InterfaceCounters): number | null => {
    const change = earlier === null ? -1 : later[counter] - earlier[counter];
    return change < 0 || seconds <= 0 ? null : change / seconds;
  };
  return {
    interface: name,
    rxBytesPerSecond: rate('rxBytes'),
    txBytesPerSecond: rate('txBytes'),
    errorsPerSecond: rate('errors'),
  };
}

function numberOrNull(text: string | undefined): number | null {
  if (text === undefined || !/^\d+(\.\d+)?$/.test(text)) return null;
  return Number(text);
}
