import type { Gap, System } from '@app/core';
import { diskRates, type DiskCounters } from './disk-counters.js';
import { type InterfaceCounters, networkRates } from './network-counters.js';
import { type PagingCounters, pagingRates } from './paging-counters.js';
import { type CpuStat, cpuRatios } from './proc-text.parsers.js';
import { firstSampleGap } from './system-reading.js';

/** What one reading of a host says, counters as they stand; the same for `/proc` and for node_exporter. */
export interface HostSample {
  readonly atMs: number;
  readonly stat: CpuStat;
  readonly load: Pick<System['cpu'], 'load1m' | 'load5m' | 'load15m'>;
  readonly memory: System['memory'];
  readonly paging: PagingCounters;
  readonly pressure: System['pressure'];
  /** Interfaces that carry traffic of their own. */
  readonly network: ReadonlyMap<string, InterfaceCounters>;
  readonly disks: ReadonlyMap<string, DiskCounters>;
  readonly numaNodes: number | null;
  readonly uptimeSeconds: number | null;
}

export type MeasuredSystem = Omit<System, 'cgroup' | 'disks' | 'clock'>;

/** The sample with rates since an earlier one; a host that was restarted between has no earlier one. */
export function measuredSystem(earlier: HostSample | null, later: HostSample): MeasuredSystem {
  const before = earlier !== null && !hasRestarted(earlier, later) ? earlier : null;
  const seconds = before === null ? 0 : (later.atMs - before.atMs) / 1000;
  const { logicalCores, ticks, runnableTasks } = later.stat;
  return {
    cpu: { logicalCores, ...cpuRatios(before?.stat.ticks ?? null, ticks), ...later.load, runnableTasks },
    memory: later.memory,
    paging: pagingRates(before?.paging ?? null, later.paging, seconds),
    pressure: later.pressure,
    diskIo: [...later.disks].map(([name, now]) => diskRates(name, before?.disks.get(name) ?? null, now, seconds)),
    network: [...later.network].map(([name, now]) =>
      networkRates(name, before?.network.get(name) ?? null, now, seconds),
    ),
    numaNodes: later.numaNodes,
    uptimeSeconds: later.uptimeSeconds,
  };
}

function hasRestarted(earlier: HostSample, later: HostSample): boolean {
  return earlier.uptimeSeconds !== null && later.uptimeSeconds !== null && later.uptimeSeconds < earlier.uptimeSeconds;
}

/** A value of the snapshot, and where each source has it. */
export interface HostSignal {
  readonly signal: string;
  /** All of a list; a null among them is a gap. */
  readonly values: (system: MeasuredSystem) => readonly (number | null)[];
  /** For changes over time: whether the counter itself could be read. */
  readonly isCounted?: (sample: HostSample) => boolean;
  readonly file: string;
  readonly series: string;
}

type PressureName = keyof System['pressure'];

const PRESSURES: readonly (readonly [name: PressureName, file: string, series: string])[] = [
  ['cpuSomeAvg10', 'cpu', 'cpu_waiting'],
  ['cpuSomeAvg60', 'cpu', 'cpu_waiting'],
  ['memorySomeAvg10', 'memory', 'memory_waiting'],
  ['memorySomeAvg60', 'memory', 'memory_waiting'],
  ['memoryFullAvg10', 'memory', 'memory_stalled'],
  ['memoryFullAvg60', 'memory', 'memory_stalled'],
  ['ioSomeAvg10', 'io', 'io_waiting'],
  ['ioSomeAvg60', 'io', 'io_waiting'],
  ['ioFullAvg10', 'io', 'io_stalled'],
  ['ioFullAvg60', 'io', 'io_stalled'],
];

const MEMORY: readonly (readonly [name: keyof System['memory'], series: string])[] = [
  ['totalBytes', 'node_memory_MemTotal_bytes'],
  ['availableBytes', 'node_memory_MemAvailable_bytes'],
  ['swapTotalBytes', 'node_memory_SwapTotal_bytes'],
  ['swapUsedBytes', 'node_memory_SwapFree_bytes'],
  ['mlockedBytes', 'node_memory_Mlocked_bytes'],
  ['unevictableBytes', 'node_memory_Unevictable_bytes'],
  ['dirtyBytes', 'node_memory_Dirty_bytes'],
];

const CPU: readonly (readonly [keyof System['cpu'], file: string, series: string, HostSignal['isCounted']?])[] = [
  ['logicalCores', '/proc/stat', 'node_cpu_seconds_total'],
  ['utilizationRatio', '/proc/stat', 'node_cpu_seconds_total', ({ stat }) => stat.ticks !== null],
  ['iowaitRatio', '/proc/stat', 'node_cpu_seconds_total', ({ stat }) => stat.ticks?.iowait != null],
  ['stealRatio', '/proc/stat', 'node_cpu_seconds_total', ({ stat }) => stat.ticks?.steal != null],
  ['load1m', '/proc/loadavg', 'node_load1'],
  ['load5m', '/proc/loadavg', 'node_load5'],
  ['load15m', '/proc/loadavg', 'node_load15'],
  ['runnableTasks', '/proc/stat', 'node_procs_running'],
];

