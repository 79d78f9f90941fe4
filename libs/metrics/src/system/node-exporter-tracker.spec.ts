import { describe, expect, it } from '@jest/globals';
import { aNodeExporterPage, type NodeExporterPageValues } from '@app/testing/metrics';
import { type NodeExporterReading, NodeExporterTracker } from './node-exporter-tracker.js';

type Read = Extract<NodeExporterReading, { ok: true }>;

function readPages(...pages: readonly (NodeExporterPageValues | string)[]): Read {
  const tracker = new NodeExporterTracker();
  const readings = pages.map((page, index) =>
    tracker.read(typeof page === 'string' ? page : aNodeExporterPage(page), index * 10_000),
  );
  const last = readings.at(-1);
  if (last?.ok !== true) throw new Error(last?.reason ?? 'no page');
  return last;
}

const reasonOf = ({ gaps }: Read, signal: string): string | undefined =>
  gaps.find((gap) => gap.signal === signal)?.reason;

describe('NodeExporterTracker', () => {
  it('reads what a page says of the moment', () => {
    const { system, bootSeconds, isPartial, simulated } = readPages({
      cores: 4,
      numaNodes: 2,
      clock: { synchronized: false, offsetSeconds: -0.07 },
    });

    expect(system).toMatchObject({
      cpu: { logicalCores: 4, load1m: 0.5, load15m: 0.3, runnableTasks: 2 },
      memory: { totalBytes: 64 * 1024 ** 3, availableBytes: 32 * 1024 ** 3, swapUsedBytes: 2 * 1024 ** 3 },
      numaNodes: 2,
      clock: { isSynchronized: false, offsetSeconds: -0.07 },
      uptimeSeconds: 86_400,
      disks: [{ mount: '/', filesystem: 'ext4', totalBytes: 1000, freeBytes: 400, totalInodes: 100, freeInodes: 90 }],
    });
    expect({ bootSeconds, isPartial, simulated }).toEqual({
      bootSeconds: 1_700_000_000,
      isPartial: false,
      simulated: false,
    });
  });

  it('gives changes from the second page on', () => {
    const { system, gaps } = readPages(
      { network: { eth0: { rxBytes: 0, txBytes: 0 } } },
      {
        cpuSeconds: { idle: 1004, iowait: 6, steal: 1, user: 104 },
        vmstat: { pswpin: 10, pswpout: 0, pgmajfault: 50, oom_kill: 1 },
        pressure: { memory_stalled: 1, io_waiting: 2 },
        disks: {
          sda: {
            read_bytes: 1000,
            reads_completed: 4,
            read_time_seconds: 1,
            io_time_seconds: 5,
          },
        },
        network: { eth0: { rxBytes: 1e9, txBytes: 0, drops: 20, packets: 110, speedBytes: 1.25e9 } },
      },
    );

    expect(system.cpu).toMatchObject({ iowaitRatio: 0.1, stealRatio: 0.1 });
    expect(system.cpu.utilizationRatio).toBeCloseTo(0.5);
    expect(system.paging).toEqual({
      swapInBytesPerSecond: 4096,
      swapOutBytesPerSecond: 0,
      majorFaultsPerSecond: 5,
      oomKills: 1,
    });
    expect(system.pressure).toMatchObject({ memoryFullAvg10: 10, ioSomeAvg10: 20, cpuSomeAvg10: 0, ioSomeAvg60: null });
    expect(system.diskIo[0]).toMatchObject({ readBytesPerSecond: 100, averageWaitSeconds: 0.25, busyRatio: 0.5 });
    expect(system.network).toEqual([
      {
        interface: 'eth0',
        rxBytesPerSecond: 1e8,
        txBytesPerSecond: 0,
        errorsPerSecond: 0,
        dropsPerSecond: 2,
        packetsPerSecond: 20,
        linkBytesPerSecond: 1.25e9,
      },
    ]);
    expect(gaps.filter(({ signal }) => signal.startsWith('system.paging'))).toEqual([]);
  });

  it('leaves out filesystems that can not fill up or could not be asked', () => {
    const { system } = readPages({
      filesystems: {
        '/': {},
        '/run': { device: 'tmpfs', type: 'tmpfs' },
        '/image': { device: '/dev/sdb', readOnly: true },
        '/broken': { device: '/dev/sdc', failed: true },
        '/models': { device: '/dev/nvme0n1', type: 'xfs' },
      },
    });

    expect(system.disks.map(({ mount }) => mount)).toEqual(['/', '/models']);
  });

  it('knows no speed of a link that is down', () => {
    const reading = readPages({ network: { eth0: { rxBytes: 1, txBytes: 1, speedBytes: -125_000 } } });

    expect(reading.system.network[0]?.linkBytesPerSecond).toBeNull();
    expect(reasonOf(reading, 'system.network.linkBytesPerSecond')).toBe(
      'the node_exporter page has no node_network_speed_bytes',
    );
  });

  it('says what the page does not have', () => {
    const reading = readPages({ pressure: null, clock: null, filesystems: {} });

    expect(reading.system.clock).toEqual({ isSynchronized: null, offsetSeconds: null });
    expect(reasonOf(reading, 'system.clock.isSynchronized')).toContain('node_timex_sync_status');
    expect(reasonOf(reading, 'system.pressure.ioFullAvg60')).toContain('node_pressure_io_stalled_seconds_total');
    expect(reasonOf(reading, 'system.disks')).toContain('node_filesystem_size_bytes');
    expect(reasonOf(reading, 'system.cgroup.memoryLimitBytes')).toBe('node_exporter does not read control groups');
  });

  it('says how far apart pages have to be for pressure', () => {
    expect(reasonOf(readPages({}), 'system.pressure.cpuSomeAvg60')).toBe(
      'needs two readings of the page 60 to 180 seconds apart',
    );
  });

  it('counts swap with the smallest page where the machine leaves its size open', () => {
    const pages = (machine: string): Read => readPages({ machine }, { machine, vmstat: { pswpin: 10 } });

    expect(pages('aarch64').system.paging.swapInBytesPerSecond).toBe(4096);
    expect(reasonOf(pages('aarch64'), 'system.paging.swapInBytesPerSecond')).toContain('lower bound');
    expect(reasonOf(pages('x86_64'), 'system.paging.swapInBytesPerSecond')).toBeUndefined();
  });

  it('begins anew after a restart of the host', () => {
    const later = { bootSeconds: 1_700_009_999, cpuSeconds: { idle: 9000 } };

    expect(readPages({}, later).system.cpu.utilizationRatio).toBeNull();
    expect(readPages({}, { ...later, bootSeconds: 1_700_000_001 }).system.cpu.utilizationRatio).toBe(0);
  });

  it('is partial when lines can not be read, and keeps the others', () => {
    const reading = readPages(`${aNodeExporterPage()}node_load1{ 5\n`);

    expect(reading.isPartial).toBe(true);
    expect(reading.system.cpu.load1m).toBe(0.5);
    expect(reasonOf(reading, 'system')).toContain('unreadable text');
  });

  it('takes no value that is no amount', () => {
    const page = aNodeExporterPage()
      .replace(/node_load1 .*/, 'node_load1 NaN')
      .replace(/node_memory_MemTotal_bytes .*/, 'node_memory_MemTotal_bytes -5');

    expect(readPages(page).system).toMatchObject({ cpu: { load1m: null }, memory: { totalBytes: null } });
  });

  it('says that another page is none', () => {
    expect(new NodeExporterTracker().read('vllm:num_requests_running 1\n', 0)).toEqual({
      ok: false,
      reason: 'is no node_exporter page',
    });
  });

  it('knows that a page is simulated', () => {
    expect(readPages({ simulated: true }).simulated).toBe(true);
  });
});
