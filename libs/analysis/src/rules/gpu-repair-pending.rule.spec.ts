import { describe, expect, it } from '@jest/globals';
import type { Gpu, KernelEvent } from '@app/core';
import { aFrameGpu, aFrameXid, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(repairPending: Gpu['repairPending'], events: readonly KernelEvent[] = []) {
  const window = aWindow(1, 60, () => ({ gpus: [aFrameGpu({ repairPending })], events }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-repair-pending');
}

describe('gpu-repair-pending', () => {
  it.each([
    { channel: true, tpc: false },
    { channel: false, tpc: true },
    { channel: null, tpc: true },
  ])('is medium by one sample for %j', (repairPending) => {
    const { finding } = outcome(repairPending, [aFrameXid(156)]);
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual(['gpu-drain', 'gpu-reset']);
    expect(finding?.evidence).toContainEqual(expect.objectContaining({ signal: 'events.code', value: 156 }));
  });

  it('says nothing when no repair is pending', () => {
    expect(outcome({ channel: false, tpc: false })).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('is not evaluated without one of the flags', () => {
    expect(outcome({ channel: false, tpc: null }).notEvaluated).toBe('missing input: gpus.repairPending.tpc');
    expect(outcome({ channel: null, tpc: null }).notEvaluated).toBe(
      'missing input: gpus.repairPending.channel, gpus.repairPending.tpc',
    );
  });
});
