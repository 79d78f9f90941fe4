import { describe, expect, it } from '@jest/globals';
import type { Cache, System } from '@app/core';
import { aFrameCache, aFrameSystem, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

type Link = System['network'][number];
const MIB = 1024 ** 2;

function link(patch: Partial<Link> = {}): Link {
  return {
    interface: 'eth0',
    rxBytesPerSecond: 10 * MIB,
    txBytesPerSecond: 10 * MIB,
    errorsPerSecond: 0,
    dropsPerSecond: 0,
    packetsPerSecond: 10_000,
    linkBytesPerSecond: 1000 * MIB,
    ...patch,
  };
}
function outcome(network: readonly Link[], count = 3, caches?: (frame: number) => readonly Cache[]) {
  const window = aWindow(count, 60, (frame) => ({
    system: aFrameSystem({ network }),
    caches: caches?.(frame) ?? [],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'host-network-saturation');
}
const FULL = link({ interface: 'eth1', rxBytesPerSecond: 900 * MIB });

describe('host-network-saturation', () => {
  it('confirms a link that carries close to what it can', () => {
    const { finding } = outcome([link(), FULL]);
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toBe('The link eth1 carries 90 % of what it can.');
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual(['router-rebalance', 'notify-oncall']);
  });

  it.each<[string, Partial<Link>, boolean]>([
    ['exactly 80 % in one direction', { txBytesPerSecond: 800 * MIB }, true],
    ['less', { txBytesPerSecond: 799 * MIB }, false],
    ['80 % of both together', { rxBytesPerSecond: 400 * MIB, txBytesPerSecond: 400 * MIB }, false],
    ['more than one lost packet in a hundred', { errorsPerSecond: 60, dropsPerSecond: 41 }, true],
    ['exactly one', { errorsPerSecond: 60, dropsPerSecond: 40 }, false],
    ['drops on an idle link', { dropsPerSecond: 5, packetsPerSecond: 20 }, false],
    ['local traffic', { interface: 'lo', rxBytesPerSecond: 5000 * MIB }, false],
  ])('judges %s', (_, patch, isFound) => {
    expect(outcome([link(), link({ interface: 'eth1', ...patch })]).finding !== undefined).toBe(isFound);
  });

  it('is high while a cache is slow to load, and proposes to bypass its remote tier', () => {
    const slow = (frame: number) => [aFrameCache({ counters: { slowRetrievals: frame, remoteReads: frame } })];
    const { finding } = outcome([FULL], 3, slow);
    expect(finding?.severity).toBe('high');
    expect(finding?.candidateActions[0]).toEqual({
      type: 'lmcache-bypass-add',
      parameters: { backendName: 'RemoteBackend' },
    });
    expect(outcome([FULL], 3, () => [aFrameCache()]).finding?.severity).toBe('medium');
  });

  it('only suspects before its duration', () => {
    expect(outcome([FULL], 1).finding?.state).toBe('suspected');
  });

  it('finds losses where the speed of the link is unknown', () => {
    const virtual = link({ linkBytesPerSecond: null, dropsPerSecond: 900 });
    expect(outcome([virtual]).finding?.summary).toBe('The link eth0 loses packets: errors and drops are 9 % of them.');
  });

  it.each<[string, Partial<Link>, string]>([
    ['speed', { linkBytesPerSecond: null }, 'system.network.linkBytesPerSecond'],
    ['rates', { rxBytesPerSecond: null }, 'system.network.rxBytesPerSecond'],
  ])('is not evaluated without %s', (_, patch, signal) => {
    expect(outcome([link(patch)]).notEvaluated).toContain(signal);
    expect(outcome([]).notEvaluated).toContain('system.network.linkBytesPerSecond');
  });
});
