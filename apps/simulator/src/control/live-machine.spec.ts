import { beforeEach, describe, expect, it } from '@jest/globals';
import { Machine } from '../machine/index.js';
import { MachineHost } from '../surface/machine-host.js';
import { LiveMachine } from './live-machine.js';

const WALL_MS = Date.UTC(2026, 5, 1);

describe('a machine in real time', () => {
  let machine: Machine;
  let ms: number;
  beforeEach(() => {
    machine = new Machine({ warmSeconds: 0 });
    ms = 0;
  });
  const live = (options: Partial<{ speed: number; isPaused: boolean }> = {}): LiveMachine =>
    new LiveMachine(
      machine,
      new MachineHost(machine),
      { speed: 1, isPaused: false, ...options },
      { monotonicMs: () => ms, wallMs: () => WALL_MS + ms },
    );

  it('is as old as our time when it is looked at', () => {
    const one = live();
    expect(one.view().atMs).toBe(WALL_MS);
    ms = 1_500;
    expect(one.view().atMs).toBe(WALL_MS + 1_500);
  });

  it('shows the same view until something has changed', async () => {
    const one = live();
    const before = one.view();
    ms = 40;
    expect(one.view()).toBe(before);
    await one.perform({ kind: 'gpu-power-limit', gpu: 0, watts: 400 });
    expect(one.view().gpus[0]?.power.requestedLimitWatts).toBe(400);
  });

  it('goes faster when asked to', () => {
    const [one, begun] = [live({ speed: 10 }), machine.nowMs];
    ms = 1_000;
    one.catchUp();
    expect(machine.nowMs - begun).toBe(10_000);
  });

  it('does not catch up with what it slept through', () => {
    const [one, begun] = [live(), machine.nowMs];
    ms = 3_600_000;
    one.catchUp();
    expect(machine.nowMs - begun).toBe(5_000);
  });

  it('stands still while it is paused, and goes on from there in our time', () => {
    const [one, begun] = [live({ isPaused: true }), machine.nowMs];
    ms = 4_000;
    one.catchUp();
    expect(machine.nowMs).toBe(begun);
    one.resume();
    expect(one.view().atMs).toBe(WALL_MS + 4_000);
    ms = 5_000;
    expect(one.view().atMs).toBe(WALL_MS + 5_000);
    one.pause();
    ms = 9_000;
    expect(one.view().atMs).toBe(WALL_MS + 5_000);
  });

  it('puts what happened while it was made older into the past', () => {
    const one = live({ isPaused: true });
    machine.logXid(0, 31);
    one.advance(60);
    expect(one.view().atMs).toBe(WALL_MS);
    expect(one.view().kernelEvents[0]?.atMs).toBe(WALL_MS - 60_000);
  });
});
