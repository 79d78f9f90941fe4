import { describe, expect, it } from '@jest/globals';
import type { System } from '@app/core';
import { type Patch, aFrameSystem, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(patch: Patch<System>, count = 3) {
  const window = aWindow(count, 60, () => ({ system: aFrameSystem(patch) }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'host-cpu-pressure');
}
const cpu = (patch: Patch<System['cpu']>): Patch<System> => ({ cpu: patch });

describe('host-cpu-pressure', () => {
  it('confirms tasks that wait for a CPU', () => {
    const { finding } = outcome({ pressure: { cpuSomeAvg60: 40 } });
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed', confidence: 'high' });
    expect(finding?.summary).toBe('Tasks waited for a CPU for 40 % of the time.');
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual(['host-tune', 'k8s-patch-resources']);
  });

  it.each<[string, Patch<System>, boolean]>([
    ['pressure at its bound', { pressure: { cpuSomeAvg60: 25 } }, true],
    ['pressure below', { pressure: { cpuSomeAvg60: 24.9 } }, false],
    ['the short average in every sample', { pressure: { cpuSomeAvg10: 25 } }, true],
    ['stolen time', cpu({ stealRatio: 0.11 }), true],
    ['stolen time at its bound', cpu({ stealRatio: 0.1 }), false],
    ['load at its bound', cpu({ load1m: 128 }), false],
    [
      'use of all cores but the one of the engine at its bound',
      cpu({ logicalCores: 11, utilizationRatio: 10 / 11 }),
      false,
    ],
  ])('judges %s', (_, patch, isFound) => {
    expect(outcome(patch).finding !== undefined).toBe(isFound);
  });

  it.each([
    ['use', cpu({ utilizationRatio: 0.95 }), 'The CPUs are 94.9 % used, besides one for each engine.'],
    ['load', cpu({ load1m: 192 }), 'There are 3 tasks per core that run or want to.'],
  ])('takes a quarter of an hour to believe %s', (_, patch, summary) => {
    expect(outcome(patch, 15).finding?.state).toBe('suspected');
    expect(outcome(patch, 16).finding).toMatchObject({ state: 'confirmed', confidence: 'medium', summary });
  });

  it('does not count the core that an engine keeps busy by design', () => {
    expect(outcome(cpu({ logicalCores: 2, load1m: 2, utilizationRatio: 0.94 }), 16)).toEqual({});
    expect(outcome(cpu({ logicalCores: 2, load1m: 2, utilizationRatio: 0.96 }), 16).finding).toBeDefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome({ pressure: { cpuSomeAvg60: 40 } }, 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without pressure', () => {
    expect(outcome({ pressure: { cpuSomeAvg60: null, cpuSomeAvg10: null } }).notEvaluated).toContain(
      'system.pressure.cpuSomeAvg60',
    );
  });
});
