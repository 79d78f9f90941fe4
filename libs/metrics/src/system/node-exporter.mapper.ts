import { NO_PRESSURE, type System } from '@app/core';
import { parsePrometheusText, type PrometheusSample } from '../prometheus/index.js';
import { type DiskCounters, isWholeDevice } from './disk-counters.js';
import type { FilesystemSize } from './disk-space.js';
import type { HostSample } from './host-sample.js';
import { type InterfaceCounters, isVirtualName, sumOf } from './network-counters.js';
import { pageSizeFrom, type PagingCounters, SMALLEST_PAGE_BYTES } from './paging-counters.js';
import { type CpuStat, usedOf } from './proc-text.parsers.js';

/** Cumulative seconds in which tasks waited for a resource. */
export interface PressureSeconds {
  readonly cpuSome: number | null;
  readonly memorySome: number | null;
  readonly memoryFull: number | null;
  readonly ioSome: number | null;
  readonly ioFull: number | null;
}

export interface NodeExporterPage {
  /** False when the page names nothing of node_exporter's. */
  readonly isNodeExporter: boolean;
  /** Without pressure: the page has counters, no averages. */
  readonly sample: Omit<HostSample, 'atMs'>;
  readonly pressureSeconds: PressureSeconds;
  readonly filesystems: readonly FilesystemSize[];
  readonly clock: System['clock'];
  /** Swap traffic was counted with the smallest page there is, because the page does not tell the size. */
  readonly isPageSizeGuessed: boolean;
  readonly simulated: boolean;
  readonly problems: readonly string[];
}

const WANTED =
  /^(node_(cpu_seconds_total|load\d+|procs_running|boot_time_seconds|time_seconds|uname_info|scrape_collector_success|memory_(MemTotal|MemAvailable|MemFree|SwapTotal|SwapFree|Mlocked|Unevictable|Dirty|size|total|swap_size|swap_total|swap_used)_bytes|memory_swap_(in|out)_bytes_total|memory_numa_MemTotal|vmstat_(pswpin|pswpout|pgmajfault|oom_kill|nr_free_pages)|pressure_(cpu|memory|io)_(waiting|stalled)_seconds_total|filesystem_(size_bytes|avail_bytes|files|files_free|readonly|device_error)|disk_(read_bytes_total|written_bytes_total|reads_completed_total|writes_completed_total|read_time_seconds_total|write_time_seconds_total|io_time_seconds_total)|network_((receive|transmit)_(bytes|errs|drop|packets)_total|speed_bytes)|timex_(sync_status|offset_seconds))|simulated_source_info)$/;

const MAX_SERIES_PER_KIND = 1024;

/** Reads a node_exporter page of Linux, and what pages of FreeBSD and Darwin have in common with it. */
export function mapNodeExporterPage(text: string): NodeExporterPage {
  const { samples, problems } = parsePrometheusText(text, { keep: (name) => WANTED.test(name) });
  const page = new PageSamples(samples);
  const paging = pagingOf(page);
  return {
    isNodeExporter: samples.some(({ name }) => name.startsWith('node_')),
    sample: {
      stat: statOf(page),
      load: {
        load1m: page.amount('node_load1'),
        load5m: page.amount('node_load5'),
        load15m: page.amount('node_load15'),
      },
      memory: memoryOf(page),
      paging: paging.counters,
      pressure: NO_PRESSURE,
      network: networkOf(page),
      disks: disksOf(page),
      numaNodes: page.by('node_memory_numa_MemTotal', 'node').size || null,
      uptimeSeconds: usedOf(page.amount('node_time_seconds'), page.amount('node_boot_time_seconds')),
    },
    pressureSeconds: {
      cpuSome: page.amount('node_pressure_cpu_waiting_seconds_total'),
      memorySome: page.amount('node_pressure_memory_waiting_seconds_total'),
      memoryFull: page.amount('node_pressure_memory_stalled_seconds_total'),
      ioSome: page.amount('node_pressure_io_waiting_seconds_total'),
      ioFull: page.amount('node_pressure_io_stalled_seconds_total'),
    },
    filesystems: filesystemsOf(page),
    clock: clockOf(page),
    isPageSizeGuessed: paging.isGuessed,
    simulated: page.value('simulated_source_info') === 1,
    problems,
  };
}

