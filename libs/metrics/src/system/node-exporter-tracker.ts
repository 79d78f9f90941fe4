import { type Gap, NO_CGROUP, type System } from '@app/core';
import { cgroupGaps } from './cgroup-reader.js';
import { realDisks } from './disk-space.js';
import { hostGaps, type HostSample, type HostSignal, measuredSystem } from './host-sample.js';
import { mapNodeExporterPage, type NodeExporterPage } from './node-exporter.mapper.js';
import { PressureWindow } from './pressure-window.js';
import { mayBeSameMachine } from './system-merge.js';

export type NodeExporterReading =
  | { readonly ok: false; readonly reason: string }
  | {
      readonly ok: true;
      readonly system: System;
      readonly gaps: readonly Gap[];
      /** Epoch seconds at which the kernel started. */
      readonly bootSeconds: number | null;
      /** Parts of the page could not be read. */
      readonly isPartial: boolean;
      readonly simulated: boolean;
    };

/** Follows one node_exporter page; rates are over the time between its readings. */
export class NodeExporterTracker {
  private earlier: HostSample | null = null;
  private readonly pressure = new PressureWindow();

  /** @param atMs time of this reading, on a clock that all readings of this page share */
  read(text: string, atMs: number): NodeExporterReading {
    const page = mapNodeExporterPage(text);
    if (!page.isNodeExporter) return { ok: false, reason: 'is no node_exporter page' };
    if (this.earlier !== null && !mayBeSameMachine(this.earlier.stat, page.sample.stat)) this.forget();
    const sample: HostSample = { ...page.sample, atMs, pressure: this.pressure.add(atMs, page.pressureSeconds) };
    const measured = measuredSystem(this.earlier, sample);
    this.earlier = sample;
    const disks = realDisks(page.filesystems);
    return {
      ok: true,
      system: { ...measured, cgroup: NO_CGROUP, disks, clock: page.clock },
      gaps: [
        ...problemGaps(page),
        ...hostGaps(sample, measured, (signal) => whyMissing(signal, page)),
        ...(disks.length > 0 ? [] : [absent('system.disks', 'node_filesystem_size_bytes of a disk')]),
        ...(page.clock.isSynchronized === null
          ? [absent('system.clock.isSynchronized', 'node_timex_sync_status')]
          : []),
        ...(page.clock.offsetSeconds === null
          ? [absent('system.clock.offsetSeconds', 'node_timex_offset_seconds')]
          : []),
        ...cgroupGaps('absent', 'node_exporter does not read control groups'),
      ],
      bootSeconds: page.sample.stat.bootSeconds,
      isPartial: page.problems.length > 0,
      simulated: page.simulated,
    };
  }

  private forget(): void {
    this.earlier = null;
    this.pressure.reset();
  }
}

function absent(signal: string, series: string): Gap {
  return { signal, status: 'absent', reason: `the node_exporter page has no ${series}` };
}

function whyMissing({ signal, series }: HostSignal, page: NodeExporterPage): Gap {
  if (!signal.startsWith('system.pressure.')) return absent(signal, series);
  const { cpuSome, memorySome, memoryFull, ioSome, ioFull } = page.pressureSeconds;
  const counters: Readonly<Record<string, number | null>> = {
    node_pressure_cpu_waiting_seconds_total: cpuSome,
    node_pressure_memory_waiting_seconds_total: memorySome,
    node_pressure_memory_stalled_seconds_total: memoryFull,
    node_pressure_io_waiting_seconds_total: ioSome,
    node_pressure_io_stalled_seconds_total: ioFull,
  };
  if (counters[series] == null) return absent(signal, series);
  const seconds = signal.endsWith('Avg10') ? 10 : 60;
  const reason = `needs two readings of the page ${seconds} to ${seconds * 3} seconds apart`;
  return { signal, status: 'absent', reason };
}

function problemGaps({ problems, isPageSizeGuessed }: NodeExporterPage): Gap[] {
  const gaps: Gap[] = [];
  if (problems.length > 0) {
    const reason = `the node_exporter page has unreadable text: ${problems.slice(0, 3).join('; ')}`;
    gaps.push({ signal: 'system', status: 'partial', reason });
  }
  if (isPageSizeGuessed) {
    const reason =
      'the page does not tell the size of a memory page: counted with 4096 bytes, so this is a lower bound';
    gaps.push({ signal: 'system.paging.swapInBytesPerSecond', status: 'partial', reason });
    gaps.push({ signal: 'system.paging.swapOutBytesPerSecond', status: 'partial', reason });
  }
  return gaps;
}
