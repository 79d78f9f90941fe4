import { describe, expect, it } from '@jest/globals';
import type { Section, Snapshot } from '@app/core';
import {
  FRAME_GPU_UUID,
  aFrame,
  aFrameGpu,
  aFrameSystem,
  aFrameXid,
  anAnalysisContext,
  frameTime,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const LOST = 'nvidia-smi ended with exit code 15. A GPU was lost (fell off the bus).';
const QUOTED = `${LOST} It wrote: "Unable to determine the device handle for GPU 0000:3B:00.0: GPU is lost."`;

function analyze(...window: Snapshot[]) {
  return new Analyzer().analyze(window, anAnalysisContext());
}
function outcome(...window: Snapshot[]) {
  return outcomeOf(analyze(...window), 'gpu-lost');
}
const failed = (second: number, detail: string, options: { status?: Section['status'] } = {}) =>
  aFrame(second, { gpus: [], sections: { gpu: { status: options.status ?? 'failed', detail } } });
const OTHER = aFrameGpu({ index: 1, uuid: 'GPU-OTHER', pciBusId: '00000000:AF:00.0' });

describe('gpu-lost', () => {
  it('is critical by one line of XID 79, with the last good reading', () => {
    const { finding } = outcome(aFrame(0), aFrame(60, { gpus: [], events: [aFrameXid(79)] }));
    expect(finding).toMatchObject({ severity: 'critical', state: 'confirmed', subject: { id: FRAME_GPU_UUID } });
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ signal: 'gpus.temperature.gpuCelsius', value: 62, at: frameTime(0) }),
    );
    expect(finding?.candidateActions.map(({ type }) => type)).not.toContain('gpu-reset');
  });

  it('takes the line of the driver without an XID as well', () => {
    const event = aFrameXid(0, { kind: 'gpu-lost', code: null });
    expect(outcome(aFrame(60, { events: [event] })).finding).toBeDefined();
  });

  it('finds the GPU that the failing nvidia-smi names', () => {
    const { findings } = analyze(aFrame(0, { gpus: [aFrameGpu(), OTHER] }), failed(60, QUOTED));
    const lost = findings.filter(({ ruleId }) => ruleId === 'gpu-lost');
    expect(lost.map(({ subject }) => subject.id)).toEqual([FRAME_GPU_UUID]);
  });

  it('takes the only GPU where nvidia-smi names none, and else one without a name', () => {
    expect(outcome(aFrame(0), failed(60, LOST)).finding?.subject.id).toBe(FRAME_GPU_UUID);
    expect(outcome(aFrame(0, { gpus: [aFrameGpu(), OTHER] }), failed(60, LOST)).finding?.subject.id).toBe(
      'gpu-unknown',
    );
    expect(outcome(failed(60, LOST)).finding?.subject.id).toBe('gpu-unknown');
  });

  it('ends when the driver answers again', () => {
    expect(outcome(failed(60, LOST), aFrame(120)).finding).toBeUndefined();
    expect(outcome(failed(60, LOST), failed(120, 'no answer', { status: 'timeout' })).finding).toBeDefined();
  });

  it('does not call a device without a handle lost: the driver does not say so', () => {
    const detail =
      'nvidia-smi ended with exit code 255. The driver has no access to a GPU, mostly because it fell off the bus.';
    expect(outcome(failed(60, detail)).finding).toBeUndefined();
  });

  it('sees a GPU whose values the driver replaces by the fault', () => {
    const gone = aFrameGpu({ temperature: { gpuCelsius: null } });
    const gaps = [
      { signal: 'gpus.temperature.gpuCelsius', status: 'failed', reason: 'nvidia-smi gave "GPU is lost"' },
    ] as const;
    const { findings } = analyze(aFrame(60, { gpus: [gone, OTHER], gaps }));
    expect(findings.filter(({ ruleId }) => ruleId === 'gpu-lost').map(({ subject }) => subject.id)).toEqual([
      FRAME_GPU_UUID,
    ]);
  });

  it.each([
    'nvidia-smi ended with exit code 18. The loaded driver and its libraries have different versions, as after an update.',
    'nvidia-smi ended with exit code 9. The NVIDIA driver is not loaded.',
    'nvidia-smi ended with exit code 255. NVML could not start, as in a container that lost its GPU devices.',
    'A GPU needs a reset. Drain it, then reset it (nvidia-smi --gpu-reset) or reboot.',
  ])('does not take another failure for a lost GPU: %s', (detail) => {
    const { finding, notEvaluated } = outcome(aFrame(0), failed(60, detail));
    expect(finding).toBeUndefined();
    expect(notEvaluated).toContain('section gpu is failed');
  });

  it('counts a line up to a day, and none from before the last boot', () => {
    const gone = (second: number) => aFrame(second, { events: [aFrameXid(79)] });
    expect(outcome(gone(86_400)).finding).toBeDefined();
    expect(outcome(gone(86_401)).finding).toBeUndefined();
    const system = aFrameSystem({ uptimeSeconds: 30 });
    expect(outcome(aFrame(60, { system, events: [aFrameXid(79)] })).finding).toBeUndefined();
  });

  it('says nothing of GPUs that answer, nor of a network card in the kernel log', () => {
    const events = [aFrameXid(0, { kind: 'pcie-aer', code: null, pciBusId: '0000:5e:00.0' })];
    expect(outcome(aFrame(60, { events }))).toEqual({ finding: undefined, notEvaluated: undefined });
  });

  it('does not call a GPU fine that is gone from the list', () => {
    const { notEvaluated } = outcome(aFrame(0, { gpus: [aFrameGpu(), OTHER] }), aFrame(60, { gpus: [OTHER] }));
    expect(notEvaluated).toBe('the driver does not list the GPU');
  });
});
