import { describe, expect, it } from '@jest/globals';
import { type ProcRootValues, procFiles } from '@app/testing/metrics';
import { CgroupReader } from './cgroup-reader.js';
import { type HostFiles, RecordedHostFiles } from './host-files.js';

const POD = '/kubepods.slice/pod1';
const recorded = (values: ProcRootValues): HostFiles => new RecordedHostFiles(procFiles(values));

/** Answers as a live host does, from files in memory. */
class LiveFiles extends RecordedHostFiles {
  override readonly isRecording = false;
}

const live = (values: ProcRootValues): HostFiles => new LiveFiles(procFiles(values));
const LIMITED = {
  cpuMax: '250000 100000',
  periods: 100,
  throttledPeriods: 10,
  throttledMicroseconds: 2_500_000,
  memoryMax: '8589934592',
  memoryCurrent: 4_000_000,
  inactiveFile: 1_000_000,
  events: { high: 1, max: 2, oom: 3, oomKill: 4 },
};

describe('CgroupReader', () => {
  it("reads the group of the engine's process", async () => {
    const files = live({ ownCgroup: '0::/agent\n', cgroups: { [POD]: LIMITED, '': {} } });
    const { values, gaps } = await new CgroupReader().read(files, POD);

    expect(values).toEqual({
      path: POD,
      cpuThrottledRatio: null,
      cpuLimitCores: 2.5,
      cpuThrottledSeconds: 2.5,
      cpuPeriods: 100,
      cpuThrottledPeriods: 10,
      memoryLimitBytes: 8_589_934_592,
      memoryCurrentBytes: 4_000_000,
      memoryInactiveFileBytes: 1_000_000,
      memoryEvents: { high: 1, max: 2, oom: 3, oomKills: 4 },
    });
    expect(gaps.map(({ signal }) => signal)).toEqual(['system.cgroup.cpuThrottledRatio']);
  });

  it('gives the share of throttled periods from the second sample on', async () => {
    const reader = new CgroupReader();
    await reader.read(live({ cgroups: { '': LIMITED } }), null);
    const later = { ...LIMITED, periods: 200, throttledPeriods: 35 };
    const { values, gaps } = await reader.read(live({ cgroups: { '': later } }), null);

    expect(values.cpuThrottledRatio).toBe(0.25);
    expect(gaps).toEqual([]);
  });

  it.each([
    ['a counter went down', { ...LIMITED, periods: 90 }, 'there is no earlier sample'],
    ['no period passed', LIMITED, 'no scheduling period'],
  ])('has no share when %s', async (_, later, reason) => {
    const reader = new CgroupReader();
    await reader.read(live({ cgroups: { '': LIMITED } }), null);
    const { values, gaps } = await reader.read(live({ cgroups: { '': later } }), null);

    expect(values.cpuThrottledRatio).toBeNull();
    expect(gaps[0]?.reason).toContain(reason);
  });

  it('says that there is no limit where there is none', async () => {
    const { values, gaps } = await new CgroupReader().read(live({ cgroups: { '': {} } }), null);

    expect(values).toMatchObject({ cpuLimitCores: null, memoryLimitBytes: null, cpuThrottledRatio: null });
    expect(gaps.map(({ signal }) => signal)).toEqual(
      ['cpuThrottledRatio', 'cpuLimitCores', 'memoryLimitBytes'].map((name) => `system.cgroup.${name}`),
    );
    expect(new Set(gaps.map(({ reason }) => reason))).toEqual(new Set(['the control group sets no limit']));
  });

  it('finds the own group at the root of the file system inside a container', async () => {
    const files = live({ ownCgroup: '0::/../../pod1/abc\n', cgroups: { '': LIMITED } });
    const { values } = await new CgroupReader().read(files, null);

    expect(values).toMatchObject({ path: '/../../pod1/abc', memoryLimitBytes: 8_589_934_592 });
  });

  it('never takes its own group for that of a foreign engine', async () => {
    const files = live({ ownCgroup: '0::/agent\n', cgroups: { '': LIMITED, '/agent': LIMITED } });
    const { values, gaps } = await new CgroupReader().read(files, POD);

    expect(values).toMatchObject({ path: POD, memoryLimitBytes: null, cpuLimitCores: null });
    expect(gaps).toHaveLength(12);
    expect(gaps[0]?.reason).toBe(`the files of control group ${POD} do not exist here`);
  });

  it('reads the files that a recording holds', async () => {
    const { values } = await new CgroupReader().read(recorded({ cgroups: { '': LIMITED } }), POD);

    expect(values.memoryLimitBytes).toBe(8_589_934_592);
  });

  it.each([
    ['5:memory:/pod1\n4:cpu,cpuacct:/pod1\n0::/\n', 'version 1'],
    ['', 'names no control group'],
  ])('says why there is nothing when the membership is %j', async (ownCgroup, reason) => {
    const { values, gaps } = await new CgroupReader().read(live({ ownCgroup }), null);

    expect(values.cpuPeriods).toBeNull();
    expect(gaps[0]?.reason).toContain(reason);
    expect(gaps.map(({ signal }) => signal)).toContain('system.cgroup.memoryEvents.oomKills');
  });

  it('names the file that does not say', async () => {
    const files = live({ cgroups: { '': { ...LIMITED, memoryMax: 'much', cpuMax: '1 0' } } });
    const { values, gaps } = await new CgroupReader().read(files, null);

    expect(values).toMatchObject({ memoryLimitBytes: null, cpuLimitCores: null });
    expect(gaps.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining([
        'memory.max of the control group does not say',
        'cpu.max of the control group does not say',
      ]),
    );
  });
});
