import { describe, expect, it } from '@jest/globals';
import type { System } from '@app/core';
import { aFrameCache, aFrameSystem, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

type Disk = System['disks'][number];
const GIB = 1024 ** 3;

function disk(freeShare: number, patch: Partial<Disk> = {}): Disk {
  const totalBytes = 1000 * GIB;
  return {
    mount: '/models',
    filesystem: 'ext4',
    totalBytes,
    freeBytes: totalBytes * freeShare,
    totalInodes: 1000,
    freeInodes: 900,
    ...patch,
  };
}
function outcome(disks: (frame: number) => readonly Disk[], count = 3, stepSeconds = 60, hasCache = false) {
  const window = aWindow(count, stepSeconds, (frame) => ({
    system: aFrameSystem({ disks: disks(frame) }),
    caches: hasCache ? [aFrameCache()] : [],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'host-disk-full');
}

describe('host-disk-full', () => {
  it.each([
    [0.1, undefined],
    [0.099, 'medium'],
    [0.05, 'medium'],
    [0.049, 'high'],
    [0.03, 'high'],
    [0.029, 'critical'],
  ])('judges a free share of %d as %s', (share, severity) => {
    expect(outcome(() => [disk(share)]).finding?.severity).toBe(severity);
  });

  it('names the filesystem and what is left of it', () => {
    const { finding } = outcome(() => [disk(0.08)]);
    expect(finding).toMatchObject({ state: 'confirmed', subject: { kind: 'host' } });
    expect(finding?.summary).toBe('Only 8 % of the filesystem at /models is free (80 GiB of 1000 GiB).');
    expect(finding?.candidateActions).toEqual([{ type: 'host-free-disk', parameters: {} }]);
  });

  it('reports the worst of several and names the others', () => {
    const { finding } = outcome(() => [disk(0.09), disk(0.02, { mount: '/' }), disk(0.5, { mount: '/data' })]);
    expect(finding?.severity).toBe('critical');
    const mounts = finding?.evidence.filter(({ signal }) => signal === 'system.disks.mount').map(({ value }) => value);
    expect(mounts).toEqual(['/', '/models']);
  });

  it.each([
    [49, true],
    [50, false],
  ])('finds %d of 1000 inodes free', (freeInodes, isFound) => {
    const { finding } = outcome(() => [disk(0.5, { freeInodes })]);
    expect(finding !== undefined).toBe(isFound);
    if (isFound) {
      expect(finding?.summary).toBe('Only 4.9 % of the inodes of the filesystem at /models are free.');
    }
  });

  it('predicts from six hours when a filesystem is full', () => {
    const shrinking = (perHour: number) => (frame: number) => [disk(0.5 - frame * perHour)];
    const { finding } = outcome(shrinking(0.02), 10, 3600);
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toBe('The filesystem at /models fills up: at its present growth it is full in 16 hours.');
    expect(outcome(shrinking(0.01), 10, 3600)).toEqual({});
    expect(outcome(shrinking(0.02), 6, 3600)).toEqual({});
  });

  it('does not take another filesystem at the same place for growth', () => {
    const swapped = (frame: number) => [frame < 5 ? disk(0.9) : disk(0.3, { totalBytes: 999 * GIB })];
    expect(outcome(swapped, 10, 3600)).toEqual({});
  });

  it('leaves the boot partition alone', () => {
    expect(outcome(() => [disk(0.01, { mount: '/boot/efi' }), disk(0.5)])).toEqual({});
  });

  it('proposes a smaller disk tier only where there is a cache', () => {
    const { finding } = outcome(() => [disk(0.08)], 3, 60, true);
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual(['host-free-disk', 'lmcache-config:disk']);
  });

  it('only suspects before its duration', () => {
    expect(outcome(() => [disk(0.01)], 2).finding?.state).toBe('suspected');
  });

  it('is not evaluated without sizes', () => {
    expect(outcome(() => []).notEvaluated).toContain('system.disks.freeBytes');
    expect(outcome(() => [disk(0.01, { freeBytes: null })]).notEvaluated).toContain('system.disks.freeBytes');
  });
});