/** The samples of a page by name. Values that are no finite numbers are as if they were not there. */
class PageSamples {
  private readonly byName = new Map<string, PrometheusSample[]>();

  constructor(samples: readonly PrometheusSample[]) {
    for (const sample of samples) {
      const family = this.byName.get(sample.name);
      if (family === undefined) this.byName.set(sample.name, [sample]);
      else family.push(sample);
    }
  }

  all(name: string): readonly PrometheusSample[] {
    return (this.byName.get(name) ?? []).filter(({ value }) => Number.isFinite(value));
  }

  value(name: string): number | null {
    return this.all(name)[0]?.value ?? null;
  }

  /** Of the first name that the page has, and only where it can be an amount: not below 0. */
  amount(...names: readonly string[]): number | null {
    return names.map((name) => this.value(name)).find((value) => value !== null && value >= 0) ?? null;
  }

  /** Amounts of a family by one of its labels; of several with the same one the first. */
  by(name: string, label: string): ReadonlyMap<string, number> {
    const values = new Map<string, number>();
    for (const { labels, value } of this.all(name)) {
      const key = labels[label];
      if (key !== undefined && value >= 0 && !values.has(key)) values.set(key, value);
    }
    return values;
  }
}

function statOf(page: PageSamples): CpuStat {
  const cores = new Set<string>();
  const seconds = new Map<string, number>();
  for (const { labels, value } of page.all('node_cpu_seconds_total')) {
    const { cpu, mode } = labels;
    if (cpu === undefined || mode === undefined || value < 0) continue;
    cores.add(cpu);
    seconds.set(mode, (seconds.get(mode) ?? 0) + value);
  }
  const idle = seconds.get('idle');
  const total = [...seconds.values()].reduce((sum, value) => sum + value, 0);
  const hasModes = idle !== undefined && seconds.has('user') && seconds.has('system');
  return {
    logicalCores: cores.size || null,
    ticks: hasModes
      ? { total, idle, iowait: seconds.get('iowait') ?? null, steal: seconds.get('steal') ?? null }
      : null,
    runnableTasks: page.amount('node_procs_running'),
    bootSeconds: page.amount('node_boot_time_seconds'),
  };
}

function memoryOf(page: PageSamples): System['memory'] {
  const amount = (...names: string[]): number | null =>
    page.amount(...names.map((name) => `node_memory_${name}_bytes`));
  const swapTotalBytes = amount('SwapTotal', 'swap_size', 'swap_total');
  return {
    totalBytes: amount('MemTotal', 'size', 'total'),
    availableBytes: amount('MemAvailable'),
    swapTotalBytes,
    swapUsedBytes: usedOf(swapTotalBytes, amount('SwapFree')) ?? amount('swap_used'),
    mlockedBytes: amount('Mlocked'),
    unevictableBytes: amount('Unevictable'),
    dirtyBytes: amount('Dirty'),
  };
}

/** Linux counts swap traffic in pages, whose size no default series tells; x86 has 4096 bytes by architecture. */
function pagingOf(page: PageSamples): { counters: PagingCounters; isGuessed: boolean } {
  const known =
    pageSizeFrom(page.amount('node_vmstat_nr_free_pages'), page.amount('node_memory_MemFree_bytes')) ??
    (page.all('node_uname_info').some(({ labels }) => labels['machine'] === 'x86_64') ? SMALLEST_PAGE_BYTES : null);
  const bytes = (pages: number | null): number | null =>
    pages === null ? null : pages * (known ?? SMALLEST_PAGE_BYTES);
  const pagesIn = page.amount('node_vmstat_pswpin');
  return {
    counters: {
      swapInBytes: bytes(pagesIn) ?? page.amount('node_memory_swap_in_bytes_total'),
      swapOutBytes: bytes(page.amount('node_vmstat_pswpout')) ?? page.amount('node_memory_swap_out_bytes_total'),
      majorFaults: page.amount('node_vmstat_pgmajfault'),
      oomKills: page.amount('node_vmstat_oom_kill'),
    },
    isGuessed: known === null && pagesIn !== null,
  };
}

