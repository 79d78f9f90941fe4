import { type Gap, NO_HOST_CLOCK, type System } from '@app/core';
import { SingleFlight } from '../snapshot/single-flight.js';
import { mapBounded } from './bounded-concurrency.js';
import { CgroupReader } from './cgroup-reader.js';
import { parseNamedNumbers } from './decimal.js';
import { parseDiskstats } from './disk-counters.js';
import { gapOf, type HostFile, type HostFiles, textOf } from './host-files.js';
import { hostGaps, type HostSample, type HostSignal, measuredSystem } from './host-sample.js';
import { type InterfaceCounters, isVirtualName, parseLinkSpeed, parseNetDev } from './network-counters.js';
import { NumaReader } from './numa-topology.js';
import {
  pageSizeFrom,
  pageSizeOfArchitecture,
  type PagingCounters,
  pagingCountersOf,
  SMALLEST_PAGE_BYTES,
} from './paging-counters.js';
import { type ProcessScan, ProcessTable } from './process-table.js';
import {
  memoryOf,
  parseLoadAverage,
  parseMeminfoBytes,
  parseStat,
  parseUptime,
  pressureOf,
} from './proc-text.parsers.js';
import { CLOCK_GAPS, type HostPlaces } from './system-reading.js';

export interface ProcFrame {
  readonly files: HostFiles;
  /** Time of this reading, on a clock that all readings share. */
  readonly atMs: number;
  /** How long the processes may take; one that is stuck in the kernel can hold up whoever reads its command line. */
  readonly processTimeoutMs?: number;
}

export interface ProcReading extends HostPlaces {
  readonly system: Omit<System, 'disks'>;
  readonly gaps: readonly Gap[];
  /** Epoch seconds at which the kernel started; names the machine when two sources are compared. */
  readonly bootSeconds: number | null;
  /** A file that every Linux has could not be read. */
  readonly isPartial: boolean;
  /** False when not one file could be read. */
  readonly isReadable: boolean;
}

/** Every Linux has these. */
const BASIC_PATHS = ['/proc/stat', '/proc/loadavg', '/proc/meminfo', '/proc/uptime', '/proc/net/dev'] as const;
const PATHS = [
  ...BASIC_PATHS,
  ...(['/proc/vmstat', '/proc/diskstats'] as const),
  ...(['/proc/pressure/cpu', '/proc/pressure/memory', '/proc/pressure/io'] as const),
] as const;
type ProcFiles = Readonly<Record<(typeof PATHS)[number], HostFile>>;

const MAX_INTERFACES = 1024;
const PROCESS_TIMEOUT_MS = 5_000;
const PAGE_GAP_REASON =
  'the page size is not known: counted with 4096 bytes, the smallest there is, so this is a lower bound';

/** Reads a Linux host from `/proc` and `/sys`, live or recorded, and remembers the sample before, for what is a change over time. */
export class ProcHost {
  private earlier: HostSample | null = null;
  private pageBytes: number | null = null;
  private frame: ProcFrame | null = null;
  private readonly numa = new NumaReader();
  private readonly cgroup = new CgroupReader();
  private readonly processes = new ProcessTable();
  private readonly scan = new SingleFlight<ProcessScan>(async () =>
    this.frame === null
      ? { processes: [], engineCgroupPath: null }
      : this.processes.read(this.frame.files, this.frame.atMs),
  );

  /** Never throws for files that are missing, unreadable or broken. */
  async read(frame: ProcFrame): Promise<ProcReading> {
    this.frame = frame;
    const { files, atMs } = frame;
    const [texts, numa, scan] = await Promise.all([
      readAll(files),
      this.numa.read(files),
      this.scan.runWithin(frame.processTimeoutMs ?? PROCESS_TIMEOUT_MS),
    ]);
    const processes = scan.kind === 'answer' ? scan.value.processes : [];
    const cgroup = await this.cgroup.read(files, scan.kind === 'answer' ? scan.value.engineCgroupPath : null);
    const paging = await this.pagingOf(files, texts);
    const sample: HostSample = {
      atMs,
      stat: parseStat(textOf(texts['/proc/stat'])),
      load: parseLoadAverage(textOf(texts['/proc/loadavg'])),
      memory: memoryOf(parseMeminfoBytes(textOf(texts['/proc/meminfo']))),
      paging: paging.counters,
      pressure: pressureOf(
        textOf(texts['/proc/pressure/cpu']),
        textOf(texts['/proc/pressure/memory']),
        textOf(texts['/proc/pressure/io']),
      ),
      network: await interfacesOf(files, textOf(texts['/proc/net/dev'])),
      disks: parseDiskstats(textOf(texts['/proc/diskstats'])),
      numaNodes: numa.nodes,
      uptimeSeconds: parseUptime(textOf(texts['/proc/uptime'])),
    };
    const measured = measuredSystem(this.earlier, sample);
    this.earlier = sample;
    return {
      system: { ...measured, cgroup: cgroup.values, clock: NO_HOST_CLOCK },
      gaps: [
        ...hostGaps(sample, measured, (signal) => whyMissing(signal, texts)),
        ...paging.gaps,
        ...cgroup.gaps,
        ...CLOCK_GAPS,
        ...(scan.kind === 'answer' ? [] : [PROCESS_GAP]),
      ],
      gpuNumaNodes: numa.gpuNodes,
      numaNodeCpus: numa.nodeCpus,
      processes,
      bootSeconds: sample.stat.bootSeconds,
      isPartial: isPartial(texts, sample),
      isReadable: Object.values(texts).some(({ ok }) => ok) || processes.length > 0 || cgroup.values.path !== null,
    };
  }

