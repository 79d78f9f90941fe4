import { describe, expect, it } from '@jest/globals';
import type { Gpu, KernelEvent } from '@app/core';
import { type Patch, aFrameGpu, aFrameXid, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(remappedRows: Patch<Gpu['remappedRows']>, events: readonly KernelEvent[] = []) {
  const window = aWindow(1, 60, () => ({ gpus: [aFrameGpu({ remappedRows })], events }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-row-remap-failure');
}

describe('gpu-row-remap-failure', () => {
  it('is critical by one sample, and asks for a replacement instead of a reset', () => {
    const { finding } = outcome({ failure: true, uncorrectable: 8 });
    expect(finding).toMatchObject({ severity: 'critical', state: 'confirmed' });
    const types = finding?.candidateActions.map(({ type }) => type);
    expect(types).toContain('open-rma-ticket');
    expect(types).not.toContain('gpu-reset');
  });

  it('shows the line of the driver that reported it', () => {
    expect(outcome({ failure: true }, [aFrameXid(64)]).finding?.evidence).toContainEqual(
      expect.objectContaining({ signal: 'events.code', value: 64 }),
    );
  });

  it('says nothing of remaps that worked or are pending', () => {
    expect(outcome({ failure: false, pending: true, uncorrectable: 3 })).toEqual({
      finding: undefined,
      notEvaluated: undefined,
    });
  });

  it('is not evaluated where the GPU has no such flag', () => {
    expect(outcome({ failure: null }).notEvaluated).toBe('missing input: gpus.remappedRows.failure');
  });
});
