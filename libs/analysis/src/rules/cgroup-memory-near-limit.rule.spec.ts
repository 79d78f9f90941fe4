import { describe, expect, it } from '@jest/globals';
import type { System } from '@app/core';
import { type Patch, aFrameCache, aFrameSystem, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const GIB = 1024 ** 3;
type Group = Patch<System['cgroup']>;

function group(currentShare: number, inactiveShare: number = 0, patch: Group = {}): Group {
  return {
    path: '/engine',
    memoryLimitBytes: 100 * GIB,
    memoryCurrentBytes: currentShare * 100 * GIB,
    memoryInactiveFileBytes: inactiveShare * 100 * GIB,
    ...patch,
  };
}
function outcome(cgroup: (frame: number) => Group, count = 3, hasCache = false) {
  const window = aWindow(count, 60, (frame) => ({
    system: aFrameSystem({ cgroup: cgroup(frame) }),
    caches: hasCache ? [aFrameCache()] : [],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'cgroup-memory-near-limit');
}
const events = (max: number, high = 0): Group => ({ memoryEvents: { high, max, oom: 0, oomKills: 0 } });

describe('cgroup-memory-near-limit', () => {
  it.each([
    [0.899, undefined],
    [0.9, 'medium'],
    [0.979, 'medium'],
    [0.98, 'critical'],
  ])('judges a working set of %d of the limit as %s', (share, severity) => {
    expect(outcome(() => group(share)).finding?.severity).toBe(severity);
  });

  it('names the limit and what to do', () => {
    const { finding } = outcome(() => group(0.97, 0.02), 3, true);
    expect(finding?.state).toBe('confirmed');
    expect(finding?.summary).toBe('The working set of the control group is 95 % of its memory limit (100 GiB).');
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual([
      'k8s-patch-resources',
      'lmcache-config:l1-size',
    ]);
  });

  it('does not count file cache, which is given back', () => {
    expect(outcome(() => group(1, 0.5))).toEqual({});
    expect(outcome((frame) => group(1, 0.5, events(frame * 100)))).toEqual({});
  });

  it.each([
    ['its limit', (frame: number) => events(frame)],
    ['its soft bound', (frame: number) => events(0, frame)],
  ])('finds a large group that runs into %s', (_, patch) => {
    const { finding } = outcome((frame) => group(0.85, 0, patch(frame)));
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toBe(
      'The control group runs into its memory bound, with a working set of 85 % of the limit (100 GiB).',
    );
  });

  it('does not compare the counters of two groups', () => {
    const moved = (frame: number) => group(0.85, 0, { ...events(frame), path: `/pod-${frame}` });
    expect(outcome(moved)).toEqual({});
  });

  it('has nothing to say without a limit', () => {
    expect(outcome(() => group(0.95, 0, { memoryLimitBytes: null })).notEvaluated).toContain('no memory limit');
  });

  it('only suspects before its duration', () => {
    expect(outcome(() => group(0.99), 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without what is used, or how much of it is file cache', () => {
    expect(outcome(() => group(0.95, 0, { memoryCurrentBytes: null })).notEvaluated).toContain(
      'system.cgroup.memoryCurrentBytes',
    );
    expect(outcome(() => group(0.95, 0, { memoryInactiveFileBytes: null })).notEvaluated).toContain(
      'system.cgroup.memoryInactiveFileBytes',
    );
  });
});
