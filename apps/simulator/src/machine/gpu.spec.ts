import { describe, expect, it } from '@jest/globals';
import { SimulatedGpu } from './gpu.js';
import type { GpuDemand } from './gpu-clock.js';
import { GPU_PRODUCT_IDS, GPU_PRODUCTS, type GpuProductId } from './products.js';
import { Random } from './random.js';

const PROMPTS: GpuDemand = { busyRatio: 1, computeRatio: 1, dramRatio: 0.3, pcieRxBytes: 0, pcieTxBytes: 0 };
const ANSWERS: GpuDemand = { ...PROMPTS, computeRatio: 0.1, dramRatio: 0.7 };
const IDLE: GpuDemand = { ...PROMPTS, busyRatio: 0, computeRatio: 0, dramRatio: 0 };

const aGpu = (product: GpuProductId = 'h100'): SimulatedGpu =>
  new SimulatedGpu(0, GPU_PRODUCTS[product], 0, new Random(7));

function pass(gpu: SimulatedGpu, seconds: number, demand: GpuDemand): SimulatedGpu {
  for (let i = 0; i < seconds * 10; i += 1) gpu.step(0.1, demand);
  return gpu;
}

describe('a simulated GPU', () => {
  it('is idle without load, at the clocks and watts of an idle H100', () => {
    const { clocks, power, clockReasons, utilizationRatio } = pass(aGpu(), 20, IDLE).view();
    expect(clocks.smMhz).toBe(345);
    expect(power.averageWatts).toBeCloseTo(69, 0);
    expect(clockReasons).toEqual(['gpu-idle']);
    expect(utilizationRatio).toBe(0);
  });

  it.each(GPU_PRODUCT_IDS)('of product %s stays cool and within its limit under full load', (product) => {
    const { power, clockReasons, temperature } = pass(aGpu(product), 300, PROMPTS).view();
    expect(power.averageWatts).toBeLessThanOrEqual(1.03 * power.enforcedLimitWatts);
    expect(clockReasons.filter((reason) => reason !== 'sw-power-cap')).toEqual([]);
    expect(temperature.gpuCelsius).toBeLessThan(GPU_PRODUCTS[product].maxOperatingCelsius - 5);
  });

  it('draws much less for answers than for prompts', () => {
    const [prompts, answers] = [PROMPTS, ANSWERS].map((demand) => pass(aGpu(), 10, demand).view().power.averageWatts);
    expect(prompts).toBeGreaterThan(550);
    expect(answers).toBeLessThan(400);
  });

  it('lowers its clocks less than its power when the power limit falls', () => {
    const gpu = pass(aGpu(), 10, PROMPTS);
    gpu.setPowerLimit(350);
    const { power, clocks, clockReasons } = pass(gpu, 10, PROMPTS).view();
    expect(clockReasons).toEqual(['sw-power-cap']);
    expect(power.averageWatts).toBeCloseTo(350, -1);
    expect(clocks.smMhz / clocks.maxSmMhz).toBeGreaterThan(0.7);
    expect(clocks.smMhz / clocks.maxSmMhz).toBeLessThan(0.85);
  });

  it.each([199, 701, Number.NaN])('refuses a power limit of %p W', (watts) => {
    expect(() => aGpu().setPowerLimit(watts)).toThrow(RangeError);
  });

  it('enforces less than was asked for under a cap from outside', () => {
    const gpu = aGpu();
    gpu.powerCap(250);
    expect(gpu.view().power).toMatchObject({ enforcedLimitWatts: 250, requestedLimitWatts: 700 });
    gpu.powerCap(null);
    expect(gpu.view().power.enforcedLimitWatts).toBe(700);
  });

  it('keeps locked clocks until they are reset, without a reason to show', () => {
    const gpu = aGpu();
    gpu.lockClocks(345, 1200);
    const locked = pass(gpu, 5, ANSWERS).view();
    expect(locked.clocks.smMhz).toBeLessThanOrEqual(1200);
    expect(locked.clockReasons).toEqual([]);
    gpu.resetClocks();
    expect(pass(gpu, 5, ANSWERS).view().clocks.smMhz).toBe(1980);
  });

  it('halves its clocks under a brake and counts the time of it', () => {
    const gpu = aGpu();
    gpu.powerBrake();
    const { clocks, clockReasons, clockReasonMicroseconds } = pass(gpu, 10, ANSWERS).view();
    expect(clocks.smMhz).toBe(990);
    expect(clockReasons).toEqual(['hw-slowdown', 'hw-power-brake-slowdown']);
    expect(clockReasonMicroseconds['hw-power-brake-slowdown']).toBeCloseTo(10e6, -6);
  });

  it.each(GPU_PRODUCT_IDS)('of product %s slows down without its fan, cools with it, and never burns', (product) => {
    const gpu = pass(aGpu(product), 60, ANSWERS);
    gpu.breakFan();
    const hot = pass(gpu, 240, ANSWERS).view();
    expect(hot.clockReasonMicroseconds['hw-thermal-slowdown']).toBeGreaterThan(30e6);
    expect(hot.clocks.smMhz).toBeLessThan(0.75 * hot.clocks.maxSmMhz);
    expect(hot.temperature.gpuCelsius).toBeLessThan(GPU_PRODUCTS[product].shutdownCelsius);
    gpu.repairFan();
    const cool = pass(gpu, 240, ANSWERS).view();
    expect(cool.clockReasons.filter((reason) => reason !== 'sw-power-cap')).toEqual([]);
    expect(cool.clocks.smMhz).toBeGreaterThan(0.9 * cool.clocks.maxSmMhz);
  });

  it('comes 63 % of the way to its new temperature in one time constant', () => {
    const gpu = pass(aGpu(), 400, IDLE);
    const before = gpu.thermals.celsius;
    pass(gpu, 35, PROMPTS);
    const after = gpu.thermals.celsius;
    const end = pass(gpu, 400, PROMPTS).thermals.celsius;
    expect((after - before) / (end - before)).toBeCloseTo(0.63, 1);
  });

  it('counts memory errors for now and for life, and forgets the former at a reset', () => {
    const gpu = aGpu();
    gpu.eccError({ where: 'dram', kind: 'uncorrectable', count: 2 });
    gpu.remapPending();
    expect(gpu.view()).toMatchObject({ recoveryAction: 'Reset', remappedRows: { isPending: true, uncorrectable: 1 } });
    gpu.reset();
    const { ecc, remappedRows, recoveryAction } = gpu.view();
    expect([ecc.volatile.dramUncorrectable, ecc.aggregate.dramUncorrectable]).toEqual([0, 2]);
    expect(remappedRows).toMatchObject({ isPending: false, uncorrectable: 1, banks: { max: 2559, high: 1 } });
    expect(recoveryAction).toBe('None');
  });

  it('has no row remapper before Ampere', () => {
    const gpu = aGpu('t4');
    gpu.remapPending();
    expect(gpu.view().remappedRows).toBeNull();
  });

  it('stands still while it is off the bus', () => {
    const gpu = pass(aGpu(), 5, PROMPTS);
    gpu.fallOffBus();
    const { energyJoules } = gpu;
    expect(pass(gpu, 5, PROMPTS).energyJoules).toBe(energyJoules);
    expect(gpu.view().isPresent).toBe(false);
  });
});
