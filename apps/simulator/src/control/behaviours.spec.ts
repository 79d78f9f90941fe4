import { beforeEach, describe, expect, it } from '@jest/globals';
import { Machine } from '../machine/index.js';
import { MachineHost } from '../surface/machine-host.js';
import type { HostCommand } from '../surface/host-port.js';
import { COMMAND_KINDS, MisbehavingHost } from './behaviours.js';

const COMMANDS: readonly HostCommand[] = [
  { kind: 'gpu-power-limit', gpu: 0, watts: 500 },
  { kind: 'gpu-lock-clocks', gpu: 0, minMhz: 1500, maxMhz: 1500 },
  { kind: 'gpu-reset-clocks', gpu: 0 },
  { kind: 'gpu-persistence', gpu: 0, isOn: true },
  { kind: 'gpu-compute-mode', gpu: 0, mode: 'Default' },
  { kind: 'engine-sleep', engine: 0, level: 1 },
  { kind: 'engine-wake', engine: 0 },
  { kind: 'engine-pause', engine: 0 },
  { kind: 'engine-resume', engine: 0 },
  { kind: 'engine-reset-prefix-cache', engine: 0 },
  { kind: 'cache-bypass', cache: 0, backend: 'LocalCPUBackend', isBypassed: true },
  { kind: 'cache-freeze', cache: 0, isFrozen: true },
  { kind: 'cache-clear', cache: 0, locations: null },
];

describe('what becomes of commands', () => {
  let machine: Machine;
  let host: MisbehavingHost;
  let waited: number[];
  beforeEach(() => {
    machine = new Machine({ warmSeconds: 1 });
    waited = [];
    host = new MisbehavingHost(new MachineHost(machine), machine, (seconds) => {
      waited.push(seconds);
      return Promise.resolve();
    });
  });
  const limit = (): number => machine.gpu(0).view().power.requestedLimitWatts;
  const setLimit = (): ReturnType<MisbehavingHost['perform']> =>
    host.perform({ kind: 'gpu-power-limit', gpu: 0, watts: 500 });

  it('they are done at once as long as nothing else was said', async () => {
    expect(await setLimit()).toEqual({ kind: 'done' });
    expect([limit(), waited]).toEqual([500, []]);
  });

  it.each([
    ['fail', { kind: 'failed', reason: 'Unknown Error' }, 700],
    ['deny', { kind: 'denied' }, 700],
    ['lie', { kind: 'done', count: 0 }, 700],
    ['worsen', { kind: 'done', count: 0 }, 200],
  ] as const)('%s is told one thing and does another', async (behaviour, outcome, watts) => {
    host.behave(['gpu-power-limit'], { behaviour, slowSeconds: 0 });
    expect(await setLimit()).toEqual(outcome);
    expect(limit()).toBe(watts);
  });

  it('a slow one waits before it is done', async () => {
    host.behave(['gpu-power-limit'], { behaviour: 'obey', slowSeconds: 30 });
    await setLimit();
    expect([limit(), waited]).toEqual([500, [30]]);
  });

  it('one kind misbehaves without the others, until it obeys again', async () => {
    host.behave(['gpu-lock-clocks'], { behaviour: 'fail', slowSeconds: 0 });
    expect(await setLimit()).toEqual({ kind: 'done' });
    expect(host.behaviours['gpu-lock-clocks'].behaviour).toBe('fail');
    host.behave(COMMAND_KINDS, { behaviour: 'obey', slowSeconds: 0 });
    expect(host.behaviours['gpu-lock-clocks'].behaviour).toBe('obey');
  });

  it('every kind can do harm', async () => {
    expect(COMMANDS.map(({ kind }) => kind).sort()).toEqual([...COMMAND_KINDS].sort());
    host.behave(COMMAND_KINDS, { behaviour: 'worsen', slowSeconds: 0 });
    for (const command of COMMANDS) expect(await host.perform(command)).toMatchObject({ kind: 'done' });
    const { gpus, engines, caches } = machine.view();
    expect(gpus[0]).toMatchObject({
      computeMode: 'Prohibited',
      isPersistent: false,
      clocks: { lockedMhz: [345, 345] },
    });
    expect(engines[0]?.state).not.toBe('serving');
    expect(caches[0]).toMatchObject({ isHealthy: false, usedBytes: 0 });
  });
});
