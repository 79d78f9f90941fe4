import { describe, expect, it } from '@jest/globals';
import { aFaultTarget } from './fault-target.builder.js';
import { InjectedFaults } from './injected-faults.js';

describe('faults of the host', () => {
  it.each(['cpu', 'memory', 'io'] as const)('%s pressure comes with a noisy neighbour, and goes with it', (kind) => {
    const target = aFaultTarget();
    const faults = new InjectedFaults(target);
    const somePressure = (): number => target.machine.host.view().pressure[kind].some.avg10;
    const before = somePressure();
    faults.inject(`noisy-neighbour-${kind === 'io' ? 'disk' : kind}`, {}, 0);
    target.machine.advance(60);
    expect(somePressure()).toBeGreaterThan(before + 20);
    faults.removeAll();
    target.machine.advance(90);
    expect(somePressure()).toBeLessThan(before + 5);
  });

  it('a neighbour that leaves some memory is not killed, and one that wants more than there is, is', () => {
    const kills = (parameters: Record<string, number>): number => {
      const target = aFaultTarget();
      new InjectedFaults(target).inject('noisy-neighbour-memory', parameters, 0);
      target.machine.advance(60);
      return target.machine.host.view().paging.oomKills;
    };
    expect(kills({})).toBe(0);
    expect(kills({ leftRatio: -0.1 })).toBeGreaterThan(0);
  });
});
