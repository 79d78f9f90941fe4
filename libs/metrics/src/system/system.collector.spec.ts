import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@app/core';
import { aProcRoot } from '@app/testing';
import type { ReadFilesystems } from './disk-space.js';
import { SystemCollector } from './system.collector.js';

const DISKS = [{ fs: '/dev/sda1', type: 'ext4', size: 1000, available: 400, mount: '/' }];

describe('SystemCollector', () => {
  let root: string;
  let nowMs: number;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'proc-root-'));
    nowMs = 0;
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const collector = (readFilesystems: ReadFilesystems = async () => DISKS): SystemCollector =>
    new SystemCollector(new SystemClock(), { root, platform: 'linux', readFilesystems, monotonicMs: () => nowMs });

  it('reads a Linux host', async () => {
    aProcRoot(root, { cores: 4, load: [2, 1, 0.5], pressure: { cpu: 12, memory: 3 }, uptimeSeconds: 77 });
    const { section, system } = await collector().collect(1000);

    expect(section).toMatchObject({ status: 'ok', source: '/proc', detail: null });
    expect(system).toMatchObject({
      cpu: { logicalCores: 4, load1m: 2 },
      memory: { totalBytes: 65_536_000 * 1024, availableBytes: 32_768_000 * 1024, swapUsedBytes: 0 },
      pressure: { cpuSomeAvg10: 12, cpuSomeAvg60: 6, memoryFullAvg10: 3, ioSomeAvg10: 0 },
      disks: [{ mount: '/', filesystem: 'ext4', totalBytes: 1000, freeBytes: 400 }],
      uptimeSeconds: 77,
    });
  });

  it('has no changes over time in the first sample, and says so', async () => {
    aProcRoot(root, { network: { eth0: { rxBytes: 1, txBytes: 1 } } });
    const { system, gaps } = await collector().collect(1000);

    expect(system?.cpu).toMatchObject({ utilizationRatio: null, iowaitRatio: null, stealRatio: null });
    expect(system?.network).toEqual([
      { interface: 'eth0', rxBytesPerSecond: null, txBytesPerSecond: null, errorsPerSecond: null },
    ]);
    expect(gaps.map(({ signal }) => signal)).toEqual(
      expect.arrayContaining(['system.cpu.utilizationRatio', 'system.network.rxBytesPerSecond']),
    );
  });

  it('gives changes from the second sample on, for real interfaces only', async () => {
    const system = collector();
    aProcRoot(root, { network: { eth0: { rxBytes: 1000, txBytes: 0 } }, virtualNetwork: ['docker0'] });
    await system.collect(1000);
    nowMs = 2000;
    aProcRoot(root, {
      cpuTicks: [150, 0, 50, 850, 10, 0, 0, 0],
      network: { eth0: { rxBytes: 5000, txBytes: 0, errors: 2 } },
      virtualNetwork: ['docker0'],
    });
    const reading = await system.collect(1000);

    expect(reading.system?.cpu).toMatchObject({ utilizationRatio: 0.5, iowaitRatio: 0, stealRatio: 0 });
    expect(reading.system?.network).toEqual([
      { interface: 'eth0', rxBytesPerSecond: 2000, txBytesPerSecond: 0, errorsPerSecond: 1 },
    ]);
  });

  it('has nulls and gaps where the kernel has no pressure files, and is still ok', async () => {
    aProcRoot(root, { pressure: null });
    const { section, system, gaps } = await collector().collect(1000);

    expect(section.status).toBe('ok');
    expect(system?.pressure.cpuSomeAvg10).toBeNull();
    expect(gaps.find(({ signal }) => signal === 'system.pressure.cpuSomeAvg10')).toEqual({
      signal: 'system.pressure.cpuSomeAvg10',
      status: 'absent',
      reason: '/proc/pressure/cpu does not exist',
    });
  });

  it('says that cgroup values are not read', async () => {
    const { system, gaps } = await collector().collect(1000);
    expect(system).toBeNull();

    aProcRoot(root);
    const read = await collector().collect(1000);
    expect(read.system?.cgroup.memoryLimitBytes).toBeNull();
    expect(read.gaps.find(({ signal }) => signal === 'system.cgroup')?.reason).toBe('not read in this version');
    expect(gaps).toHaveLength(1);
  });

  it('is partial when a file that every Linux has is missing', async () => {
    aProcRoot(root, { without: ['/proc/meminfo'] });
    const { section, system, gaps } = await collector().collect(1000);

    expect(section.status).toBe('partial');
    expect(system?.memory).toMatchObject({ totalBytes: null, availableBytes: null });
    expect(gaps.map(({ signal }) => signal)).toContain('system.memory');
  });

  it('has failed when nothing below /proc can be read', async () => {
    const { section, system, gaps } = await collector().collect(1000);

    expect(section.status).toBe('failed');
    expect(system).toBeNull();
    expect(gaps).toEqual([{ signal: 'system', status: 'failed', reason: 'no file below /proc could be read' }]);
  });

  it('answers without disks when they hang', async () => {
    aProcRoot(root);
    const { section, system, gaps } = await collector(() => new Promise(() => undefined)).collect(20);

    expect(section.status).toBe('partial');
    expect(system?.disks).toEqual([]);
    expect(gaps.find(({ signal }) => signal === 'system.disks')?.status).toBe('timeout');
  });

  it('reads what it can on another platform and names the rest', async () => {
    const collector = new SystemCollector(new SystemClock(), {
      platform: 'darwin',
      readFilesystems: async () => DISKS,
    });
    const { section, system, gaps } = await collector.collect(5000);

    expect(section.status).toBe('partial');
    expect(system?.memory.totalBytes).toBeGreaterThan(0);
    expect(system?.pressure.cpuSomeAvg10).toBeNull();
    expect(gaps.map(({ signal }) => signal)).toContain('system.pressure');
  });
});
