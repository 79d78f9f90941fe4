import { describe, expect, it } from '@jest/globals';
import type { Gpu, Section, SectionStatus } from '@app/core';
import { aFrameGpu } from '@app/testing/analysis';
import { anEngine, aSystem } from '@app/testing/metrics';
import { NO_PLACES } from '../system/index.js';
import { assembleSnapshot, type SourceReadings, unreadSource } from './snapshot-assembly.js';

const AT = '2026-03-01T12:00:00.000Z';
const FRAME = { target: 'local', hostname: 'h', collectedAt: AT, durationMs: 1 };
const section = (status: SectionStatus = 'ok'): Section => ({
  status,
  source: 's',
  collectedAt: AT,
  durationMs: 1,
  detail: null,
});

function readings(overrides: Partial<SourceReadings> = {}): SourceReadings {
  return {
    gpu: { section: section(), gaps: [], simulated: false, gpus: [] },
    system: { section: section(), gaps: [], simulated: false, system: aSystem(), ...NO_PLACES },
    engines: { section: section(), gaps: [], simulated: false, engines: [] },
    lmcache: { ...unreadSource('lmcache', 'absent', 'none', AT), caches: [] },
    kernelLog: { ...unreadSource('kernelLog', 'absent', 'none', AT), events: [] },
    ...overrides,
  };
}

const gpusOf = (gpus: readonly Gpu[]) => ({ section: section(), gaps: [], simulated: false, gpus });
const enginesOf = (...ids: string[]) => ({
  section: section(),
  gaps: [],
  simulated: false,
  engines: ids.map((id) => anEngine({ id, gpuUuids: null })),
});
const processOf = (type: string) => ({ pid: 1, name: 'python', type, usedMemoryBytes: 1, gpuInstanceId: null });

describe('assembleSnapshot', () => {
  it('has a gap for each source that is not read', () => {
    const { gaps, sections } = assembleSnapshot(FRAME, readings());

    expect(gaps).toEqual([
      { signal: 'caches', status: 'absent', reason: 'none' },
      { signal: 'events', status: 'absent', reason: 'none' },
    ]);
    expect(sections.lmcache).toMatchObject({ status: 'absent', detail: 'none' });
  });

  it('empties the lists of a section that was not read', () => {
    const snapshot = assembleSnapshot(
      FRAME,
      readings({
        gpu: { section: section('failed'), gaps: [], simulated: false, gpus: [aFrameGpu()] },
        system: { ...readings().system, section: section('timeout') },
        engines: { ...enginesOf('a'), section: section('denied') },
      }),
    );

    expect(snapshot).toMatchObject({ gpus: [], system: null, engines: [] });
  });

  it('gives the only engine every GPU that computes', () => {
    const gpus = [
      aFrameGpu({ uuid: 'GPU-a', processes: [processOf('C')] }),
      aFrameGpu({ uuid: 'GPU-b', processes: [processOf('G')] }),
      aFrameGpu({ uuid: 'GPU-c', processes: [processOf('C+G')] }),
    ];

    const { engines } = assembleSnapshot(FRAME, readings({ gpu: gpusOf(gpus), engines: enginesOf('a') }));
    expect(engines[0]?.gpuUuids).toEqual(['GPU-a', 'GPU-c']);
  });

  it.each([
    ['there are several engines', ['a', 'b'], [processOf('C')]],
    ['no GPU computes', ['a'], []],
  ])('leaves the GPUs open when %s, and says so', (_, ids, processes) => {
    const gpu = gpusOf([aFrameGpu({ uuid: 'GPU-a', processes })]);
    const { engines, gaps } = assembleSnapshot(FRAME, readings({ gpu, engines: enginesOf(...ids) }));

    expect(engines.map(({ gpuUuids }) => gpuUuids)).toEqual(ids.map(() => null));
    expect(gaps.filter(({ signal }) => signal === 'engines.gpuUuids')).toHaveLength(ids.length);
  });

  it('joins GPUs with the NUMA nodes of the kernel by their bus id', () => {
    const gpus = [
      aFrameGpu({ uuid: 'GPU-a', pciBusId: '00000000:3B:00.0' }),
      aFrameGpu({ uuid: 'GPU-b', pciBusId: '00000000:5E:00.0' }),
    ];
    const system = { ...readings().system, gpuNumaNodes: new Map([['0000:3b:00', 1]]) };
    const snapshot = assembleSnapshot(FRAME, readings({ gpu: gpusOf(gpus), system }));

    expect(snapshot.gpus.map(({ numaNode }) => numaNode)).toEqual([1, null]);
    expect(snapshot.gaps.find(({ signal }) => signal === 'gpus.numaNode')?.reason).toBe(
      'the kernel names no NUMA node for 1 of 2 GPUs',
    );
  });

  it('is simulated as soon as one source is', () => {
    expect(assembleSnapshot(FRAME, readings()).simulated).toBe(false);
    const engines = { ...enginesOf('a'), simulated: true };
    expect(assembleSnapshot(FRAME, readings({ engines })).simulated).toBe(true);
  });
});
