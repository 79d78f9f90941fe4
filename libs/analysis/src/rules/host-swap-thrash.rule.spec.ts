import { describe, expect, it } from '@jest/globals';
import type { System } from '@app/core';
import { type Patch, aFrameSystem, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const MEGABYTE = 1_000_000;

function outcome(patch: (frame: number) => Patch<System>, count = 3) {
  const window = aWindow(count, 60, (frame) => ({ system: aFrameSystem(patch(frame)) }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'host-swap-thrash');
}
function swapping(inBytes: number | null, outBytes: number | null = 0): Patch<System> {
  return {
    memory: { swapTotalBytes: 1000, swapUsedBytes: 500 },
    paging: { swapInBytesPerSecond: inBytes, swapOutBytesPerSecond: outBytes },
  };
}
const used = (swapUsedBytes: number): Patch<System> => ({
  ...swapping(0),
  memory: { swapTotalBytes: 1000, swapUsedBytes },
});

describe('host-swap-thrash', () => {
  it('confirms memory that goes to swap and back', () => {
    const { finding } = outcome(() => swapping(8 * 1024 ** 2, 4 * 1024 ** 2));
    expect(finding).toMatchObject({ severity: 'high', state: 'confirmed', subject: { kind: 'host' } });
    expect(finding?.summary).toBe('The host moves 12 MiB/s between memory and swap.');
    expect(finding?.candidateActions.map(({ type }) => type)).toContain('k8s-patch-resources');
  });

  it('holds from exactly a megabyte per second, both ways together', () => {
    expect(outcome(() => swapping(MEGABYTE / 2, MEGABYTE / 2)).finding).toBeDefined();
    expect(outcome(() => swapping(MEGABYTE / 2, MEGABYTE / 2 - 1))).toEqual({});
  });

  it('leaves swap alone that is used and at rest', () => {
    expect(outcome(() => used(990))).toEqual({});
  });

  it('confirms a full swap that still fills up', () => {
    const { finding } = outcome((frame) => used(850 + frame * 10), 4);
    expect(finding?.state).toBe('confirmed');
    expect(finding?.summary).toBe('The swap is 88 % full and still filling up.');
    expect(outcome((frame) => used(770 + frame * 10), 4)).toEqual({});
  });

  it('only suspects before its duration', () => {
    expect(outcome((frame) => swapping(frame === 0 ? 0 : MEGABYTE), 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without rates, unless there is no swap', () => {
    expect(outcome(() => swapping(null)).notEvaluated).toContain('system.paging.swapInBytesPerSecond');
    expect(outcome(() => ({}))).toEqual({});
  });
});
