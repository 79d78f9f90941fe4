import type { HostView, MachineView } from '../../machine/machine-view.js';
import {
  counter,
  type Family,
  gauge,
  goNumber,
  type Labels,
  renderPage,
  type Row,
  SIMULATED_MARK,
} from '../prometheus/families.js';
import { diskFamilies, filesystemFamilies, networkFamilies } from './node-exporter-devices.js';

const PAGE_BYTES = 4096;
const COLLECTORS = [
  'cpu',
  'diskstats',
  'filesystem',
  'loadavg',
  'meminfo',
  'meminfo_numa',
  'netdev',
  'pressure',
  'stat',
  'time',
  'timex',
  'uname',
  'vmstat',
];

/** The `/metrics` page of node_exporter on Linux: of its usual families those that the machine has values for. */
export function nodeExporterPage(view: MachineView): string {
  const { host } = view;
  const families = [
    one('node_boot_time_seconds', 'Node boot time, in unixtime.', Math.floor(view.bootedAtMs / 1000)),
    cpuFamily(host),
    ...diskFamilies(host),
    ...filesystemFamilies(host),
    one('node_load1', '1m load average.', host.load[0]),
    one('node_load15', '15m load average.', host.load[2]),
    one('node_load5', '5m load average.', host.load[1]),
    ...memoryFamilies(host),
    ...networkFamilies(host),
    ...pressureFamilies(host),
    one('node_procs_running', 'Number of processes in runnable state.', host.runnable),
    gauge(
      'node_scrape_collector_success',
      'node_exporter: Whether a collector succeeded.',
      COLLECTORS.map((collector): Row => ['', { collector }, 1]),
    ),
    one('node_time_seconds', 'System time in seconds since epoch (1970).', view.atMs / 1000),
    one('node_timex_offset_seconds', 'Time offset in between local system and reference clock.', 0.000_021),
    one('node_timex_sync_status', 'Is clock synchronized to a reliable server (1 = yes, 0 = no).', 1),
    unameFamily(host),
    ...vmstatFamilies(host),
    SIMULATED_MARK,
  ];
  return renderPage(families, goNumber);
}

function one(name: string, help: string, value: number, labels: Labels = {}): Family {
  return gauge(name, help, [['', labels, value]]);
}

/** The machine counts over all cores; each core is told to have had an equal part. */
function cpuFamily({ cpuSeconds, logicalCores }: HostView): Family {
  const modes = Object.entries(cpuSeconds).sort(([first], [second]) => (first < second ? -1 : 1));
  const rows = Array.from({ length: logicalCores }, (_, cpu) =>
    modes.map(([mode, seconds]): Row => ['', { cpu: String(cpu), mode }, hundredths(seconds / logicalCores)]),
  );
  return counter('node_cpu_seconds_total', 'Seconds the CPUs spent in each mode.', rows.flat());
}

/** The kernel counts in ticks of 10 ms. */
function hundredths(seconds: number): number {
  return Math.floor(seconds * 100) / 100;
}

function memoryFamilies({ memory, numaNodes }: HostView): Family[] {
  const used = memory.totalBytes - memory.freeBytes - memory.cachedBytes;
  const bytes: Readonly<Record<string, number>> = {
    AnonPages: Math.max(0, used),
    Buffers: 0,
    Cached: memory.cachedBytes,
    Dirty: 131_072,
    MemAvailable: memory.availableBytes,
    MemFree: memory.freeBytes,
    MemTotal: memory.totalBytes,
    Mlocked: 0,
    SwapFree: memory.swapFreeBytes,
    SwapTotal: memory.swapTotalBytes,
    Unevictable: 0,
  };
  return [
    ...Object.entries(bytes).map(([field, value]) =>
      one(`node_memory_${field}_bytes`, `Memory information field ${field}_bytes.`, Math.round(value)),
    ),
    gauge(
      'node_memory_numa_MemTotal',
      'Memory information field MemTotal.',
      Array.from({ length: numaNodes }, (_, node): Row => [
        '',
        { node: String(node) },
        Math.round(memory.totalBytes / numaNodes),
      ]),
    ),
  ];
}

function pressureFamilies({ pressure }: HostView): Family[] {
  const seconds = (name: string, help: string, microseconds: number): Family =>
    counter(`node_pressure_${name}_seconds_total`, help, [['', {}, microseconds / 1e6]]);
  const { cpu, io, memory } = pressure;
  const waited = 'Total time in seconds that processes have waited';
  const stalled = 'Total time in seconds no process could make progress due to';
  return [
    seconds('cpu_waiting', `${waited} for CPU time`, cpu.some.totalMicroseconds),
    seconds('io_stalled', `${stalled} IO congestion`, io.full.totalMicroseconds),
    seconds('io_waiting', `${waited} due to IO congestion`, io.some.totalMicroseconds),
    seconds('memory_stalled', `${stalled} memory congestion`, memory.full.totalMicroseconds),
    seconds('memory_waiting', `${waited} for memory`, memory.some.totalMicroseconds),
  ];
}

function unameFamily({ hostname, kernel }: HostView): Family {
  const labels = {
    domainname: '(none)',
    machine: 'x86_64',
    nodename: hostname,
    release: kernel,
    sysname: 'Linux',
    version: '#1 SMP PREEMPT_DYNAMIC',
  };
  return one('node_uname_info', 'Labeled system information as provided by the uname system call.', 1, labels);
}

function vmstatFamilies({ paging, memory }: HostView): Family[] {
  const fields: Readonly<Record<string, number>> = {
    nr_free_pages: Math.round(memory.freeBytes / PAGE_BYTES),
    oom_kill: paging.oomKills,
    pgmajfault: paging.majorFaults,
    pswpin: paging.swapIn,
    pswpout: paging.swapOut,
  };
  return Object.entries(fields).map(([field, value]): Family => ({
    name: `node_vmstat_${field}`,
    help: `/proc/vmstat information field ${field}.`,
    type: 'untyped',
    rows: [['', {}, Math.floor(value)]],
  }));
}
