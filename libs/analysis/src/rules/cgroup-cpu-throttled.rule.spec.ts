import { describe, expect, it } from '@jest/globals';
import type { System } from '@app/core';
import { type Patch, aFrameSystem, aWindow, anAnalysisContext, outcomeOf } from '@app/testing';
import { Analyzer } from '../analyzer.js';

function outcome(cgroup: (frame: number) => Patch<System['cgroup']>, count = 6) {
  const window = aWindow(count, 60, (frame) => ({ system: aFrameSystem({ cgroup: cgroup(frame) }) }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'cgroup-cpu-throttled');
}
function throttled(perMinute: number, periodsPerMinute = 600) {
  return (frame: number) => ({ cpuPeriods: frame * periodsPerMinute, cpuThrottledPeriods: frame * perMinute });
}

describe('cgroup-cpu-throttled', () => {
  it('confirms five minutes of throttling', () => {
    const { finding } = outcome(throttled(240));
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toBe('The CPU limit was hit in 40 % of the scheduling periods (1200 of 3000).');
    expect(finding?.evidence[0]).toMatchObject({ windowSeconds: 300 });
  });

  it('holds from exactly a quarter of the periods', () => {
    expect(outcome(throttled(150)).finding).toBeDefined();
    expect(outcome(throttled(149)).finding).toBeUndefined();
  });

  it('only suspects before five minutes', () => {
    expect(outcome(throttled(240), 5).finding?.state).toBe('suspected');
  });

  it('says nothing of a handful of periods, or without a limit', () => {
    expect(outcome(throttled(10, 15)).finding).toBeUndefined();
    expect(outcome(() => ({ cpuPeriods: 0, cpuThrottledPeriods: 0 }))).toEqual({});
  });

  it('is not evaluated without its counters, nor from one sample', () => {
    const none = { cpuPeriods: null, cpuThrottledPeriods: null };
    expect(outcome(() => none).notEvaluated).toBe(
      'missing input: system.cgroup.cpuPeriods, system.cgroup.cpuThrottledPeriods',
    );
    expect(outcome(throttled(240), 1).notEvaluated).toContain('needs another sample');
  });
});
