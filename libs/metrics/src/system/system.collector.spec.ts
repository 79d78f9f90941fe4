import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@app/core';
import { aNodeExporterPage, aProcRoot } from '@app/testing/metrics';
import type { AskFilesystem } from './mounted-filesystems.js';
import { SystemCollector, type SystemCollectorOptions } from './system.collector.js';

const askFilesystem: AskFilesystem = async () => ({ bsize: 1, blocks: 1000, bavail: 400, files: 10, ffree: 5 });

describe('SystemCollector', () => {
  let root: string;
  let nowMs: number;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'proc-root-'));
    nowMs = 0;
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const collector = (options: SystemCollectorOptions = {}): SystemCollector =>
    new SystemCollector(new SystemClock(), {
      root,
      platform: 'linux',
      askFilesystem,
      monotonicMs: () => nowMs,
      ...options,
    });

  it('reads a Linux host', async () => {
    aProcRoot(root, { cores: 4, load: [2, 1, 0.5], pressure: { cpu: 12, memory: 3 }, uptimeSeconds: 77 });
    const { section, system } = await collector().collect(1000);

    expect(section).toMatchObject({ status: 'ok', source: '/proc', detail: null });
    expect(system).toMatchObject({
      cpu: { logicalCores: 4, load1m: 2 },
      memory: { totalBytes: 65_536_000 * 1024, availableBytes: 32_768_000 * 1024, swapUsedBytes: 0 },
      pressure: { cpuSomeAvg10: 12, cpuSomeAvg60: 6, memoryFullAvg10: 3, ioSomeAvg10: 0 },
      disks: [{ mount: '/', filesystem: 'ext4', totalBytes: 1000, freeBytes: 400, totalInodes: 10, freeInodes: 5 }],
      uptimeSeconds: 77,
    });
  });

  it('has no changes over time in the first sample, and says so', async () => {
    aProcRoot(root, { network: { eth0: { rxBytes: 1, txBytes: 1 } } });
    const { system, gaps } = await collector().collect(1000);

    expect(system?.cpu).toMatchObject({ utilizationRatio: null, iowaitRatio: null, stealRatio: null });
    expect(system?.network).toMatchObject([{ interface: 'eth0', rxBytesPerSecond: null, errorsPerSecond: null }]);
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
    expect(reading.system?.network).toMatchObject([
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

  it('hands over engine processes and the nodes of GPUs', async () => {
    aProcRoot(root, {
      processes: { 42: { commandLine: ['vllm', 'serve', 'm'] }, 43: { parentPid: 42 }, 50: {} },
      pciDevices: { '0000:3b:00.0': { vendor: '0x10de', numaNode: 0 } },
    });
    const { processes, gpuNumaNodes, numaNodeCpus } = await collector().collect(1000);

    expect(processes.map(({ pid }) => pid)).toEqual([42, 43]);
    expect([...gpuNumaNodes]).toEqual([['0000:3b:00', 0]]);
    expect([...numaNodeCpus]).toEqual([[0, '0-7']]);
  });

  it('is partial when a file that every Linux has is missing', async () => {
    aProcRoot(root, { without: ['/proc/meminfo'] });
    const { section, system, gaps } = await collector().collect(1000);

    expect(section.status).toBe('partial');
    expect(system?.memory).toMatchObject({ totalBytes: null, availableBytes: null });
    expect(gaps.map(({ signal }) => signal)).toContain('system.memory.availableBytes');
  });

  it('has failed when nothing below /proc can be read', async () => {
    const { section, system, gaps } = await collector().collect(1000);

    expect(section.status).toBe('failed');
    expect(system).toBeNull();
    expect(gaps).toEqual([{ signal: 'system', status: 'failed', reason: 'no file below /proc could be read' }]);
  });

  it('answers without disks when they hang', async () => {
    aProcRoot(root);
    const hanging = collector({ askFilesystem: () => new Promise(() => undefined) });
    const { section, system, gaps } = await hanging.collect(20);

    expect(section.status).toBe('partial');
    expect(system?.disks).toEqual([]);
    expect(gaps.find(({ signal }) => signal === 'system.disks')?.status).toBe('timeout');
  });

  it('reads what it can on another platform and names the rest', async () => {
    const disk = { fs: '/dev/disk1', type: 'apfs', size: 1000, available: 400, mount: '/' };
    const mac = collector({ platform: 'darwin', readFilesystems: async () => [disk] });
    const { section, system, gaps } = await mac.collect(5000);

    expect(section.status).toBe('partial');
    expect(system?.memory.totalBytes).toBeGreaterThan(0);
    expect(system?.disks).toMatchObject([{ mount: '/', totalBytes: 1000, totalInodes: null }]);
    expect(gaps.map(({ signal }) => signal)).toContain('system.pressure.memoryFullAvg10');
  });

  it('answers on another platform when its disks hang, and asks no second time meanwhile', async () => {
    let questions = 0;
    const readFilesystems = (): Promise<never> => {
      questions += 1;
      return new Promise(() => undefined);
    };
    const mac = collector({ platform: 'darwin', readFilesystems });
    for (let round = 0; round < 2; round += 1) {
      const { gaps } = await mac.collect(20);
      expect(gaps.find(({ signal }) => signal === 'system.disks')?.status).toBe('timeout');
    }

    expect(questions).toBe(1);
  });

  describe('with a node_exporter', () => {
    let server: Server;
    let url: string;
    let page: string;
    let authorization: string | undefined;

    beforeEach(async () => {
      page = aNodeExporterPage({ cores: 16 });
      server = createServer((request, response) => {
        authorization = request.headers.authorization;
        response.end(page);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
    });

    afterEach(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    it('takes its page first and fills in what only /proc has', async () => {
      aProcRoot(root, { cores: 4, pressure: { io: 7 }, cgroups: { '': { memoryMax: '4096' } } });
      const { section, system, gaps } = await collector({ nodeExporterUrl: url }).collect(1000);

      expect(section).toMatchObject({ status: 'ok', source: `${url}, /proc` });
      expect(system).toMatchObject({
        cpu: { logicalCores: 16 },
        pressure: { ioFullAvg10: 7 },
        cgroup: { memoryLimitBytes: 4096 },
        clock: { isSynchronized: true },
      });
      expect(gaps.map(({ signal }) => signal)).not.toContain('system.clock.isSynchronized');
    });

    it('mixes in nothing of another machine', async () => {
      aProcRoot(root, { bootSeconds: 1_600_000_000, processes: { 42: { commandLine: ['vllm', 'serve', 'm'] } } });
      const { section, system, processes } = await collector({ nodeExporterUrl: url }).collect(1000);

      expect(section.source).toBe(url);
      expect(system?.pressure.ioFullAvg10).toBeNull();
      expect(processes).toEqual([]);
    });

    it('is enough where /proc can not be read', async () => {
      const { section, system } = await collector({ nodeExporterUrl: url }).collect(1000);

      expect(section).toMatchObject({ status: 'ok', source: url });
      expect(system?.cpu.logicalCores).toBe(16);
    });

    it('is replaced by /proc when its page is none of its own, and that is said', async () => {
      page = 'hello';
      aProcRoot(root, { cores: 4 });
      const { section, system, gaps } = await collector({ nodeExporterUrl: url }).collect(1000);

      expect(section).toMatchObject({
        status: 'partial',
        source: '/proc',
        detail: `${url} is no node_exporter page; /proc is read instead`,
      });
      expect(system?.cpu.logicalCores).toBe(4);
      expect(gaps[0]).toEqual({ signal: 'system', status: 'failed', reason: `${url} is no node_exporter page` });
    });

    it('shows no credentials of its address, and sends them', async () => {
      aProcRoot(root);
      const nodeExporterUrl = url.replace('http://', 'http://me:p%40ss@');
      const { section } = await collector({ nodeExporterUrl }).collect(1000);

      expect(section.source).toBe(`${url}, /proc`);
      expect(authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    });
  });
});
