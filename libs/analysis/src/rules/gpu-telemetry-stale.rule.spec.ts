import { describe, expect, it } from '@jest/globals';
import type { Section } from '@app/core';
import { type FrameOptions, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(count: number, stepSeconds: number, section: (frame: number) => Partial<Section>) {
  const window = aWindow(count, stepSeconds, (frame): FrameOptions => {
    const gpu = section(frame);
    return gpu.status === undefined || gpu.status === 'ok' ? { sections: { gpu } } : { gpus: [], sections: { gpu } };
  });
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-telemetry-stale');
}
/** Read once, then silent. */
const silent = (frame: number): Partial<Section> =>
  frame === 0 ? {} : { status: 'timeout', detail: 'nvidia-smi did not answer within 5000 ms' };

describe('gpu-telemetry-stale', () => {
  it('becomes worse the longer nothing was read', () => {
    const after = (seconds: number) => outcome(seconds / 15 + 1, 15, silent).finding;
    expect(after(60)).toMatchObject({ state: 'confirmed', severity: 'low', subject: { kind: 'host' } });
    expect(after(285)?.severity).toBe('low');
    expect(after(300)?.severity).toBe('medium');
    expect(after(585)?.severity).toBe('medium');
    expect(after(600)?.severity).toBe('high');
    expect(after(600)?.summary).toBe('The GPUs could not be read for 600 s: the source is timeout.');
  });

  it('only suspects within a minute, and within three missed intervals of sparse frames', () => {
    expect(outcome(4, 15, silent).finding?.state).toBe('suspected');
    expect(outcome(4, 60, silent).finding?.state).toBe('suspected');
    expect(outcome(5, 60, silent).finding?.state).toBe('confirmed');
  });

  it('counts from the first frame where nothing was ever read', () => {
    const failed: Partial<Section> = { status: 'failed', detail: 'The driver had an internal error.' };
    expect(outcome(3, 15, () => failed).finding?.state).toBe('suspected');
    expect(outcome(5, 15, () => failed).finding?.state).toBe('confirmed');
  });

  it('is low when every reading takes long for ten minutes', () => {
    const slow = (durationMs: number) => (): Partial<Section> => ({ durationMs });
    expect(outcome(11, 60, slow(5001)).finding).toMatchObject({ state: 'confirmed', severity: 'low' });
    expect(outcome(10, 60, slow(5001)).finding?.state).toBe('suspected');
    expect(outcome(11, 60, slow(5000)).finding).toBeUndefined();
  });

  it('ends after three readings', () => {
    const again = (count: number) => outcome(6 + count, 15, (frame) => (frame > 5 ? {} : silent(frame))).finding;
    expect(again(2)).toBeDefined();
    expect(again(3)).toBeUndefined();
  });

  it('says nothing of GPUs that are read, nor of a host that never had one', () => {
    expect(outcome(5, 15, () => ({}))).toEqual({ finding: undefined, notEvaluated: undefined });
    const absent: Partial<Section> = { status: 'absent', detail: 'nvidia-smi was not found on PATH.' };
    expect(outcome(9, 15, () => absent)).toEqual({
      finding: undefined,
      notEvaluated: 'the host is not known to have a GPU',
    });
  });

  it('finds a source that is gone from a host with GPUs, but not one that answers "no GPU"', () => {
    const gone =
      (detail: string) =>
      (frame: number): Partial<Section> =>
        frame === 0 ? {} : { status: 'absent', detail };
    expect(outcome(6, 15, gone('nvidia-smi was not found on PATH.')).finding?.state).toBe('confirmed');
    expect(outcome(6, 15, gone('nvidia-smi found no GPU.')).finding).toBeUndefined();
    expect(outcome(6, 15, gone('The GPU source is switched off.')).finding).toBeUndefined();
  });
});
