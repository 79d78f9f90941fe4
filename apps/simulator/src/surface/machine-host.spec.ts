import { describe, expect, it } from '@jest/globals';
import { Machine } from '../machine/machine.js';
import { MachineHost } from './machine-host.js';

describe('commands to the machine', () => {
  const machine = new Machine({ gpus: 2, engines: 1, warmSeconds: 1, cache: { capacityGib: 8, remoteGib: 8 } });
  const host = new MachineHost(machine);

  it('set its GPUs', () => {
    expect(host.perform({ kind: 'gpu-power-limit', gpu: 1, watts: 500 })).toEqual({ kind: 'done' });
    host.perform({ kind: 'gpu-lock-clocks', gpu: 1, minMhz: 990, maxMhz: 1500 });
    host.perform({ kind: 'gpu-persistence', gpu: 1, isOn: false });
    expect(host.view().gpus[1]).toMatchObject({
      power: { requestedLimitWatts: 500 },
      clocks: { lockedMhz: [990, 1500] },
      isPersistent: false,
    });
  });

  it('set its engine and its cache', () => {
    host.perform({ kind: 'engine-pause', engine: 0 });
    host.perform({ kind: 'cache-bypass', cache: 0, backend: 'RemoteBackend', isBypassed: true });
    host.perform({ kind: 'cache-freeze', cache: 0, isFrozen: true });
    expect(host.view().engines[0]?.isPaused).toBe(true);
    expect(host.view().caches[0]).toMatchObject({ bypassed: ['RemoteBackend'], isFrozen: true });
    expect(host.perform({ kind: 'cache-clear', cache: 0, locations: null })).toMatchObject({
      kind: 'done',
      count: expect.any(Number),
    });
  });

  it('fail where the machine refuses', () => {
    expect(host.perform({ kind: 'gpu-power-limit', gpu: 0, watts: 5 })).toMatchObject({ kind: 'failed' });
    expect(host.perform({ kind: 'gpu-reset-clocks', gpu: 9 })).toEqual({ kind: 'failed', reason: 'there is no GPU 9' });
  });
});
