import { describe, expect, it } from '@jest/globals';
import type { AnalysisContext } from '../analysis-context.js';
import {
  type FrameOptions,
  FRAME_GPU_UUID,
  aFrameGpu,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const FIRST = aFrameGpu();
const SECOND = aFrameGpu({ index: 1, uuid: 'GPU-SECOND', pciBusId: '00000000:AF:00.0' });
const BOTH: FrameOptions = { gpus: [FIRST, SECOND] };
const ONE: FrameOptions = { gpus: [SECOND] };

function outcome(frames: readonly FrameOptions[], context: Partial<AnalysisContext> = {}) {
  const window = aWindow(frames.length, 60, (frame) => frames[frame] ?? {});
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext(context)), 'gpu-missing');
}
const failed = (detail: string, status: 'failed' | 'absent' | 'denied' = 'failed'): FrameOptions => ({
  gpus: [],
  sections: { gpu: { status, detail } },
});

describe('gpu-missing', () => {
  it('is critical when an engine used the GPU that two answers do not show any more', () => {
    const { finding } = outcome([BOTH, ONE, ONE]);
    expect(finding).toMatchObject({ severity: 'critical', state: 'confirmed', subject: { kind: 'host' } });
    expect(finding?.summary).toBe(`The driver shows 1 of 2 GPUs; missing: ${FRAME_GPU_UUID}.`);
  });

  it('is high when no engine is known to have used it', () => {
    expect(outcome([BOTH, { gpus: [FIRST] }, { gpus: [FIRST] }]).finding?.severity).toBe('high');
  });

  it('needs two answers', () => {
    expect(outcome([BOTH, ONE])).toEqual({
      finding: undefined,
      notEvaluated: 'a GPU is missing in the newest answer only',
    });
    expect(outcome([BOTH, ONE, BOTH]).finding).toBeUndefined();
  });

  it('compares with the configured GPUs, also where the number is right', () => {
    const expectedGpuUuids = [FRAME_GPU_UUID, 'GPU-THIRD'];
    expect(outcome([BOTH, BOTH], { expectedGpuUuids }).finding?.summary).toContain('GPU-THIRD');
    expect(outcome([BOTH, BOTH], { expectedGpuUuids: [FRAME_GPU_UUID] }).finding).toBeUndefined();
  });

  it('believes the driver that counts a GPU which it does not describe', () => {
    const gaps = [
      { signal: 'gpus', status: 'partial', reason: 'the driver counts 2 GPUs and nvidia-smi describes 1' },
    ] as const;
    const frame: FrameOptions = { ...ONE, gaps, sections: { gpu: { status: 'partial', detail: null } } };
    expect(outcome([frame, frame]).finding?.summary).toBe('The driver shows 1 of 2 GPUs.');
    const cut: FrameOptions = {
      ...frame,
      sections: { gpu: { status: 'partial', detail: 'The log is not whole (cut).' } },
    };
    expect(outcome([cut, cut])).toEqual({ finding: undefined, notEvaluated: 'the log of nvidia-smi is cut off' });
  });

  it('takes "no devices" for an answer, and every other failure for none', () => {
    const none = failed('nvidia-smi ended with exit code 6. nvidia-smi found no GPU.', 'absent');
    expect(outcome([BOTH, none, none]).finding?.summary).toContain('0 of 2 GPUs');
    const denied = failed('The driver denies access to the GPU.', 'denied');
    expect(outcome([BOTH, denied, denied])).toEqual({
      finding: undefined,
      notEvaluated: 'section gpu is denied: The driver denies access to the GPU.',
    });
  });

  it('says nothing of a full host, of one GPU in the place of another, or of a host without any', () => {
    expect(outcome([BOTH, BOTH])).toEqual({ finding: undefined, notEvaluated: undefined });
    const swapped: FrameOptions = { gpus: [SECOND, aFrameGpu({ uuid: 'GPU-NEW' })] };
    expect(outcome([BOTH, swapped, swapped]).finding).toBeUndefined();
    const none = failed('nvidia-smi found no GPU.', 'absent');
    expect(outcome([none, none]).notEvaluated).toBe('the host is not known to have a GPU');
  });
});
