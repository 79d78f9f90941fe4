import { describe, expect, it } from '@jest/globals';
import {
  isSignalPath,
  nearestSignals,
  numericSignals,
  SIGNAL_PATHS,
  type Snapshot,
  unitOfSignal,
  valuesOfSignal,
} from '../index.js';
import {
  aFrame,
  aFrameEngine,
  aFrameGpu,
  aFrameSystem,
  aFrameXid,
  FRAME_ENGINE_ID,
  FRAME_GPU_UUID,
} from '@app/testing/analysis';

const process = { pid: 4711, name: 'python', type: 'C', usedMemoryBytes: 42, gpuInstanceId: null };
const disk = { mount: '/var', filesystem: 'ext4', totalBytes: 10, freeBytes: 3, totalInodes: null, freeInodes: null };
const quantiles = { p50Seconds: 0.1, p95Seconds: 0.4, p99Seconds: null, meanSeconds: 0.2, count: 9 };

const snapshot: Snapshot = aFrame(0, {
  gpus: [
    aFrameGpu({ power: { drawWatts: 500 }, clockEventReasons: ['sw-power-cap', 'gpu-idle'], processes: [process] }),
    aFrameGpu({ uuid: null, pciBusId: '00000000:5E:00.0', power: { drawWatts: null }, clockEventReasons: [] }),
  ],
  engines: [aFrameEngine({ ttft: quantiles, gpuUuids: ['GPU-a', 'GPU-b'] })],
  system: aFrameSystem({ disks: [disk], pressure: { cpuSomeAvg10: 1.5 } }),
  events: [aFrameXid(79), aFrameXid(48, { pciBusId: '0000:99:00' })],
});

describe('valuesOfSignal', () => {
  it.each([
    ['gpus.power.drawWatts', [{ subject: FRAME_GPU_UUID, value: 500 }]],
    [
      'gpus.clocks.smMhz',
      [
        { subject: FRAME_GPU_UUID, value: 1950 },
        { subject: '00000000:5E:00.0', value: 1950 },
      ],
    ],
    ['engines.kvCacheUsageRatio', [{ subject: FRAME_ENGINE_ID, value: 0.4 }]],
    ['engines.ttft.p95Seconds', [{ subject: FRAME_ENGINE_ID, value: 0.4 }]],
    ['engines.ttft.p99Seconds', []],
    ['engines.config.block_size', [{ subject: FRAME_ENGINE_ID, value: '16' }]],
    ['engines.config.none_such', []],
    ['engines.gpuUuids', [{ subject: FRAME_ENGINE_ID, value: 'GPU-a,GPU-b' }]],
    ['engines.up', [{ subject: FRAME_ENGINE_ID, value: true }]],
    ['system.pressure.cpuSomeAvg10', [{ subject: 'local', value: 1.5 }]],
    ['system.disks.freeBytes', [{ subject: 'local:/var', value: 3 }]],
    ['gpus.processes.usedMemoryBytes', [{ subject: `${FRAME_GPU_UUID}:4711`, value: 42 }]],
    ['caches.hitRatio', []],
  ])('finds %s with its subjects', (signal, expected) => {
    expect(valuesOfSignal(snapshot, signal)).toEqual(expected);
  });

  it('reads a list of reasons as one text, and an empty one as an empty text', () => {
    expect(valuesOfSignal(snapshot, 'gpus.clockEventReasons').map(({ value }) => value)).toEqual([
      'sw-power-cap,gpu-idle',
      '',
    ]);
  });

  it('gives an event to the GPU of its bus id, and to the host when there is none', () => {
    expect(valuesOfSignal(snapshot, 'events.code')).toEqual([
      { subject: FRAME_GPU_UUID, value: 79 },
      { subject: 'local', value: 48 },
    ]);
  });

  it('has nothing of a host that was not read', () => {
    expect(valuesOfSignal(aFrame(0, { system: null }), 'system.cpu.load1m')).toEqual([]);
  });

  it('takes a field that an older snapshot does not have for one without a value', () => {
    const older = JSON.parse(JSON.stringify(snapshot), (key, value: unknown) =>
      key === 'power' || key === 'disks' ? undefined : value,
    ) as Snapshot;
    expect(valuesOfSignal(older, 'gpus.power.drawWatts')).toEqual([]);
    expect(valuesOfSignal(older, 'system.disks.freeBytes')).toEqual([]);
  });
});

