import { describe, expect, it } from '@jest/globals';
import { type ProcRootValues, procFiles } from '@app/testing/metrics';
import { type HostFile, RecordedHostFiles } from './host-files.js';
import { ProcHost, type ProcReading } from './proc-host.js';

async function readFrames(...frames: readonly (ProcRootValues & { readonly atMs?: number })[]): Promise<ProcReading> {
  const host = new ProcHost();
  let reading: ProcReading | null = null;
  for (const [index, frame] of frames.entries()) {
    reading = await host.read({ files: new RecordedHostFiles(procFiles(frame)), atMs: frame.atMs ?? index * 2000 });
  }
  if (reading === null) throw new Error('no frame');
  return reading;
}

const reasonOf = (reading: ProcReading, signal: string): string | undefined =>
  reading.gaps.find((gap) => gap.signal === signal)?.reason;

describe('ProcHost', () => {
  it('reads swap traffic, faults and OOM kills in the units of the page size', async () => {
    const { system, gaps } = await readFrames(
      { pageBytes: 65_536, vmstat: { pswpin: 100, pswpout: 0, pgmajfault: 10, oom_kill: 1 } },
      { pageBytes: 65_536, vmstat: { pswpin: 132, pswpout: 16, pgmajfault: 30, oom_kill: 2 } },
    );

    expect(system.paging).toEqual({
      swapInBytesPerSecond: 1_048_576,
      swapOutBytesPerSecond: 524_288,
      majorFaultsPerSecond: 10,
      oomKills: 2,
    });
    expect(gaps.filter(({ signal }) => signal.startsWith('system.paging'))).toEqual([]);
  });

  it('counts with the smallest page where nothing tells the size, and says so', async () => {
    const host = new ProcHost();
    const read = (pages: number, atMs: number): Promise<ProcReading> =>
      host.read({ files: new RecordedHostFiles({ '/proc/vmstat': `pswpin ${pages}\npswpout 0\n` }), atMs });
    await read(0, 0);
    const reading = await read(1000, 1000);

    expect(reading.system.paging.swapInBytesPerSecond).toBe(4_096_000);
    expect(reading.gaps).toContainEqual({
      signal: 'system.paging.swapInBytesPerSecond',
      status: 'partial',
      reason: 'the page size is not known: counted with 4096 bytes, the smallest there is, so this is a lower bound',
    });
  });

  it('reads disks and links with their speed', async () => {
    const { system } = await readFrames(
      { disks: { nvme0n1: { reads: 10 }, nvme0n1p1: { reads: 10 } }, network: { eth0: { rxBytes: 0, txBytes: 0 } } },
      {
        disks: { nvme0n1: { reads: 30, readSectors: 4000, readMs: 5000, busyMs: 1000 }, nvme0n1p1: { reads: 30 } },
        network: { eth0: { rxBytes: 4000, txBytes: 0, drops: 8, packets: 30, speedMegabits: 10_000 } },
      },
    );

    expect(system.diskIo).toEqual([
      {
        device: 'nvme0n1',
        readBytesPerSecond: 1_024_000,
        writeBytesPerSecond: 0,
        averageWaitSeconds: 0.25,
        busyRatio: 0.5,
      },
    ]);
    expect(system.network).toEqual([
      {
        interface: 'eth0',
        rxBytesPerSecond: 2000,
        txBytesPerSecond: 0,
        errorsPerSecond: 0,
        dropsPerSecond: 4,
        packetsPerSecond: 20,
        linkBytesPerSecond: 1_250_000_000,
      },
    ]);
  });

  it('knows the tasks that could run, pinned memory, the nodes and where the GPUs are', async () => {
    const reading = await readFrames({
      runnableTasks: 7,
      mlockedKib: 2048,
      numaNodes: ['0-3', '4-7'],
      pciDevices: { '0000:3b:00.0': { vendor: '0x10de', numaNode: 1 } },
      bootSeconds: 1_700_000_123,
    });

    expect(reading.system.cpu.runnableTasks).toBe(7);
    expect(reading.system.memory).toMatchObject({ mlockedBytes: 2_097_152, dirtyBytes: 131_072 });
    expect(reading.system.numaNodes).toBe(2);
    expect(reading.gpuNumaNodes).toEqual(new Map([['0000:3b:00', 1]]));
    expect(reading.numaNodeCpus.get(1)).toBe('4-7');
    expect(reading.bootSeconds).toBe(1_700_000_123);
  });

  it("reads the control group that the engine's process is in", async () => {
    const reading = await readFrames({
      processes: { 42: { commandLine: ['vllm', 'serve', 'm'], cgroupPath: '/pod1' } },
      cgroups: { '': { memoryMax: '1' }, '/pod1': { memoryMax: '8589934592' } },
    });

    expect(reading.processes.map(({ pid }) => pid)).toEqual([42]);
    expect(reading.system.cgroup).toMatchObject({ path: '/pod1', memoryLimitBytes: 8_589_934_592 });
  });

  it.each([
    ['frames of the same time', 0],
    ['a frame from before', -5000],
  ])('has no rates between %s', async (_, atMs) => {
    const { system } = await readFrames(
      { network: { eth0: { rxBytes: 1, txBytes: 1 } } },
      { network: { eth0: { rxBytes: 9, txBytes: 1 } }, vmstat: { pgmajfault: 9 }, atMs },
    );

    expect(system.network[0]?.rxBytesPerSecond).toBeNull();
    expect(system.paging.majorFaultsPerSecond).toBeNull();
  });

  it('drops the interval when the host was restarted, though its counters are higher', async () => {
    const reading = await readFrames(
      { uptimeSeconds: 5000, network: { eth0: { rxBytes: 1, txBytes: 1 } } },
      { uptimeSeconds: 3, network: { eth0: { rxBytes: 900, txBytes: 900 } } },
    );

    expect(reading.system.network[0]?.rxBytesPerSecond).toBeNull();
    expect(reasonOf(reading, 'system.network.rxBytesPerSecond')).toContain('no earlier sample');
  });

  it('names the reason of each value that is missing', async () => {
    const reading = await readFrames({
      pressure: null,
      disks: {},
      network: { eth0: { rxBytes: 1, txBytes: 1, speedMegabits: -1 } },
      without: ['/proc/vmstat', '/proc/self/cgroup'],
    });

    expect(reasonOf(reading, 'system.pressure.memoryFullAvg60')).toBe('/proc/pressure/memory is not in the recording');
    expect(reasonOf(reading, 'system.paging.oomKills')).toBe('/proc/vmstat is not in the recording');
    expect(reasonOf(reading, 'system.cpu.utilizationRatio')).toContain('no earlier sample');
    expect(reasonOf(reading, 'system.diskIo')).toBe('/proc/diskstats lists no whole device');
    expect(reasonOf(reading, 'system.network.linkBytesPerSecond')).toContain('virtual or down');
    expect(reasonOf(reading, 'system.clock.offsetSeconds')).toContain('node_exporter');
    expect(reasonOf(reading, 'system.cgroup.cpuPeriods')).toBe('/proc/self/cgroup is not in the recording');
  });

  it('answers without processes when one of them is stuck', async () => {
    const files = new RecordedHostFiles(procFiles({ processes: { 42: { commandLine: ['vllm', 'serve', 'm'] } } }));
    files.read = (path): Promise<HostFile> =>
      path === '/proc/42/cmdline' ? new Promise(() => undefined) : RecordedHostFiles.prototype.read.call(files, path);
    const reading = await new ProcHost().read({ files, atMs: 0, processTimeoutMs: 10 });

    expect(reading.processes).toEqual([]);
    expect(reading.system.memory.totalBytes).toBeGreaterThan(0);
    expect(reading.gaps).toContainEqual({
      signal: 'engines.process',
      status: 'timeout',
      reason: 'the processes of this host could not be read in time',
    });
  });

  it('is not readable without files', async () => {
    const { isReadable } = await new ProcHost().read({ files: new RecordedHostFiles({ '/etc/passwd': '' }), atMs: 0 });

    expect(isReadable).toBe(false);
  });
});
