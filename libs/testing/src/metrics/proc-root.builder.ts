import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { processFiles, type ProcProcessValues } from './proc-root-process.builder.js';

export interface ProcInterfaceValues {
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly errors?: number;
  readonly drops?: number;
  /** Received; as many again are sent. */
  readonly packets?: number;
  /** What `speed` says; the kernel writes -1 where it knows none. */
  readonly speedMegabits?: number;
}

export interface ProcDiskValues {
  readonly reads?: number;
  readonly readSectors?: number;
  readonly readMs?: number;
  readonly writes?: number;
  readonly writtenSectors?: number;
  readonly writeMs?: number;
  readonly busyMs?: number;
}

/** Files of a control group of version 2. */
export interface ProcCgroupValues {
  readonly cpuMax?: string;
  readonly periods?: number;
  readonly throttledPeriods?: number;
  readonly throttledMicroseconds?: number;
  readonly memoryMax?: string;
  readonly memoryCurrent?: number;
  readonly inactiveFile?: number;
  readonly events?: { readonly high?: number; readonly max?: number; readonly oom?: number; readonly oomKill?: number };
}

export interface ProcRootValues {
  /** Clock ticks: user, nice, system, idle, iowait, irq, softirq, steal. */
  readonly cpuTicks?: readonly number[];
  readonly cores?: number;
  readonly runnableTasks?: number;
  readonly load?: readonly [number, number, number];
  readonly bootSeconds?: number;
  readonly memTotalKib?: number;
  readonly memAvailableKib?: number;
  readonly swapTotalKib?: number;
  readonly swapFreeKib?: number;
  readonly mlockedKib?: number;
  readonly pageBytes?: number;
  /** Counters of `/proc/vmstat`. */
  readonly vmstat?: Readonly<Record<string, number>>;
  /** Null: a kernel without pressure files. */
  readonly pressure?: { readonly cpu?: number; readonly memory?: number; readonly io?: number } | null;
  readonly uptimeSeconds?: number;
  /** Interfaces with a device behind them. */
  readonly network?: Readonly<Record<string, ProcInterfaceValues>>;
  /** Like `docker0`: counted by the kernel, no device behind. */
  readonly virtualNetwork?: readonly string[];
  /** Devices of `/proc/diskstats`, partitions too. */
  readonly disks?: Readonly<Record<string, ProcDiskValues>>;
  readonly mountinfo?: string;
  /** CPUs of each NUMA node. */
  readonly numaNodes?: readonly string[];
  /** PCI devices by address (`0000:3b:00.0`): vendor and NUMA node. */
  readonly pciDevices?: Readonly<Record<string, { readonly vendor: string; readonly numaNode: number }>>;
  /** What `/proc/self/cgroup` says. */
  readonly ownCgroup?: string;
  /** Control groups by their folder below `/sys/fs/cgroup`; '' is its root. */
  readonly cgroups?: Readonly<Record<string, ProcCgroupValues>>;
  readonly processes?: Readonly<Record<number, ProcProcessValues>>;
  /** Paths such as `/proc/meminfo` that are left out. */
  readonly without?: readonly string[];
}

const MEM_FREE_KIB = 1_048_576;