describe('isSignalPath', () => {
  it.each([
    'gpus.power.drawWatts',
    'engines.lora.maxAdapters',
    'caches.hitRatio',
    'engines.config.anything',
    'events.code',
  ])('knows %s, be there values or not', (path) => expect(isSignalPath(path)).toBe(true));

  it.each([
    '',
    'gpus',
    'gpus.power',
    'gpus.power.drawwatts',
    'gpus.power.drawWatts.toString',
    'gpus.constructor',
    'gpus.__proto__',
    '__proto__.toString',
    'constructor.name',
    'engines.config',
    'engines.config.*',
    'engines.config.a.b',
    'engines.histograms.ttft',
    'engines.process.pids',
    'derived.x',
  ])('does not know %j', (path) => {
    expect(isSignalPath(path)).toBe(false);
    expect(valuesOfSignal(snapshot, path)).toEqual([]);
  });

  it('gives nothing for a label that is only on the prototype', () => {
    for (const name of ['__proto__', 'constructor', 'toString'])
      expect(valuesOfSignal(snapshot, `engines.config.${name}`)).toEqual([]);
  });
});

describe('numericSignals', () => {
  const numbers = numericSignals(snapshot);

  it('lists what valuesOfSignal gives, for every signal that has numbers', () => {
    const oneByOne = SIGNAL_PATHS.flatMap((signal) =>
      valuesOfSignal(snapshot, signal).flatMap((value) =>
        typeof value.value === 'number' ? [{ signal, ...value }] : [],
      ),
    );
    const sorted = (entries: readonly object[]): string[] =>
      entries.map((entry) => JSON.stringify(entry, ['signal', 'subject', 'value'])).sort();
    expect(sorted(numbers)).toEqual(sorted(oneByOne));
    expect(numbers.length).toBeGreaterThan(100);
  });

  it('has no null, text or flag in it', () => {
    expect(numbers.every(({ value }) => Number.isFinite(value))).toBe(true);
  });
});

describe('unitOfSignal', () => {
  it.each([
    ['gpus.power.drawWatts', 'watts'],
    ['gpus.temperature.gpuCelsius', 'celsius'],
    ['gpus.clocks.smMhz', 'megahertz'],
    ['gpus.memory.usedBytes', 'bytes'],
    ['gpus.pcie.rxBytesPerSecond', 'bytesPerSecond'],
    ['gpus.clockEventSeconds.swPowerCap', 'seconds'],
    ['gpus.mig.devices.memoryUsedBytes', 'bytes'],
    ['gpus.name', 'text'],
    ['gpus.remappedRows.pending', 'text'],
    ['engines.kvCacheUsageRatio', 'ratio'],
    ['engines.generationTokensPerSecond', 'tokensPerSecond'],
    ['engines.preemptionsPerSecond', 'perSecond'],
    ['engines.requestsWaiting', 'count'],
    ['engines.ttft.p95Seconds', 'seconds'],
    ['engines.startedAt', 'text'],
    ['engines.config.block_size', 'text'],
    ['system.pressure.cpuSomeAvg10', 'percent'],
    ['system.cpu.load1m', 'count'],
  ])('of %s is %s', (signal, unit) => expect(unitOfSignal(signal)).toBe(unit));
});

describe('nearestSignals', () => {
  it.each([
    ['gpus.power.drawWatt', 'gpus.power.drawWatts'],
    ['gpu.power.drawwatts', 'gpus.power.drawWatts'],
    ['kvCacheUsageRatio', 'engines.kvCacheUsageRatio'],
    ['cpuSomeAvg10', 'system.pressure.cpuSomeAvg10'],
  ])('of %s begin with %s', (path, nearest) => expect(nearestSignals(path, 3)[0]).toBe(nearest));

  it('of a group are its members', () => {
    expect(nearestSignals('gpus.power', 6).every((signal) => signal.startsWith('gpus.power.'))).toBe(true);
  });

  it('are given for anything, however long', () => {
    expect(nearestSignals('x'.repeat(1_000_000), 5)).toHaveLength(5);
    expect(nearestSignals('', 5)).toHaveLength(5);
  });
});
