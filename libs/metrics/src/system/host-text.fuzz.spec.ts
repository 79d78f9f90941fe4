import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cpuMs, fuzzRuns, mutatedText } from '@app/testing/fuzz';
import { aNodeExporterPage, procFiles } from '@app/testing/metrics';
import { RecordedHost } from './recorded-host.js';
import type { SystemReading } from './system-reading.js';

const FILES = procFiles({
  cores: 2,
  load: [1.25, 0.5, 0.25],
  swapTotalKib: 4096,
  swapFreeKib: 1024,
  vmstat: { pswpin: 77, pswpout: 88, pgmajfault: 99, oom_kill: 3 },
  pressure: { cpu: 12.5, memory: 3, io: 4 },
  network: { eth0: { rxBytes: 1234, txBytes: 5678, speedMegabits: 10_000 } },
  disks: { sda: { reads: 10, readSectors: 20, readMs: 30, busyMs: 40 } },
  numaNodes: ['0-3', '4-7'],
  pciDevices: { '0000:3b:00.0': { vendor: '0x10de', numaNode: 1 } },
  cgroups: { '/pod1': { cpuMax: '250000 100000', memoryMax: '8589934592', periods: 50, throttledPeriods: 5 } },
  processes: { 42: { commandLine: ['vllm', 'serve', 'm', '--port', '8000'], cgroupPath: '/pod1' } },
});
const PAGE = aNodeExporterPage({
  pressure: { io_waiting: 7 },
  disks: { sda: { read_bytes: 4096 } },
  network: { eth0: { rxBytes: 1234, txBytes: 5678, speedBytes: 1.25e9 } },
});
/** Longer than any text here may take on a slow machine, far shorter than a search that explodes. */
const MAX_MS = 2_000;
/** A long fuzz run takes minutes. */
const TIMEOUT_MS = 1_200_000;

interface Recording {
  readonly files: Readonly<Record<string, string>>;
  readonly page: string | null;
}

/** One file is damaged at a time: damage is found more often than with all of them broken. */
const damagedFiles: fc.Arbitrary<Recording> = fc
  .constantFrom(...Object.keys(FILES))
  .chain((path) => mutatedText(FILES[path] ?? '').map((text) => ({ files: { ...FILES, [path]: text }, page: null })));

const damagedPage: fc.Arbitrary<Recording> = mutatedText(PAGE).map((page) => ({ files: {}, page }));

function read(host: RecordedHost, { files, page }: Recording, atMs: number): Promise<SystemReading> {
  return host.read({ files, nodeExporter: page === null ? null : { source: 'page', text: page }, atMs });
}

/** Every number of a value, however deep. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

/** Every decimal number that stands in the texts, in the units that the snapshot has. */
function numbersOfTexts({ files, page }: Recording): Set<number> {
  const texts = [...Object.values(files), page ?? ''].join('\n');
  const written = [...texts.matchAll(/[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/g)].map(([text]) => Number(text));
  // Divided as the readers divide: the product with 1e-6 is another number in the last digit.
  return new Set(written.flatMap((number) => [number, number * 1024, number * (1e6 / 8), number / 1e6]));
}

/** Values that stand in a text as they are; sums, differences, quotients and counts of lines are not among them. */
function copiedNumbers({ system }: SystemReading): readonly number[] {
  if (system === null) return [];
  const memory = { ...system.memory, swapUsedBytes: null };
  const cgroup = { ...system.cgroup, cpuLimitCores: null, cpuThrottledRatio: null };
  return numbersIn([
    ...[system.cpu.load1m, system.cpu.load5m, system.cpu.load15m, system.cpu.runnableTasks, memory, cgroup],
    ...[system.paging.oomKills, system.clock, system.network.map(({ linkBytesPerSecond }) => linkBytesPerSecond)],
    ...[system.pressure, system.disks.map(({ totalBytes, freeBytes }) => [totalBytes, freeBytes])],
  ]);
}

describe.each([
  ['files below /proc and /sys', damagedFiles],
  ['a page of node_exporter', damagedPage],
] as const)('damaged %s', (_, recordings) => {
  it(
    'make no exception, take no long time and invent no number',
    async () => {
      await fc.assert(
        fc.asyncProperty(recordings, async (recording) => {
          const startedAtMs = cpuMs();
          const reading = await read(new RecordedHost(), recording, 0);
          expect(cpuMs() - startedAtMs).toBeLessThan(MAX_MS);
          const known = numbersOfTexts(recording);
          expect(copiedNumbers(reading).filter((number) => !known.has(number))).toEqual([]);
          expect(numbersIn(reading.system).filter((number) => !Number.isFinite(number))).toEqual([]);
        }),
        { numRuns: fuzzRuns() },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'make no rate that is negative or endless',
    async () => {
      await fc.assert(
        fc.asyncProperty(recordings, recordings, async (earlier, later) => {
          const host = new RecordedHost();
          await read(host, earlier, 0);
          const { system } = await read(host, later, 10_000);
          const rates = [system?.paging, system?.network, system?.diskIo, system?.cgroup.cpuThrottledRatio];
          expect(numbersIn(rates).filter((rate) => rate < 0 || !Number.isFinite(rate))).toEqual([]);
          const { utilizationRatio, iowaitRatio, stealRatio } = system?.cpu ?? {};
          const shares = [utilizationRatio, iowaitRatio, stealRatio].map((share) => share ?? 0);
          expect(shares.filter((share) => share < 0 || share > 1)).toEqual([]);
        }),
        { numRuns: fuzzRuns() },
      );
    },
    TIMEOUT_MS,
  );
});

describe('undamaged texts of a host', () => {
  it('keep all their values', async () => {
    const { system, processes } = await read(new RecordedHost(), { files: FILES, page: null }, 0);

    expect(system).toMatchObject({
      cpu: { logicalCores: 2, load1m: 1.25 },
      memory: { swapTotalBytes: 4096 * 1024, swapUsedBytes: 3072 * 1024 },
      paging: { oomKills: 3 },
      pressure: { cpuSomeAvg10: 12.5 },
      cgroup: { cpuLimitCores: 2.5, memoryLimitBytes: 8_589_934_592 },
      numaNodes: 2,
    });
    expect(processes.map(({ pid }) => pid)).toEqual([42]);
  });
});
