import { describe, expect, it } from '@jest/globals';
import type { Gpu, KernelEvent } from '@app/core';
import { type Patch, aFrameGpu, aFrameXid, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(patch: Patch<Gpu>, events: readonly KernelEvent[] = []) {
  const window = aWindow(1, 60, () => ({ gpus: [aFrameGpu(patch)], events }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-row-remap-pending');
}

describe('gpu-row-remap-pending', () => {
  it('is medium and confirmed by one sample', () => {
    const { finding } = outcome({ remappedRows: { pending: true, correctable: 1 } });
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual(['gpu-drain', 'gpu-reset']);
  });

  it('is high when an uncontained error followed an uncorrectable remap', () => {
    const patch: Patch<Gpu> = { remappedRows: { pending: true, uncorrectable: 1 } };
    expect(outcome(patch).finding?.severity).toBe('medium');
    expect(outcome(patch, [aFrameXid(95)]).finding?.severity).toBe('high');
    expect(outcome(patch, [aFrameXid(95, { pciBusId: '0000:af:00' })]).finding?.severity).toBe('medium');
  });

  it('needs at least one uncorrectable row for that', () => {
    const patch: Patch<Gpu> = { remappedRows: { pending: true, uncorrectable: 0 } };
    expect(outcome(patch, [aFrameXid(95)]).finding?.severity).toBe('medium');
  });

  it('says nothing of remapped rows that are not pending, nor of a failed remap', () => {
    expect(outcome({ remappedRows: { correctable: 4, pending: false } }).finding).toBeUndefined();
    expect(outcome({ remappedRows: { pending: true, failure: true } }).finding).toBeUndefined();
  });

  it('is not evaluated where the GPU has no such flag', () => {
    expect(outcome({ remappedRows: { pending: null } }).notEvaluated).toBe('missing input: gpus.remappedRows.pending');
  });
});
