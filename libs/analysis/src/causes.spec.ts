import { describe, expect, it } from '@jest/globals';
import type { Engine, Gpu, Snapshot } from '@app/core';
import {
  type Patch,
  aFrame,
  aFrameEngine,
  aFrameGpu,
  aFrameXid,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from './analyzer.js';
import { CAUSES } from './cause-graph.js';
import { RULES } from './rules/rules.js';

const QUEUE: Patch<Engine> = { requestsWaitingCapacity: 20 };
const HOT: Patch<Gpu> = { clockEventReasons: ['hw-thermal-slowdown'] };

function analyze(frames: readonly { engine?: Patch<Engine>; gpu?: Patch<Gpu>; xid?: number }[]) {
  const window: Snapshot[] = frames.map(({ engine = {}, gpu = {}, xid }, frame) =>
    aFrame(frame * 60, {
      engines: [aFrameEngine(engine)],
      gpus: [aFrameGpu(gpu)],
      events: xid === undefined ? [] : [aFrameXid(xid)],
    }),
  );
  return new Analyzer().analyze(window, anAnalysisContext());
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('causes', () => {
  it('only names rules that exist', () => {
    const ids = RULES.map(({ id }) => id);
    for (const { cause, effect } of CAUSES) expect(ids).toEqual(expect.arrayContaining([cause, effect]));
  });

  it('explains a queue by the full cache of the same engine', () => {
    const analysis = analyze(times(4, { engine: { ...QUEUE, kvCacheUsageRatio: 0.97 } }));
    const cause = outcomeOf(analysis, 'kv-cache-saturated').finding;
    expect(outcomeOf(analysis, 'queue-backlog').finding?.causedBy).toEqual([cause?.id]);
    expect(analysis.primaryBottleneck).toBe('kv-cache-saturated');
  });

  it('explains a queue by the cap on sequences', () => {
    const analysis = analyze(times(4, { engine: { ...QUEUE, requestsRunning: 256 } }));
    expect(analysis.primaryBottleneck).toBe('max-num-seqs-bound');
    expect(analysis.findings.map(({ ruleId }) => ruleId)).toEqual(['max-num-seqs-bound', 'queue-backlog']);
  });

  it('blames a hot GPU only for the engine that is known to use it', () => {
    const mine = analyze(times(4, { engine: QUEUE, gpu: HOT }));
    expect(outcomeOf(mine, 'queue-backlog').finding?.rootCause).toBe(false);
    for (const gpuUuids of [null, ['GPU-other']]) {
      const other = analyze(times(4, { engine: { ...QUEUE, gpuUuids }, gpu: HOT }));
      expect(outcomeOf(other, 'queue-backlog').finding).toMatchObject({ rootCause: true, causedBy: [] });
    }
  });

  it('takes no later event for a cause, but allows one interval', () => {
    const late = (before: number) =>
      analyze([...times(before, { engine: QUEUE }), ...times(4, { engine: QUEUE, gpu: HOT })]);
    expect(outcomeOf(late(1), 'queue-backlog').finding?.rootCause).toBe(false);
    expect(outcomeOf(late(2), 'queue-backlog').finding?.rootCause).toBe(true);
  });

  it('keeps a confirmed queue a root while its possible cause is only suspected', () => {
    const analysis = analyze([...times(2, { engine: QUEUE }), { engine: { ...QUEUE, kvCacheUsageRatio: 0.97 } }]);
    expect(outcomeOf(analysis, 'kv-cache-saturated').finding?.state).toBe('suspected');
    expect(outcomeOf(analysis, 'queue-backlog').finding?.rootCause).toBe(true);
  });

  it('explains a pending remap and the XID of the fault by the memory errors, but no other XID', () => {
    const gpu: Patch<Gpu> = { ecc: { volatileUncorrected: 1 }, remappedRows: { pending: true } };
    const analysis = analyze([{ gpu, xid: 48 }]);
    expect(outcomeOf(analysis, 'gpu-row-remap-pending').finding?.rootCause).toBe(false);
    expect(outcomeOf(analysis, 'gpu-xid-critical').finding?.rootCause).toBe(false);
    expect(analysis.findings[0]?.ruleId).toBe('gpu-ecc-uncorrected');
    expect(outcomeOf(analyze([{ gpu, xid: 119 }]), 'gpu-xid-critical').finding?.rootCause).toBe(true);
  });
});
