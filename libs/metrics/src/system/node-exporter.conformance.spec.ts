import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { System } from '@app/core';
import { NodeExporterTracker } from './node-exporter-tracker.js';
import { mapNodeExporterPage, type NodeExporterPage } from './node-exporter.mapper.js';

const CAPTURES = process.env.CAPTURES_DIR;
const FOLDER = CAPTURES === undefined ? null : join(CAPTURES, 'node-exporter');
const FILES = FOLDER === null ? [] : readdirSync(FOLDER).filter((name) => name.endsWith('.prom'));

/** Reads the text by expressions alone, to share nothing with the mapper. */
function valueIn(text: string, series: string): number | null {
  const written = new RegExp(`^${series}(?:\\{[^\\n]*\\})? (\\S+)$`, 'm').exec(text)?.[1];
  return written === undefined ? null : Number(written);
}

function labelsIn(text: string, series: string, label: string): string[] {
  const lines = text.matchAll(new RegExp(`^${series}\\{[^\\n]*?\\b${label}="([^"]*)"[^\\n]*\\} \\S+$`, 'gm'));
  return [...new Set([...lines].map((match) => match[1] ?? ''))];
}

function firstOf(...values: readonly (number | null)[]): number | null {
  return values.find((value) => value !== null) ?? null;
}

function difference(total: number | null, part: number | null): number | null {
  return total === null || part === null ? null : total - part;
}

function sumOfModes(text: string, mode: string): number | null {
  const seconds = [...text.matchAll(new RegExp(`^node_cpu_seconds_total\\{[^\\n]*mode="${mode}"\\} (\\S+)$`, 'gm'))];
  return seconds.length === 0 ? null : seconds.reduce((sum, match) => sum + Number(match[1]), 0);
}

const isDisk = (name: string): boolean =>
  /^(sd[a-z]+|[xv]+d[a-z]+|nvme\d+n\d+|mmcblk\d+|pmem\d+|n?v?d?a\d+)$/.test(name);

/** Values of one page as a person would copy them. */
function expectedOf(text: string): Record<string, unknown> {
  const memory = (name: string): number | null => valueIn(text, `node_memory_${name}_bytes`);
  const swapTotal = firstOf(memory('SwapTotal'), memory('swap_size'), memory('swap_total'));
  const sync = valueIn(text, 'node_timex_sync_status');
  return {
    logicalCores: labelsIn(text, 'node_cpu_seconds_total', 'cpu').length || null,
    idleSeconds: sumOfModes(text, 'idle'),
    iowaitSeconds: sumOfModes(text, 'iowait'),
    stealSeconds: sumOfModes(text, 'steal'),
    load1m: valueIn(text, 'node_load1'),
    load5m: valueIn(text, 'node_load5'),
    load15m: valueIn(text, 'node_load15'),
    runnableTasks: valueIn(text, 'node_procs_running'),
    totalBytes: firstOf(memory('MemTotal'), memory('size'), memory('total')),
    availableBytes: memory('MemAvailable'),
    swapTotalBytes: swapTotal,
    swapUsedBytes: firstOf(difference(swapTotal, memory('SwapFree')), memory('swap_used')),
    mlockedBytes: memory('Mlocked'),
    unevictableBytes: memory('Unevictable'),
    dirtyBytes: memory('Dirty'),
    majorFaults: valueIn(text, 'node_vmstat_pgmajfault'),
    oomKills: valueIn(text, 'node_vmstat_oom_kill'),
    cpuWaiting: valueIn(text, 'node_pressure_cpu_waiting_seconds_total'),
    memoryStalled: valueIn(text, 'node_pressure_memory_stalled_seconds_total'),
    ioStalled: valueIn(text, 'node_pressure_io_stalled_seconds_total'),
    numaNodes: labelsIn(text, 'node_memory_numa_MemTotal', 'node').length || null,
    bootSeconds: valueIn(text, 'node_boot_time_seconds'),
    offsetSeconds: valueIn(text, 'node_timex_offset_seconds'),
    isSynchronized: sync === null ? null : sync === 1,
    mounts: labelsIn(text, 'node_filesystem_size_bytes', 'mountpoint').sort(),
    disks: labelsIn(text, 'node_disk_io_time_seconds_total', 'device').filter(isDisk).sort(),
  };
}