  private async pagingOf(files: HostFiles, texts: ProcFiles): Promise<{ counters: PagingCounters; gaps: Gap[] }> {
    const vmstat = parseNamedNumbers(textOf(texts['/proc/vmstat']));
    const freeBytes = parseMeminfoBytes(textOf(texts['/proc/meminfo'])).get('MemFree') ?? null;
    this.pageBytes ??=
      pageSizeFrom(vmstat.get('nr_free_pages') ?? null, freeBytes) ??
      pageSizeOfArchitecture(textOf(await files.read('/proc/cpuinfo', { maxBytes: MAX_CPUINFO_BYTES })));
    const counters = pagingCountersOf(vmstat, this.pageBytes ?? SMALLEST_PAGE_BYTES);
    const isGuess = this.pageBytes === null && counters.swapInBytes !== null;
    return { counters, gaps: isGuess ? PAGE_GAPS : [] };
  }
}

/** A few kilobytes per core. */
const MAX_CPUINFO_BYTES = 8 * 1024 * 1024;

const PAGE_GAPS: Gap[] = ['swapInBytesPerSecond', 'swapOutBytesPerSecond'].map((name) => ({
  signal: `system.paging.${name}`,
  status: 'partial',
  reason: PAGE_GAP_REASON,
}));

const PROCESS_GAP: Gap = {
  signal: 'engines.process',
  status: 'timeout',
  reason: 'the processes of this host could not be read in time',
};

async function readAll(files: HostFiles): Promise<ProcFiles> {
  const entries = await Promise.all(PATHS.map(async (path) => [path, await files.read(path)] as const));
  return Object.fromEntries(entries) as ProcFiles;
}

/** Bridges, tunnels and container ends carry the same bytes again: only what has a device behind it counts. */
async function interfacesOf(files: HostFiles, netDev: string): Promise<ReadonlyMap<string, InterfaceCounters>> {
  const real = new Map<string, InterfaceCounters>();
  await mapBounded([...parseNetDev(netDev)].slice(0, MAX_INTERFACES), async ([name, counters]) => {
    const folder = `/sys/class/net/${name}`;
    // Nobody copies links to devices: in a recording the name has to do.
    if (files.isRecording ? isVirtualName(name) : !(await files.exists(`${folder}/device`))) return;
    real.set(name, { ...counters, linkBytesPerSecond: parseLinkSpeed(textOf(await files.read(`${folder}/speed`))) });
  });
  return new Map([...real].sort(([one], [other]) => one.localeCompare(other, 'en')));
}

function whyMissing({ signal, file }: HostSignal, texts: ProcFiles): Gap {
  const source = file in texts ? texts[file as keyof ProcFiles] : null;
  if (source?.ok === false) return gapOf(signal, source);
  const reasons: Readonly<Record<string, string>> = {
    'system.network': 'no network interface has a device behind it',
    'system.network.linkBytesPerSecond': 'the kernel knows no speed of a link that is virtual or down',
    'system.diskIo': '/proc/diskstats lists no whole device',
    'system.numaNodes': '/sys/devices/system/node lists no node',
  };
  return { signal, status: 'absent', reason: reasons[signal] ?? `${file} does not say` };
}

function isPartial(texts: ProcFiles, sample: HostSample): boolean {
  const hasUnread = BASIC_PATHS.some((path) => !texts[path].ok);
  return hasUnread || sample.memory.totalBytes === null || sample.stat.ticks === null;
}
