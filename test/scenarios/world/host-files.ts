import type { WorldGpu } from './gpu-state.js';
import type { WorldHost } from './host-state.js';
import type { Random } from './random.js';
import { aNodeExporterPage, procFiles, type ProcProcessValues } from './writers.js';

export interface HostView {
  readonly gpus: readonly WorldGpu[];
  readonly processes: Readonly<Record<number, ProcProcessValues>>;
  readonly bootSeconds: number;
  readonly uptimeSeconds: number;
  readonly random: Random;
}

/** The files that a person copies off the machine. */
export function hostFiles(host: WorldHost, view: HostView): Record<string, string> {
  const { gpus, processes, bootSeconds, uptimeSeconds, random } = view;
  const kib = (bytes: number): number => Math.round(bytes / 1024);
  const files = procFiles({
    cores: host.cores,
    runnableTasks: runnableTasks(host),
    load: loadOf(host, random),
    bootSeconds,
    uptimeSeconds: Number(uptimeSeconds.toFixed(2)),
    memTotalKib: kib(host.memoryTotalBytes),
    memAvailableKib: kib(random.near(host.memoryAvailableBytes, 0.003)),
    mlockedKib: kib(host.mlockedBytes),
    swapTotalKib: kib(host.swapTotalBytes),
    swapFreeKib: kib(host.swapTotalBytes - host.swapUsedBytes),
    vmstat: vmstat(host),
    network: networkOf(host),
    disks: host.diskCounters,
    mountinfo: mountinfo(host),
    numaNodes: host.numaNodes,
    pciDevices: Object.fromEntries(gpus.map((gpu) => [pciAddress(gpu), { vendor: '0x10de', numaNode: gpu.numaNode }])),
    ownCgroup: '0::/system.slice/agent.service\n',
    cgroups: { [host.cgroupPath]: cgroupValues(host) },
    processes,
    pressure: null,
  });
  Object.assign(files, { '/proc/stat': stat(host, bootSeconds), '/proc/sys/kernel/hostname': `${host.hostname}\n` });
  if (host.hasPressure) Object.assign(files, pressureFiles(host));
  Object.assign(files, host.pinned);
  for (const path of host.without) delete files[path];
  return files;
}

/** `0000:1b:00.0`, as sysfs names it. */
function pciAddress(gpu: WorldGpu): string {
  return gpu.pciBusId.slice(4).toLowerCase();
}

function loadOf(host: WorldHost, random: Random): [number, number, number] {
  const load = host.load ?? host.busyShare * host.cores;
  const written = (value: number): number => Number(random.near(value, 0.03).toFixed(2));
  return [written(load), written(load * 0.98), written(load * 0.96)];
}

function runnableTasks(host: WorldHost): number {
  return host.runnableTasks ?? Math.max(1, Math.round(host.busyShare * host.cores));
}

function vmstat({ counters }: WorldHost): Record<string, number> {
  return {
    pswpin: counters.swapInPages,
    pswpout: counters.swapOutPages,
    pgmajfault: counters.majorFaults,
    oom_kill: counters.oomKills,
  };
}

function networkOf(host: WorldHost): Record<string, WorldHost['networkCounters'][string] & { speedMegabits: number }> {
  return Object.fromEntries(
    Object.entries(host.networkCounters).map(([name, counters]) => [
      name,
      { ...counters, speedMegabits: host.network[name]?.speedMegabits ?? -1 },
    ]),
  );
}

function mountinfo(host: WorldHost): string {
  return Object.entries(host.filesystems)
    .map(
      ([mount, { device, type }], i) =>
        `${26 + i} 1 259:${i} / ${mount} rw,relatime shared:${i + 1} - ${type} ${device} rw\n`,
    )
    .join('');
}

function cgroupValues({
  cgroup,
  counters,
}: WorldHost): NonNullable<NonNullable<Parameters<typeof procFiles>[0]>['cgroups']>[string] {
  const { cpuLimitCores, memoryLimitBytes } = cgroup;
  return {
    cpuMax: cpuLimitCores === null ? 'max 100000' : `${Math.round(cpuLimitCores * 100_000)} 100000`,
    periods: counters.periods,
    throttledPeriods: counters.throttledPeriods,
    throttledMicroseconds: counters.throttledMicroseconds,
    memoryMax: memoryLimitBytes === null ? 'max' : String(Math.round(memoryLimitBytes)),
    memoryCurrent: Math.round(cgroup.currentBytes),
    inactiveFile: Math.round(cgroup.inactiveFileBytes),
    events: { high: counters.high, max: counters.max, oom: counters.oom, oomKill: counters.oomKill },
  };
}

