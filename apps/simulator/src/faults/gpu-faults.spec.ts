import { beforeEach, describe, expect, it } from '@jest/globals';
import type { GpuView } from '../machine/index.js';
import type { FaultTarget } from './fault.js';
import { aFaultTarget } from './fault-target.builder.js';
import { InjectedFaults } from './injected-faults.js';

describe('faults of a GPU', () => {
  let target: FaultTarget;
  let faults: InjectedFaults;
  beforeEach(() => {
    target = aFaultTarget();
    faults = new InjectedFaults(target);
  });
  const injected = (id: string, seconds: number, parameters = {}): (() => void) => {
    const { id: instance } = faults.inject(id, parameters, 0);
    target.machine.advance(seconds);
    return () => void faults.remove(instance);
  };
  const gpu = (): GpuView => target.machine.gpu(0).view();
  const xids = (): number[] =>
    target.machine.view().kernelEvents.flatMap((event) => (event.kind === 'xid' ? [event.code] : []));

  it('fan-failure heats it until the hardware takes its clocks, and it cools down again', () => {
    const heal = injected('fan-failure', 60);
    expect(gpu().clockReasons).toContain('hw-thermal-slowdown');
    const hot = gpu().temperature.gpuCelsius;
    heal();
    target.machine.advance(120);
    expect(gpu().temperature.gpuCelsius).toBeLessThan(hot - 10);
    expect(gpu().clockReasons).not.toContain('hw-thermal-slowdown');
  });

  it('power-cap lowers the enforced limit alone, and lifts it', () => {
    const before = gpu().power;
    const heal = injected('power-cap', 2, { limitRatio: 0.5 });
    expect(gpu().power).toMatchObject({ enforcedLimitWatts: 350, requestedLimitWatts: before.requestedLimitWatts });
    heal();
    expect(gpu().power.enforcedLimitWatts).toBe(before.enforcedLimitWatts);
  });

  it('power-brake halves its clock while it works, and releases it', () => {
    const heal = injected('power-brake', 2);
    expect(gpu().clockReasons).toContain('hw-power-brake-slowdown');
    expect(gpu().clocks.smMhz).toBeLessThanOrEqual(0.5 * gpu().clocks.maxSmMhz);
    heal();
    target.machine.advance(1);
    expect(gpu().clockReasons).not.toContain('hw-power-brake-slowdown');
  });

  it('gpu-off-bus takes it and its engine away, and both come back', () => {
    const heal = injected('gpu-off-bus', 1);
    expect([gpu().isPresent, target.machine.engine(0).process.state, xids()]).toEqual([false, 'dead', [79]]);
    heal();
    target.machine.advance(60);
    expect([gpu().isPresent, target.machine.engine(0).process.state]).toEqual([true, 'serving']);
  });

  it('ecc-uncorrected is counted and logged; a reset leaves what is counted for ever', () => {
    const heal = injected('ecc-uncorrected', 1);
    expect([gpu().ecc.volatile.dramUncorrectable, xids()]).toEqual([2, [48]]);
    heal();
    expect([gpu().ecc.volatile.dramUncorrectable, gpu().ecc.aggregate.dramUncorrectable]).toEqual([0, 2]);
  });

  it('remap-pending waits for a reset, after which the row stays replaced', () => {
    const heal = injected('remap-pending', 1);
    expect([gpu().remappedRows?.isPending, gpu().recoveryAction, xids()]).toEqual([true, 'Reset', [63]]);
    heal();
    expect(gpu().remappedRows).toMatchObject({ isPending: false, uncorrectable: 1 });
  });

  it('remap-pending is not to be had of a card without a remapper', () => {
    const other = new InjectedFaults(aFaultTarget({ product: 't4', warmSeconds: 0 }));
    expect(() => other.inject('remap-pending', {}, 0)).toThrow(RangeError);
  });

  it('hung-nvidia-smi touches nothing but nvidia-smi', () => {
    const heal = injected('hung-nvidia-smi', 0);
    expect(target.nvidiaSmi.behaviour.hangs).toBe(true);
    heal();
    expect(target.nvidiaSmi.behaviour).toMatchObject({ hangs: false, lostGpus: 'fail' });
  });
});
