import { describe, expect, it } from '@jest/globals';
import type { Snapshot } from '@app/core';
import {
  type FrameOptions,
  aFrame,
  aFrameEngine,
  aFrameXid,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(...window: Snapshot[]) {
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'nvml-driver-mismatch');
}
const failed = (detail: string, options: FrameOptions = {}) =>
  aFrame(60, { gpus: [], ...options, sections: { gpu: { status: 'failed', detail }, ...options.sections } });
const MISMATCH =
  'nvidia-smi ended with exit code 18. It wrote: "Failed to initialize NVML: Driver/library version mismatch"';

describe('nvml-driver-mismatch', () => {
  it.each([
    [MISMATCH, 'medium'],
    ['nvidia-smi ended with exit code 18.', 'medium'],
    ['nvidia-smi ended with exit code 255. It wrote: "Driver/library version mismatch"', 'medium'],
    ['nvidia-smi ended with exit code 9. The NVIDIA driver is not loaded.', 'critical'],
    ['It wrote: "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver."', 'critical'],
    ['nvidia-smi ended with exit code 12. The NVML library is missing.', 'medium'],
    ['nvidia-smi ended with exit code 13. The NVML library lacks a function that nvidia-smi needs.', 'medium'],
  ])('judges %j as %s', (detail, severity) => {
    const { finding } = outcome(failed(detail));
    expect(finding).toMatchObject({ severity, state: 'confirmed', subject: { kind: 'host' } });
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual([
      'notify-oncall',
      'k8s-cordon',
      'host-fix-driver',
    ]);
  });

  it('is high for a mismatch when an engine is down as well', () => {
    expect(outcome(failed(MISMATCH, { engines: [aFrameEngine({ up: false })] })).finding?.severity).toBe('high');
    const silent = failed(MISMATCH, { engines: [], sections: { engines: { status: 'failed' } } });
    expect(outcome(silent).finding?.severity).toBe('high');
  });

  it("shows the driver's last version and its line in the kernel log", () => {
    const event = aFrameXid(0, { kind: 'driver-mismatch', code: null, pciBusId: null, message: 'NVRM: API mismatch' });
    const { finding } = outcome(aFrame(0), failed(MISMATCH, { events: [event] }));
    expect(finding?.evidence.map(({ value }) => value)).toEqual(
      expect.arrayContaining(['570.86.15', 'NVRM: API mismatch', 18]),
    );
  });

  it('says nothing while the GPUs can be read, and ends when they can again', () => {
    expect(outcome(aFrame(60))).toEqual({ finding: undefined, notEvaluated: undefined });
    expect(outcome(failed(MISMATCH), aFrame(120)).finding).toBeUndefined();
  });

  it.each([
    'A GPU was lost (fell off the bus).',
    'nvidia-smi ended with exit code 255. The driver had an internal error.',
  ])('does not judge another failure: %s', (detail) => {
    expect(outcome(failed(detail))).toEqual({
      finding: undefined,
      notEvaluated: `section gpu is failed: ${detail}`,
    });
  });
});
