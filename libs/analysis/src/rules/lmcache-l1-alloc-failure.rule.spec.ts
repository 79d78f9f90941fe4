import { describe, expect, it } from '@jest/globals';
import type { System } from '@app/core';
import { aFrameCache, aFrameSystem, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const disk = (freeBytes: number): System['disks'][number] => ({
  mount: '/cache',
  filesystem: 'ext4',
  totalBytes: 100,
  freeBytes,
  totalInodes: null,
  freeInodes: null,
});

function outcome(failures: readonly (number | null)[], freeBytes = 50, stepSeconds = 60) {
  const window = aWindow(failures.length, stepSeconds, (frame) => ({
    caches: [aFrameCache({ counters: { allocationFailures: failures[frame] ?? null } })],
    system: aFrameSystem({ disks: [disk(freeBytes)] }),
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'lmcache-l1-alloc-failure');
}

describe('lmcache-l1-alloc-failure', () => {
  it('confirms failures in three intervals', () => {
    const { finding } = outcome([0, 1, 5, 6]);
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toBe(
      'LMCache found no room for what it should store or load: 6 failures while they went on.',
    );
  });

  it('only suspects before the third', () => {
    expect(outcome([0, 1, 2]).finding?.state).toBe('suspected');
    expect(outcome([0, 1, 2, 3, 4], 50, 15).finding?.state).toBe('suspected');
    expect(outcome([0, 1, 2, 3, 4, 5], 50, 15).finding?.state).toBe('confirmed');
  });

  it('takes one burst for a start', () => {
    expect(outcome([0, 900, 900, 900])).toEqual({});
    expect(outcome([900, 900, 900, 900])).toEqual({});
  });

  it('leaves the actions to a disk that is full', () => {
    const types = (free: number) => outcome([0, 1, 2, 3], free).finding?.candidateActions.map(({ type }) => type);
    expect(outcome([0, 1, 2, 3], 4).finding?.causedBy).toEqual(['host-disk-full:local']);
    expect(types(4)).toEqual([]);
    expect(types(50)).toEqual(['lmcache-config:l1-size', 'lmcache-health-check']);
  });

  it('is not evaluated without the counter, nor from one sample', () => {
    expect(outcome([null, null]).notEvaluated).toContain('caches.counters.allocationFailures');
    expect(outcome([3]).notEvaluated).toContain('needs another sample');
  });
});
