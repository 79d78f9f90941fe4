import { describe, expect, it } from '@jest/globals';
import type { Snapshot } from '@app/core';
import { aFrame, aFrameGpu, aFrameXid, anAnalysisContext, frameTime, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(...window: Snapshot[]) {
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-recovery-action-required');
}
const asking = (recoveryAction: string | null, second = 0) => aFrame(second, { gpus: [aFrameGpu({ recoveryAction })] });
const announcing = (change: string, recoveryAction: string | null = null) => {
  const message = `NVRM: Xid (PCI:0000:3b:00): 154, GPU recovery action changed from ${change}`;
  return aFrame(60, { gpus: [aFrameGpu({ recoveryAction })], events: [aFrameXid(154, { message })] });
};

describe('gpu-recovery-action-required', () => {
  it.each([
    ['Reset', 'critical', ['gpu-drain', 'gpu-reset']],
    ['GPU Reset', 'critical', ['gpu-drain', 'gpu-reset']],
    ['Node Reboot', 'critical', ['k8s-cordon', 'notify-oncall']],
    ['Drain P2P', 'critical', ['notify-oncall']],
    ['Drain and Reset', 'high', ['gpu-drain', 'gpu-reset']],
    ['Recover IMEX domain', 'critical', ['notify-oncall']],
    ['Something New', 'critical', ['notify-oncall']],
  ])('does what %j says', (action, severity, types) => {
    const { finding } = outcome(asking(action));
    expect(finding).toMatchObject({ severity, state: 'confirmed' });
    expect(finding?.summary).toContain(action);
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual(types);
  });

  it('says nothing when the driver asks for nothing, or does so no more', () => {
    expect(outcome(asking('None'))).toEqual({ finding: undefined, notEvaluated: undefined });
    expect(outcome(asking('Reset'), asking('None', 60)).finding).toBeUndefined();
  });

  it('tells what the driver asked for before', () => {
    expect(outcome(asking('None'), asking('Reset', 60)).finding?.evidence).toContainEqual(
      expect.objectContaining({ signal: 'derived.recoveryActionBefore', value: 'None' }),
    );
  });

  it('takes the new value of XID 154 where the driver gives none, and is less sure of it', () => {
    const { finding } = outcome(announcing('0x0 (None) to 0x2 (Node Reboot Required)'));
    expect(finding).toMatchObject({ severity: 'critical', confidence: 'medium' });
    expect(finding?.candidateActions.map(({ type }) => type)).toContain('k8s-cordon');
    expect(outcome(announcing('0x1 (GPU Reset Required) to 0x0 (None)')).finding).toBeUndefined();
  });

  it('believes the driver rather than what it announced earlier', () => {
    expect(outcome(announcing('0x0 (None) to 0x1 (GPU Reset Required)', 'None')).finding).toBeUndefined();
  });

  it('goes by the last of several announcements', () => {
    const at = (second: number, change: string) =>
      aFrameXid(154, { at: frameTime(second), message: `GPU recovery action changed from ${change}` });
    const events = [at(50, '0x1 (GPU Reset Required) to 0x0 (None)'), at(10, '0x0 (None) to 0x1 (GPU Reset Required)')];
    expect(outcome(aFrame(60, { gpus: [aFrameGpu({ recoveryAction: null })], events })).finding).toBeUndefined();
  });

  it('finds the GPU that made nvidia-smi fail for want of a reset', () => {
    const detail = 'A GPU needs a reset. It wrote: "GPU 00000000:3B:00.0: GPU requires reset"';
    const frame = aFrame(60, { gpus: [], sections: { gpu: { status: 'failed', detail } } });
    expect(outcome(frame).finding).toMatchObject({ severity: 'critical', subject: { id: '0000:3b:00' } });
  });

  it('is not evaluated where nobody tells', () => {
    expect(outcome(asking(null)).notEvaluated).toBe('missing input: gpus.recoveryAction');
  });
});