function actualOf(page: NodeExporterPage): Record<string, unknown> {
  const { stat, load, memory, paging, numaNodes, disks } = page.sample;
  const { totalBytes, availableBytes, swapTotalBytes, swapUsedBytes, mlockedBytes, unevictableBytes, dirtyBytes } =
    memory;
  return {
    logicalCores: stat.logicalCores,
    idleSeconds: stat.ticks?.idle ?? null,
    iowaitSeconds: stat.ticks?.iowait ?? null,
    stealSeconds: stat.ticks?.steal ?? null,
    ...load,
    runnableTasks: stat.runnableTasks,
    ...{ totalBytes, availableBytes, swapTotalBytes, swapUsedBytes, mlockedBytes, unevictableBytes, dirtyBytes },
    majorFaults: paging.majorFaults,
    oomKills: paging.oomKills,
    cpuWaiting: page.pressureSeconds.cpuSome,
    memoryStalled: page.pressureSeconds.memoryFull,
    ioStalled: page.pressureSeconds.ioFull,
    numaNodes,
    bootSeconds: stat.bootSeconds,
    ...page.clock,
    mounts: page.filesystems.map(({ mount }) => mount).sort(),
    disks: [...disks.keys()].sort(),
  };
}

/** Counters of the whole disks, each device's values by expressions. */
function expectedDisks(text: string, names: readonly string[]): Record<string, unknown> {
  const value = (series: string, device: string): number | null =>
    valueIn(text, `node_disk_${series}_total\\{device="${device}"\\}`);
  return Object.fromEntries(
    names.map((device) => [
      device,
      {
        readBytes: value('read_bytes', device),
        writtenBytes: value('written_bytes', device),
        requests: (value('reads_completed', device) ?? NaN) + (value('writes_completed', device) ?? NaN),
        requestSeconds: (value('read_time_seconds', device) ?? NaN) + (value('write_time_seconds', device) ?? NaN),
        busySeconds: value('io_time_seconds', device),
      },
    ]),
  );
}

const describeCaptures = FILES.length > 0 ? describe : describe.skip;

describeCaptures('node_exporter captures (set CAPTURES_DIR to a folder of recorded outputs to run these)', () => {
  const files = FILES.length > 0 ? FILES : ['no capture'];
  const textOf = (file: string): string => readFileSync(join(FOLDER ?? '', file), 'utf8');

  it.each(files)('reads %s as its text says', (file) => {
    const text = textOf(file);
    const page = mapNodeExporterPage(text);

    expect(page.isNodeExporter).toBe(true);
    expect(page.problems).toEqual([]);
    expect(actualOf(page)).toEqual(expectedOf(text));
    expect(Object.fromEntries(page.sample.disks)).toEqual(expectedDisks(text, [...page.sample.disks.keys()]));
  });

  it.each(files)('has a gap for each value that %s has not', (file) => {
    const reading = new NodeExporterTracker().read(textOf(file), 0);
    if (!reading.ok) throw new Error(reading.reason);
    const gaps = new Set(reading.gaps.map(({ signal }) => signal));
    const groups = ['cpu', 'memory', 'paging', 'pressure', 'clock'] as const satisfies readonly (keyof System)[];
    for (const group of groups) {
      for (const [name, value] of Object.entries(reading.system[group])) {
        if (value === null) expect(gaps).toContain(`system.${group}.${name}`);
      }
    }
  });

  it.each(files)('has no change without time, and none that is invented, between %s and itself', (file) => {
    const tracker = new NodeExporterTracker();
    tracker.read(textOf(file), 0);
    const reading = tracker.read(textOf(file), 10_000);
    if (!reading.ok) throw new Error(reading.reason);
    const { cpu, paging, diskIo, network } = reading.system;

    expect(cpu.utilizationRatio).toBeNull();
    const rates = [
      ...[paging.swapInBytesPerSecond, paging.swapOutBytesPerSecond, paging.majorFaultsPerSecond],
      ...diskIo.flatMap(({ readBytesPerSecond, writeBytesPerSecond }) => [readBytesPerSecond, writeBytesPerSecond]),
      ...network.flatMap(({ rxBytesPerSecond, errorsPerSecond }) => [rxBytesPerSecond, errorsPerSecond]),
    ];
    expect(rates.filter((rate) => rate !== null && rate !== 0)).toEqual([]);
  });
});