/** Writes the files of a quiet Linux host below `dir`, over those of an earlier call. */
export function aProcRoot(dir: string, values: ProcRootValues = {}): string {
  for (const [path, text] of Object.entries(procFiles(values))) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

/** The same files by their paths, as a person would copy them off a host. */
export function procFiles(values: ProcRootValues = {}): Record<string, string> {
  const [load1m, load5m, load15m] = values.load ?? [0.5, 0.4, 0.3];
  const files: Record<string, string> = {
    '/proc/stat': stat(values),
    '/proc/loadavg': `${load1m} ${load5m} ${load15m} 1/200 4242\n`,
    '/proc/meminfo': meminfo(values),
    '/proc/vmstat': vmstat(values),
    '/proc/uptime': `${values.uptimeSeconds ?? 86_400.5} 1000.0\n`,
    '/proc/net/dev': netDev(values),
    '/proc/diskstats': diskstats(values),
    '/proc/self/mountinfo': values.mountinfo ?? '26 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n',
    '/proc/self/cgroup': values.ownCgroup ?? '0::/\n',
    ...pressureFiles(values),
    ...deviceFiles(values),
  };
  for (const [folder, cgroup] of Object.entries(values.cgroups ?? {})) {
    Object.assign(files, cgroupFiles(`/sys/fs/cgroup${folder}`, cgroup));
  }
  for (const [pid, process] of Object.entries(values.processes ?? {})) {
    Object.assign(files, processFiles(Number(pid), process));
  }
  for (const path of values.without ?? []) delete files[path];
  return files;
}

function stat(values: ProcRootValues): string {
  const cpu = (values.cpuTicks ?? [100, 0, 50, 800, 10, 0, 0, 0]).join(' ');
  const cores = Array.from({ length: values.cores ?? 8 }, (_, core) => `cpu${core} ${cpu} 0 0`);
  const boot = `btime ${values.bootSeconds ?? 1_700_000_000}`;
  const running = `procs_running ${values.runnableTasks ?? 1}`;
  return [`cpu  ${cpu} 0 0`, ...cores, 'intr 1 2 3', 'ctxt 4', boot, 'processes 99', running, ''].join('\n');
}

function meminfo(values: ProcRootValues): string {
  const entry = (name: string, kib: number): string => `${name}:`.padEnd(16) + `${kib} kB\n`;
  return [
    entry('MemTotal', values.memTotalKib ?? 65_536_000),
    entry('MemFree', MEM_FREE_KIB),
    entry('MemAvailable', values.memAvailableKib ?? 32_768_000),
    entry('Unevictable', values.mlockedKib ?? 0),
    entry('Mlocked', values.mlockedKib ?? 0),
    entry('SwapTotal', values.swapTotalKib ?? 0),
    entry('SwapFree', values.swapFreeKib ?? 0),
    entry('Dirty', 128),
  ].join('');
}

function vmstat(values: ProcRootValues): string {
  const counters = {
    nr_free_pages: (MEM_FREE_KIB * 1024) / (values.pageBytes ?? 4096),
    pswpin: 0,
    pswpout: 0,
    pgmajfault: 0,
    oom_kill: 0,
    ...values.vmstat,
  };
  return Object.entries(counters)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}

function pressureFiles({ pressure = {} }: ProcRootValues): Record<string, string> {
  if (pressure === null) return {};
  const line = (kind: string, share: number): string =>
    `${kind} avg10=${share.toFixed(2)} avg60=${(share / 2).toFixed(2)} avg300=0.00 total=12345\n`;
  const both = (some: number, full: number): string => line('some', some) + line('full', full);
  return {
    '/proc/pressure/cpu': both(pressure.cpu ?? 0, 0),
    '/proc/pressure/memory': both(pressure.memory ?? 0, pressure.memory ?? 0),
    '/proc/pressure/io': both(pressure.io ?? 0, pressure.io ?? 0),
  };
}

function netDev(values: ProcRootValues): string {
  const row = (name: string, { rxBytes, txBytes, errors = 0, drops = 0, packets = 10 }: ProcInterfaceValues): string =>
    `${name.padStart(6)}: ${rxBytes} ${packets} ${errors} ${drops} 0 0 0 0 ${txBytes} ${packets} 0 0 0 0 0 0\n`;
  return [
    'Inter-|   Receive                                                |  Transmit\n',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n',
    row('lo', { rxBytes: 5000, txBytes: 5000 }),
    ...Object.entries(values.network ?? {}).map(([name, link]) => row(name, link)),
    ...(values.virtualNetwork ?? []).map((name) => row(name, { rxBytes: 7000, txBytes: 7000 })),
  ].join('');
}

function diskstats(values: ProcRootValues): string {
  const rows = Object.entries(values.disks ?? { sda: {} }).map(([name, disk]) => {
    const { reads = 0, readSectors = 0, readMs = 0, writes = 0, writtenSectors = 0, writeMs = 0, busyMs = 0 } = disk;
    return `   8       0 ${name} ${reads} 0 ${readSectors} ${readMs} ${writes} 0 ${writtenSectors} ${writeMs} 0 ${busyMs} 0 0 0 0 0 0 0\n`;
  });
  return rows.join('');
}

function deviceFiles(values: ProcRootValues): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [name, { speedMegabits = -1 }] of Object.entries(values.network ?? {})) {
    files[`/sys/class/net/${name}/device/vendor`] = '0x15b3\n';
    files[`/sys/class/net/${name}/speed`] = `${speedMegabits}\n`;
  }
  const nodes = values.numaNodes ?? ['0-7'];
  files['/sys/devices/system/node/online'] = nodes.length === 1 ? '0\n' : `0-${nodes.length - 1}\n`;
  for (const [node, cpus] of nodes.entries()) files[`/sys/devices/system/node/node${node}/cpulist`] = `${cpus}\n`;
  for (const [address, { vendor, numaNode }] of Object.entries(values.pciDevices ?? {})) {
    files[`/sys/bus/pci/devices/${address}/vendor`] = `${vendor}\n`;
    files[`/sys/bus/pci/devices/${address}/numa_node`] = `${numaNode}\n`;
  }
  return files;
}

function cgroupFiles(folder: string, values: ProcCgroupValues): Record<string, string> {
  const { periods = 0, throttledPeriods = 0, throttledMicroseconds = 0, inactiveFile = 0, events = {} } = values;
  const counts = [periods, throttledPeriods, throttledMicroseconds];
  const names = ['nr_periods', 'nr_throttled', 'throttled_usec'];
  return {
    [`${folder}/cpu.max`]: `${values.cpuMax ?? 'max 100000'}\n`,
    [`${folder}/cpu.stat`]: ['usage_usec 1000', ...names.map((name, index) => `${name} ${counts[index]}`), ''].join(
      '\n',
    ),
    [`${folder}/memory.max`]: `${values.memoryMax ?? 'max'}\n`,
    [`${folder}/memory.current`]: `${values.memoryCurrent ?? 1_000_000}\n`,
    [`${folder}/memory.stat`]: `anon 500000\nfile 400000\ninactive_anon 0\ninactive_file ${inactiveFile}\n`,
    [`${folder}/memory.events`]: [
      'low 0',
      `high ${events.high ?? 0}`,
      `max ${events.max ?? 0}`,
      `oom ${events.oom ?? 0}`,
      `oom_kill ${events.oomKill ?? 0}`,
      'oom_group_kill 0\n',
    ].join('\n'),
  };
}
