import { describe, expect, it } from '@jest/globals';
import type { System } from '@app/core';
import {
  type Patch,
  aFrameEngine,
  aFrameGpu,
  aFrameSystem,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
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

  it('counts over five minutes, not in each interval', () => {
    const inBursts = (frame: number) => ({
      cpuPeriods: frame * 600,
      cpuThrottledPeriods: [0, 300, 300, 600, 600, 900, 900, 1200, 1200][frame] ?? 0,
    });
    expect(outcome(inBursts, 9).finding?.state).toBe('confirmed');
    const onceInFive = (frame: number) => ({ cpuPeriods: frame * 600, cpuThrottledPeriods: frame < 5 ? 0 : 300 });
    expect(outcome(onceInFive, 8)).toEqual({});
  });

  it('does not count across groups', () => {
    const restarted = (frame: number) => ({
      path: `/pod-${frame < 3 ? 1 : 2}`,
      ...throttled(frame < 3 ? 0 : 240)(frame),
    });
    const { finding } = outcome(restarted);
    expect(finding).toMatchObject({ state: 'suspected' });
    expect(finding?.evidence[0]).toMatchObject({ value: 0.4, windowSeconds: 120 });
  });

  it('is high while the GPUs of an engine wait for it', () => {
    const window = aWindow(6, 60, (frame) => ({
      system: aFrameSystem({ cgroup: throttled(240)(frame) }),
      gpus: [aFrameGpu({ utilization: { gpuRatio: 0.2 } })],
    }));
    const { finding } = outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'cgroup-cpu-throttled');
    expect(finding?.severity).toBe('high');
  });

  it('is high while first tokens are late in the front end', () => {
    const histogram = (count: number, seconds: number) => ({
      upperBounds: [2, null],
      cumulativeCounts: [0, count],
      sum: count * seconds,
      count,
    });
    const window = aWindow(6, 60, (frame) => ({
      system: aFrameSystem({ cgroup: throttled(240)(frame) }),
      engines: [
        aFrameEngine({
          histograms: {
            ttft: histogram(frame * 10, 5),
            queueTime: histogram(frame * 10, 1),
            prefillTime: histogram(frame * 10, 1),
          },
        }),
      ],
    }));
    const { finding } = outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'cgroup-cpu-throttled');
    expect(finding?.severity).toBe('high');
  });

  it('is not evaluated without its counters, nor from one sample', () => {
    const none = { cpuPeriods: null, cpuThrottledPeriods: null };
    expect(outcome(() => none).notEvaluated).toBe(
      'missing input: system.cgroup.cpuPeriods, system.cgroup.cpuThrottledPeriods',
    );
    expect(outcome(throttled(240), 1).notEvaluated).toContain('needs another sample');
  });
});
