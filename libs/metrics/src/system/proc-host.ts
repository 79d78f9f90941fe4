import type { Gap, System } from '@app/core';
import { gapOf, type HostFile, type HostFiles } from './host-files.js';
import {
  cpuRatios,
  type CpuTicks,
  type InterfaceCounters,
  networkRates,
  parseLoadAverage,
  parseMeminfo,
  parseNetDev,
  parsePressure,
  parseStat,
  parseUptime,
} from './proc-text.parsers.js';
import { CGROUP_GAP, firstSampleGap, NO_CGROUP } from './system-reading.js';

export interface ProcReading {
  readonly system: Omit<System, 'disks'>;
  readonly gaps: readonly Gap[];
  /** A file that every Linux has could not be read. */
  readonly isPartial: boolean;
  /** False when not one file could be read. */
  readonly isReadable: boolean;
}

interface EarlierSample {
  readonly atMs: number;
  readonly ticks: CpuTicks | null;
  readonly network: ReadonlyMap<string, InterfaceCounters>;
}

/** Reads a Linux host from `/proc` and remembers the sample before, for what is a change over time. */
export class ProcHost {
  private earlier: EarlierSample | null = null;

  constructor(
    private readonly files: HostFiles,
    private readonly monotonicMs: () => number,
  ) {}

  async read(): Promise<ProcReading> {
    const paths = ['/proc/stat', '/proc/loadavg', '/proc/meminfo', '/proc/uptime', '/proc/net/dev'] as const;
    const [[stat, load, memory, uptime, netDev], pressure] = await Promise.all([
      Promise.all(paths.map((path) => this.files.read(path))) as Promise<
        [HostFile, HostFile, HostFile, HostFile, HostFile]
      >,
      this.readPressure(),
    ]);
    const atMs = this.monotonicMs();
    const cpu = this.cpuOf(stat, load);
    const network = await this.networkOf(netDev, atMs);
    const memoryValues = parseMeminfo(textOf(memory));
    const uptimeSeconds = parseUptime(textOf(uptime));
    this.earlier = { atMs, ticks: cpu.ticks, network: network.counters };
    const basic = [stat, load, memory, uptime, netDev];
    return {
      system: {
        cpu: cpu.values,
        memory: memoryValues,
        pressure: pressure.values,
        cgroup: NO_CGROUP,
        network: network.values,
        uptimeSeconds,
      },
      gaps: [
        ...cpu.gaps,
        ...unreadGaps('system.memory', memory),
        ...pressure.gaps,
        CGROUP_GAP,
        ...network.gaps,
        ...unreadGaps('system.uptimeSeconds', uptime),
      ],
      isPartial: basic.some(({ ok }) => !ok) || memoryValues.totalBytes === null || cpu.ticks === null,
      isReadable: basic.some(({ ok }) => ok),
    };
  }

  private cpuOf(stat: HostFile, load: HostFile): { values: System['cpu']; ticks: CpuTicks | null; gaps: Gap[] } {
    const { logicalCores, ticks } = parseStat(textOf(stat));
    const ratios = cpuRatios(this.earlier?.ticks ?? null, ticks);
    const signals = ['utilizationRatio', 'iowaitRatio', 'stealRatio'] as const;
    const missing = signals.filter((name) => ratios[name] === null).map((name) => `system.cpu.${name}`);
    return {
      values: { logicalCores, ...ratios, ...parseLoadAverage(textOf(load)) },
      ticks,
      gaps: [
        ...missing.map((signal) => (stat.ok ? firstSampleGap(signal) : gapOf(signal, stat))),
        ...['load1m', 'load5m', 'load15m'].flatMap((name) => unreadGaps(`system.cpu.${name}`, load)),
      ],
    };
  }

  private async readPressure(): Promise<{ values: System['pressure']; gaps: Gap[] }> {
    const read = (name: string): Promise<HostFile> => this.files.read(`/proc/pressure/${name}`);
    const [cpu, memory, io] = await Promise.all([read('cpu'), read('memory'), read('io')]);
    const cpuSome = parsePressure(textOf(cpu), 'some');
    const memorySome = parsePressure(textOf(memory), 'some');
    const memoryFull = parsePressure(textOf(memory), 'full');
    const ioSome = parsePressure(textOf(io), 'some');
    const ioFull = parsePressure(textOf(io), 'full');
    return {
      values: {
        cpuSomeAvg10: cpuSome.avg10,
        cpuSomeAvg60: cpuSome.avg60,
        memorySomeAvg10: memorySome.avg10,
        memorySomeAvg60: memorySome.avg60,
        memoryFullAvg10: memoryFull.avg10,
        memoryFullAvg60: memoryFull.avg60,
        ioSomeAvg10: ioSome.avg10,
        ioSomeAvg60: ioSome.avg60,
        ioFullAvg10: ioFull.avg10,
        ioFullAvg60: ioFull.avg60,
      },
      gaps: [
        ...unreadGaps('system.pressure.cpuSomeAvg10', cpu),
        ...unreadGaps('system.pressure.memorySomeAvg10', memory),
        ...unreadGaps('system.pressure.memoryFullAvg10', memory),
        ...unreadGaps('system.pressure.ioSomeAvg10', io),
        ...unreadGaps('system.pressure.ioFullAvg10', io),
      ],
    };
  }

  private async networkOf(
    netDev: HostFile,
    atMs: number,
  ): Promise<{ values: System['network']; counters: ReadonlyMap<string, InterfaceCounters>; gaps: Gap[] }> {
    if (!netDev.ok) return { values: [], counters: new Map(), gaps: [gapOf('system.network', netDev)] };
    const counters = parseNetDev(netDev.text);
    const earlier = this.earlier;
    const seconds = earlier === null ? 0 : (atMs - earlier.atMs) / 1000;
    const values: System['network'][number][] = [];
    for (const [name, later] of counters) {
      // Bridges, tunnels and container ends carry the same bytes again: only what has a device behind it counts.
      if (!(await this.files.exists(`/sys/class/net/${name}/device`))) continue;
      values.push(networkRates(name, earlier?.network.get(name) ?? null, later, seconds));
    }
    const isFirst = values.some(({ rxBytesPerSecond }) => rxBytesPerSecond === null);
    return { values, counters, gaps: isFirst ? [firstSampleGap('system.network.rxBytesPerSecond')] : [] };
  }
}

function textOf(file: HostFile): string {
  return file.ok ? file.text : '';
}

function unreadGaps(signal: string, file: HostFile): Gap[] {
  return file.ok ? [] : [gapOf(signal, file)];
}
