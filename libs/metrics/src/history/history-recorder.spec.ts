import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Snapshot } from '@app/core';
import { aFrame, aFrameGpu, aFrameSystem, FRAME_EPOCH_MS, FRAME_GPU_UUID } from '@app/testing/analysis';
import { aHistoryFrame, InMemoryHistoryStore } from '@app/testing/workflow';
import { HistoryRecorder } from './history-recorder.js';

const drawing = (second: number, drawWatts: number | null): Snapshot =>
  aFrame(second, { gpus: [aFrameGpu({ power: { drawWatts } })], system: aFrameSystem({ uptimeSeconds: 1000 }) });

let store: InMemoryHistoryStore;
let recorder: HistoryRecorder;
let log: jest.SpiedFunction<Logger['log']>;
let error: jest.SpiedFunction<Logger['error']>;
beforeEach(() => {
  store = new InMemoryHistoryStore();
  recorder = new HistoryRecorder(store);
  log = jest.spyOn(Logger.prototype, 'log').mockReturnValue(undefined);
  error = jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
});
afterEach(() => void jest.restoreAllMocks());

describe('HistoryRecorder', () => {
  it('stores a minute when the next one begins: its last sample and how far the signals went', async () => {
    for (const [second, watts] of [
      [0, 500],
      [20, 650],
      [40, 410],
      [59, 500],
    ] as const)
      recorder.add(drawing(second, watts));
    expect(store.all()).toEqual([]);
    recorder.add(drawing(60, 300));
    await recorder.flush();
    expect(store.all()[0]).toEqual({
      snapshot: drawing(59, 500),
      samples: 4,
      ranges: { [`gpus.power.drawWatts|${FRAME_GPU_UUID}`]: { min: 410, max: 650 } },
    });
  });

  it('does not take a value that is missing for a low one', async () => {
    recorder.add(drawing(0, null));
    recorder.add(drawing(10, 500));
    recorder.add(drawing(20, 600));
    await recorder.flush();
    expect(store.all()[0]?.ranges).toEqual({ [`gpus.power.drawWatts|${FRAME_GPU_UUID}`]: { min: 500, max: 600 } });
  });

  it('stores the minute under way when the service goes down, once', async () => {
    recorder.add(aFrame(0));
    await recorder.onModuleDestroy();
    await recorder.onModuleDestroy();
    expect(store.all()).toEqual([aHistoryFrame(0)]);
  });

  it('keeps targets apart', async () => {
    recorder.add(aFrame(0));
    recorder.add({ ...aFrame(10), target: 'other' });
    recorder.add(aFrame(20));
    await recorder.flush();
    expect(store.all().map(({ snapshot, samples }) => [snapshot.target, samples])).toEqual([
      ['other', 1],
      ['local', 2],
    ]);
  });

  it('begins a frame of its own when the clock is set back', async () => {
    for (const second of [120, 0, 10]) recorder.add(aFrame(second));
    await recorder.flush();
    expect(store.all().map(({ samples }) => samples)).toEqual([2, 1]);
  });

  it('says once that the store fails, goes on, and says when it is well again', async () => {
    store.failure = new Error('disk full');
    for (const second of [0, 60, 120]) recorder.add(aFrame(second));
    await recorder.flush();
    expect(error).toHaveBeenCalledTimes(1);
    expect(error.mock.calls[0]?.[0]).toContain('disk full');
    store.failure = null;
    for (const second of [180, 240]) recorder.add(aFrame(second));
    await recorder.flush();
    expect(store.all()).toHaveLength(2);
    expect(log).toHaveBeenCalledTimes(1);
  });

  it('does not throw into the sampler, whatever it is given', () => {
    expect(() => recorder.add({ ...aFrame(0), gpus: null } as unknown as Snapshot)).not.toThrow();
    expect(error).toHaveBeenCalledTimes(1);
  });

  it('gives up frames rather than gather them for a store that does not answer', async () => {
    const answers: (() => void)[] = [];
    jest.spyOn(store, 'append').mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
    for (let minute = 0; minute < 50; minute += 1) recorder.add(aFrame(minute * 60));
    expect(error).toHaveBeenCalledTimes(1);
    expect(error.mock.calls[0]?.[0]).toContain('does not answer');
    const flushed = recorder.flush();
    for (let turn = 0; turn < 100; turn += 1) {
      answers.shift()?.();
      await Promise.resolve();
    }
    await flushed;
    expect(store.append).toHaveBeenCalledTimes(10);
  });
});

describe('recentFrames', () => {
  it('gives the stored snapshots since then, oldest first', async () => {
    for (const second of [0, 60, 120]) await store.append(aHistoryFrame(second));
    expect(await recorder.recentFrames('local', FRAME_EPOCH_MS + 60_000)).toEqual([aFrame(60), aFrame(120)]);
  });

  it('gives the newest when there are many', async () => {
    for (let minute = 0; minute < 410; minute += 1) await store.append(aHistoryFrame(minute * 60));
    const recent = await recorder.recentFrames('local', FRAME_EPOCH_MS);
    expect(recent).toHaveLength(400);
    expect(recent.at(-1)).toEqual(aFrame(409 * 60));
  });

  it('gives none when the store fails, and says so', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    store.failure = new Error('broken');
    expect(await recorder.recentFrames('local', 0)).toEqual([]);
    expect(warn).toHaveBeenCalledTimes(1);
  });
});
