import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FaultTarget } from './fault.js';
import { aFaultTarget } from './fault-target.builder.js';
import { FAULTS } from './faults.js';
import { FaultConflict, InjectedFaults } from './injected-faults.js';

describe('injected faults', () => {
  let target: FaultTarget;
  let faults: InjectedFaults;
  beforeEach(() => {
    target = aFaultTarget({ warmSeconds: 0 });
    faults = new InjectedFaults(target);
  });
  const inject = (id: string, parameters: Record<string, unknown> = {}) => faults.inject(id, parameters, 0);

  it('are listed with the values that they have, and leave the list when they are removed', () => {
    const { id } = inject('power-brake', { gpu: 1 });
    expect(faults.list).toEqual([
      {
        id,
        fault: 'power-brake',
        parameters: { gpu: 1, clockRatio: 0.5 },
        injectedAt: '1970-01-01T00:00:00.000Z',
      },
    ]);
    expect([faults.remove(id), faults.remove(id)]).toEqual([true, false]);
    expect(faults.list).toEqual([]);
  });

  it('may be on several parts, and not twice on one', () => {
    inject('power-brake', { gpu: 0 });
    inject('power-brake', { gpu: 1 });
    inject('power-cap', { gpu: 1 });
    expect(() => inject('power-brake', { gpu: 1, clockRatio: 0.3 })).toThrow(FaultConflict);
    expect(faults.list).toHaveLength(3);
  });

  it.each([
    ['a fault that there is not', 'rain', {}],
    ['a part that there is not', 'power-brake', { gpu: 2 }],
    ['a parameter that there is not', 'power-brake', { watts: 3 }],
    ['a value that is no number', 'power-brake', { clockRatio: 'half' }],
    ['a value out of its bounds', 'power-brake', { clockRatio: 7 }],
    ['half an engine', 'engine-hang', { engine: 0.5 }],
    ['a remote tier that there is not', 'slow-remote-cache', { cache: 9 }],
  ])('are refused for %s', (_, id, parameters) => {
    expect(() => inject(id, parameters)).toThrow(RangeError);
    expect(faults.list).toEqual([]);
  });

  it('can all be there at once and all be removed, in any order', () => {
    for (const { id } of FAULTS) inject(id);
    target.machine.advance(2);
    faults.removeAll();
    expect(faults.list).toEqual([]);
    expect(() => target.machine.advance(2)).not.toThrow();
  });
});