/** Every core has its share of the whole. */
function stat(host: WorldHost, bootSeconds: number): string {
  const { user, system, iowait, steal, idle } = host.ticks;
  const line = (name: string, share: number): string =>
    [name, ...[user, 0, system, idle, iowait, 0, 0, steal, 0, 0].map((ticks) => Math.floor(ticks * share))].join(' ');
  return [
    line('cpu ', 1),
    ...Array.from({ length: host.cores }, (_, core) => line(`cpu${core}`, 1 / host.cores)),
    'intr 18273645 0 0',
    'ctxt 918273645',
    `btime ${bootSeconds}`,
    'processes 90210',
    `procs_running ${runnableTasks(host)}`,
    'procs_blocked 0',
    '',
  ].join('\n');
}

function pressureFiles({ pressureLines: lines }: WorldHost): Record<string, string> {
  const noCpuFull = 'full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n';
  return {
    '/proc/pressure/cpu': lines.cpuSome.text('some') + noCpuFull,
    '/proc/pressure/memory': lines.memorySome.text('some') + lines.memoryFull.text('full'),
    '/proc/pressure/io': lines.ioSome.text('some') + lines.ioFull.text('full'),
  };
}

/** What node_exporter says of the same machine. */
export function nodeExporterText(host: WorldHost, { bootSeconds, uptimeSeconds, random }: HostView): string {
  const { ticks, pressureLines: lines } = host;
  const perCore = (value: number): number => value / 100 / host.cores;
  const seconds = (line: { totalMicroseconds: number }): number => line.totalMicroseconds / 1e6;
  const page = aNodeExporterPage({
    cores: host.cores,
    cpuSeconds: {
      user: perCore(ticks.user),
      system: perCore(ticks.system),
      iowait: perCore(ticks.iowait),
      steal: perCore(ticks.steal),
      idle: perCore(ticks.idle),
    },
    bootSeconds,
    timeSeconds: bootSeconds + uptimeSeconds,
    memory: {
      MemTotal: host.memoryTotalBytes,
      MemAvailable: Math.round(host.memoryAvailableBytes),
      SwapTotal: host.swapTotalBytes,
      SwapFree: host.swapTotalBytes - host.swapUsedBytes,
      Mlocked: host.mlockedBytes,
      Unevictable: host.mlockedBytes,
    },
    vmstat: vmstat(host),
    pressure: host.hasPressure
      ? {
          cpu_waiting: seconds(lines.cpuSome),
          memory_waiting: seconds(lines.memorySome),
          memory_stalled: seconds(lines.memoryFull),
          io_waiting: seconds(lines.ioSome),
          io_stalled: seconds(lines.ioFull),
        }
      : null,
    filesystems: host.filesystems,
    disks: Object.fromEntries(
      Object.entries(host.diskCounters).map(([name, counters]) => [name, diskSeries(counters)]),
    ),
    network: Object.fromEntries(
      Object.entries(networkOf(host)).map(([name, { speedMegabits, ...counters }]) => [
        name,
        { ...counters, speedBytes: speedMegabits * 125_000 },
      ]),
    ),
    numaNodes: host.numaNodes.length,
    clock: host.clock,
  });
  // The builder's loads are those of a quiet host.
  const [load1, load5, load15] = loadOf(host, random);
  const values = { node_load1: load1, node_load5: load5, node_load15: load15, node_procs_running: runnableTasks(host) };
  return Object.entries(values).reduce(
    (text, [name, value]) => text.replace(new RegExp(`^${name} .*$`, 'm'), `${name} ${value}`),
    page,
  );
}

function diskSeries(counters: WorldHost['diskCounters'][string]): Record<string, number> {
  return {
    read_bytes: counters.readSectors * 512,
    written_bytes: counters.writtenSectors * 512,
    reads_completed: counters.reads,
    writes_completed: counters.writes,
    read_time_seconds: counters.readMs / 1000,
    write_time_seconds: counters.writeMs / 1000,
    io_time_seconds: counters.busyMs / 1000,
  };
}