const PAGING: readonly (readonly [keyof System['paging'], series: string, HostSignal['isCounted']?])[] = [
  ['swapInBytesPerSecond', 'node_vmstat_pswpin', ({ paging }) => paging.swapInBytes !== null],
  ['swapOutBytesPerSecond', 'node_vmstat_pswpout', ({ paging }) => paging.swapOutBytes !== null],
  ['majorFaultsPerSecond', 'node_vmstat_pgmajfault', ({ paging }) => paging.majorFaults !== null],
  ['oomKills', 'node_vmstat_oom_kill'],
];

/** The mean wait is not here: a device without requests has none. */
const DISK_IO: readonly (readonly [
  'readBytesPerSecond' | 'writeBytesPerSecond' | 'busyRatio',
  counter: keyof DiskCounters,
  series: string,
])[] = [
  ['readBytesPerSecond', 'readBytes', 'node_disk_read_bytes_total'],
  ['writeBytesPerSecond', 'writtenBytes', 'node_disk_written_bytes_total'],
  ['busyRatio', 'busySeconds', 'node_disk_io_time_seconds_total'],
];

const NETWORK: readonly (readonly [
  `${'rxBytes' | 'txBytes' | 'errors' | 'drops' | 'packets'}PerSecond`,
  counter: keyof InterfaceCounters,
  series: string,
])[] = [
  ['rxBytesPerSecond', 'rxBytes', 'node_network_receive_bytes_total'],
  ['txBytesPerSecond', 'txBytes', 'node_network_transmit_bytes_total'],
  ['errorsPerSecond', 'errors', 'node_network_receive_errs_total'],
  ['dropsPerSecond', 'drops', 'node_network_receive_drop_total'],
  ['packetsPerSecond', 'packets', 'node_network_receive_packets_total'],
];

const present = (list: readonly unknown[]): readonly (number | null)[] => (list.length > 0 ? [list.length] : [null]);

function all<T>(counters: ReadonlyMap<string, T>, name: keyof T): boolean {
  return [...counters.values()].every((counter) => counter[name] !== null);
}

/** Every value of a host that can be missing, with its origin in both sources. */
export const HOST_SIGNALS: readonly HostSignal[] = [
  ...CPU.map(([name, file, series, isCounted]): HostSignal => {
    return { signal: `system.cpu.${name}`, values: ({ cpu }) => [cpu[name]], isCounted, file, series };
  }),
  ...MEMORY.map(([name, series]): HostSignal => {
    return { signal: `system.memory.${name}`, values: ({ memory }) => [memory[name]], file: '/proc/meminfo', series };
  }),
  ...PAGING.map(([name, series, isCounted]): HostSignal => {
    const values: HostSignal['values'] = ({ paging }) => [paging[name]];
    return { signal: `system.paging.${name}`, values, isCounted, file: '/proc/vmstat', series };
  }),
  ...PRESSURES.map(([name, file, series]): HostSignal => {
    return {
      signal: `system.pressure.${name}`,
      values: ({ pressure }) => [pressure[name]],
      file: `/proc/pressure/${file}`,
      series: `node_pressure_${series}_seconds_total`,
    };
  }),
  {
    signal: 'system.diskIo',
    values: ({ diskIo }) => present(diskIo),
    file: '/proc/diskstats',
    series: 'node_disk_io_time_seconds_total',
  },
  ...DISK_IO.map(([name, counter, series]): HostSignal => {
    const values: HostSignal['values'] = ({ diskIo }) => diskIo.map((device) => device[name]);
    const isCounted: HostSignal['isCounted'] = ({ disks }) => all(disks, counter);
    return { signal: `system.diskIo.${name}`, values, isCounted, file: '/proc/diskstats', series };
  }),
  {
    signal: 'system.network',
    values: ({ network }) => present(network),
    file: '/proc/net/dev',
    series: 'node_network_receive_bytes_total',
  },
  ...NETWORK.map(([name, counter, series]): HostSignal => {
    const values: HostSignal['values'] = ({ network }) => network.map((link) => link[name]);
    const isCounted: HostSignal['isCounted'] = (sample) => all(sample.network, counter);
    return { signal: `system.network.${name}`, values, isCounted, file: '/proc/net/dev', series };
  }),
  {
    signal: 'system.network.linkBytesPerSecond',
    values: ({ network }) => network.map((link) => link.linkBytesPerSecond),
    file: '/sys/class/net/*/speed',
    series: 'node_network_speed_bytes',
  },
  {
    signal: 'system.numaNodes',
    values: ({ numaNodes }) => [numaNodes],
    file: '/sys/devices/system/node',
    series: 'node_memory_numa_MemTotal',
  },
  {
    signal: 'system.uptimeSeconds',
    values: ({ uptimeSeconds }) => [uptimeSeconds],
    file: '/proc/uptime',
    series: 'node_boot_time_seconds',
  },
];

/** One gap for each value that is missing; `why` is asked where it is not just for want of an earlier sample. */
export function hostGaps(sample: HostSample, system: MeasuredSystem, why: (signal: HostSignal) => Gap): Gap[] {
  return HOST_SIGNALS.filter(({ values }) => values(system).includes(null)).map((signal) =>
    signal.isCounted?.(sample) === true ? firstSampleGap(signal.signal) : why(signal),
  );
}