function networkOf(page: PageSamples): ReadonlyMap<string, InterfaceCounters> {
  const series = (name: string): ReadonlyMap<string, number> => page.by(`node_network_${name}`, 'device');
  const sent = series('transmit_bytes_total');
  const both = (name: string): readonly [ReadonlyMap<string, number>, ReadonlyMap<string, number>] => [
    series(`receive_${name}_total`),
    series(`transmit_${name}_total`),
  ];
  const [errors, drops, packets] = [both('errs'), both('drop'), both('packets')];
  const speeds = series('speed_bytes');
  const counters = new Map<string, InterfaceCounters>();
  for (const [name, rxBytes] of series('receive_bytes_total')) {
    const txBytes = sent.get(name);
    if (txBytes === undefined || isVirtualName(name) || counters.size >= MAX_SERIES_PER_KIND) continue;
    counters.set(name, {
      rxBytes,
      txBytes,
      errors: sumOf(errors[0].get(name), errors[1].get(name)),
      drops: sumOf(drops[0].get(name), drops[1].get(name)),
      packets: sumOf(packets[0].get(name), packets[1].get(name)),
      // The kernel's -1 for "unknown" is below 0 here too, and `by` leaves it out.
      linkBytesPerSecond: speeds.get(name) || null,
    });
  }
  return counters;
}

function disksOf(page: PageSamples): ReadonlyMap<string, DiskCounters> {
  const series = (name: string): ReadonlyMap<string, number> => page.by(`node_disk_${name}`, 'device');
  const read = series('read_bytes_total');
  const written = series('written_bytes_total');
  const [reads, writes] = [series('reads_completed_total'), series('writes_completed_total')];
  const [readTimes, writeTimes] = [series('read_time_seconds_total'), series('write_time_seconds_total')];
  const busy = series('io_time_seconds_total');
  const devices = [...new Set([...read.keys(), ...written.keys(), ...busy.keys()])].filter(isWholeDevice);
  return new Map(
    devices.slice(0, MAX_SERIES_PER_KIND).map((device) => [
      device,
      {
        readBytes: read.get(device) ?? null,
        writtenBytes: written.get(device) ?? null,
        requests: sumOf(reads.get(device), writes.get(device)),
        requestSeconds: sumOf(readTimes.get(device), writeTimes.get(device)),
        busySeconds: busy.get(device) ?? null,
      },
    ]),
  );
}

function filesystemsOf(page: PageSamples): readonly FilesystemSize[] {
  const key = ({ labels }: PrometheusSample): string => JSON.stringify([labels['device'], labels['mountpoint']]);
  const series = (name: string): ReadonlyMap<string, number> =>
    new Map(page.all(`node_filesystem_${name}`).map((sample) => [key(sample), sample.value]));
  const [available, files, freeFiles] = [series('avail_bytes'), series('files'), series('files_free')];
  const [readOnly, failed] = [series('readonly'), series('device_error')];
  return page.all('node_filesystem_size_bytes').flatMap((sample): FilesystemSize[] => {
    const { device, mountpoint, fstype = '' } = sample.labels;
    const id = key(sample);
    if (device === undefined || mountpoint === undefined || failed.get(id) === 1) return [];
    return [
      {
        device,
        type: fstype,
        mount: mountpoint,
        totalBytes: sample.value,
        freeBytes: available.get(id) ?? null,
        totalInodes: files.get(id) ?? null,
        freeInodes: freeFiles.get(id) ?? null,
        isReadOnly: readOnly.get(id) === 1,
      },
    ];
  });
}

function clockOf(page: PageSamples): System['clock'] {
  const status = page.value('node_timex_sync_status');
  return {
    isSynchronized: status === 1 ? true : status === 0 ? false : null,
    offsetSeconds: page.value('node_timex_offset_seconds'),
  };
}
