import { describe, expect, it } from '@jest/globals';
import { aNodeExporterPage, procFiles } from '@app/testing/metrics';
import { RecordedHost } from './recorded-host.js';

const PAGE = { source: 'http://host:9100/metrics', text: aNodeExporterPage() };

describe('RecordedHost', () => {
  it('reads frames of files, with changes between them', async () => {
    const host = new RecordedHost();
    const frame = (idle: number, atMs: number) =>
      host.read({
        files: procFiles({ cpuTicks: [100, 0, 50, idle, 10, 0, 0, 0] }),
        nodeExporter: null,
        atMs,
      });
    await frame(800, 0);
    const { section, system, gaps } = await frame(900, 10_000);

    expect(section).toMatchObject({ status: 'ok', source: '/proc', collectedAt: '1970-01-01T00:00:10.000Z' });
    expect(system?.cpu.utilizationRatio).toBe(0);
    expect(gaps.find(({ signal }) => signal === 'system.disks')?.status).toBe('absent');
  });

  it('is partial when only some files were copied', async () => {
    const files = { '/proc/pressure/memory': 'some avg10=5.00 avg60=4.00 avg300=0.00 total=1\n' };
    const { section, system } = await new RecordedHost().read({ files, nodeExporter: null, atMs: 0 });

    expect(section.status).toBe('partial');
    expect(system?.pressure).toMatchObject({ memorySomeAvg60: 4, memoryFullAvg60: null, cpuSomeAvg60: null });
  });

  it('puts a page and files together', async () => {
    const { section, system } = await new RecordedHost().read({
      files: procFiles({ pressure: { memory: 9 }, cgroups: { '': { memoryMax: '1000' } } }),
      nodeExporter: PAGE,
      atMs: 0,
    });

    expect(section).toMatchObject({ status: 'ok', source: 'http://host:9100/metrics, /proc' });
    expect(system).toMatchObject({
      memory: { totalBytes: 64 * 1024 ** 3 },
      pressure: { memoryFullAvg10: 9 },
      cgroup: { memoryLimitBytes: 1000 },
      clock: { isSynchronized: true },
    });
    expect(system?.disks).toHaveLength(1);
  });

  it('reads a page alone', async () => {
    const { section, system, processes } = await new RecordedHost().read({ files: {}, nodeExporter: PAGE, atMs: 0 });

    expect(section).toMatchObject({ status: 'ok', source: 'http://host:9100/metrics' });
    expect(system?.cpu.logicalCores).toBe(2);
    expect(processes).toEqual([]);
  });

  it('is absent when the recording holds nothing of the host', async () => {
    const reading = await new RecordedHost().read({ files: {}, nodeExporter: null, atMs: 0 });

    expect(reading.section.status).toBe('absent');
    expect(reading.system).toBeNull();
    expect(reading.gaps).toEqual([
      { signal: 'system', status: 'absent', reason: 'the recording holds nothing of the host' },
    ]);
  });

  it('has failed when all it holds is a page of something else', async () => {
    const nodeExporter = { ...PAGE, text: '<html>' };
    const { section, gaps } = await new RecordedHost().read({ files: {}, nodeExporter, atMs: 0 });

    expect(section.status).toBe('failed');
    expect(gaps[0]?.reason).toBe('http://host:9100/metrics is no node_exporter page');
  });
});
