import { beforeEach, describe, expect, it } from '@jest/globals';
import { loadSettings } from '@app/config';
import { rangeKey, type Snapshot } from '@app/core';
import { aFrame, aFrameGpu, aFrameSystem, FRAME_EPOCH_MS, FRAME_GPU_UUID, frameTime } from '@app/testing/analysis';
import { aHistoryFrame, InMemoryHistoryStore, ScriptedSnapshotSource, SetClock } from '@app/testing/workflow';
import { type HistoryQuery, HistoryReader, MAX_POINTS, MAX_SERIES } from './history-reader.js';
import { pointsOf } from './series-buckets.js';

const DRAW = 'gpus.power.drawWatts';
const NOW_SECOND = 3600;
const at = (second: number): number => FRAME_EPOCH_MS + second * 1000;
const drawing = (second: number, drawWatts: number | null): Snapshot =>
  aFrame(second, { gpus: [aFrameGpu({ power: { drawWatts } })] });

let store: InMemoryHistoryStore;
let source: ScriptedSnapshotSource;
let reader: HistoryReader;
beforeEach(() => {
  store = new InMemoryHistoryStore();
  source = new ScriptedSnapshotSource();
  reader = new HistoryReader(source, store, loadSettings({}), new SetClock(at(NOW_SECOND)));
});

const ask = (query: Partial<HistoryQuery> = {}) =>
  reader.series({ target: 'local', signal: DRAW, fromMs: at(0), toMs: at(NOW_SECOND), ...query });
const pointsAsked = async (query: Partial<HistoryQuery> = {}) => (await ask(query)).series[0]?.points ?? [];

describe('HistoryReader', () => {
  it('gives every sample in memory at the sampling interval', async () => {
    source.history = [drawing(3580, 500), drawing(3590, 510), drawing(3600, 520)];
    expect(await ask()).toEqual({
      stepMs: 10_000,
      notes: [],
      series: [
        {
          subject: FRAME_GPU_UUID,
          points: [
            { at: frameTime(3580), value: 500, min: 500, max: 500 },
            { at: frameTime(3590), value: 510, min: 510, max: 510 },
            { at: frameTime(3600), value: 520, min: 520, max: 520 },
          ],
        },
      ],
    });
  });

  it('goes on from the stored minutes to memory, and counts no sample twice', async () => {
    await store.append({ ...aHistoryFrame(0), snapshot: drawing(59, 400) });
    await store.append({
      ...aHistoryFrame(0),
      snapshot: drawing(119, 450),
      ranges: { [rangeKey(DRAW, FRAME_GPU_UUID)]: { min: 300, max: 480 } },
    });
    source.history = [drawing(109, 460), drawing(119, 450), drawing(129, 455)];
    expect(await pointsAsked()).toEqual([
      { at: frameTime(59), value: 400, min: 400, max: 400 },
      { at: frameTime(109), value: 460, min: 460, max: 460 },
      { at: frameTime(119), value: 450, min: 300, max: 480 },
      { at: frameTime(129), value: 455, min: 455, max: 455 },
    ]);
  });

  it('leaves a gap in time open, and a value that is null out', async () => {
    source.history = [drawing(0, 500), drawing(10, null), drawing(600, 510)];
    expect((await pointsAsked()).map((point) => point.at)).toEqual([frameTime(0), frameTime(600)]);
  });

  it('gives the mean of a wider step with its extremes', async () => {
    source.history = [drawing(0, 500), drawing(10, 510), drawing(20, 550), drawing(60, 400)];
    expect(await pointsAsked({ stepMs: 60_000 })).toEqual([
      { at: frameTime(20), value: 520, min: 500, max: 550 },
      { at: frameTime(60), value: 400, min: 400, max: 400 },
    ]);
  });

  it('keeps to from and to, both included', async () => {
    source.history = [0, 10, 20, 30].map((second) => drawing(second, 500));
    const points = await pointsAsked({ fromMs: at(10), toMs: at(20) });
    expect(points.map((point) => point.at)).toEqual([frameTime(10), frameTime(20)]);
  });

  it('knows no series of a signal without values', async () => {
    source.history = [aFrame(0)];
    expect((await ask({ signal: 'caches.hitRatio' })).series).toEqual([]);
  });

  it('gives the last value of what is no number', async () => {
    source.history = [
      aFrame(0, { gpus: [aFrameGpu({ performanceState: 'P0' })] }),
      aFrame(10, { gpus: [aFrameGpu({ performanceState: 'P8' })] }),
    ];
    expect(await pointsAsked({ signal: 'gpus.performanceState', stepMs: 60_000 })).toEqual([
      { at: frameTime(10), value: 'P8', min: null, max: null },
    ]);
  });

  describe('of one subject', () => {
    const disk = (mount: string) => ({
      mount,
      filesystem: null,
      totalBytes: 9,
      freeBytes: 3,
      totalInodes: null,
      freeInodes: null,
    });
    const subjectsOf = async (query: Partial<HistoryQuery>): Promise<string[]> =>
      (await ask(query)).series.map(({ subject }) => subject);
    beforeEach(() => {
      const gpus = [aFrameGpu({ uuid: 'GPU-a' }), aFrameGpu({ uuid: 'GPU-b' })];
      source.history = [aFrame(0, { gpus, system: aFrameSystem({ disks: [disk('/'), disk('/var')] }) })];
    });

    it('gives that one, of all of them in order', async () => {
      expect(await subjectsOf({})).toEqual(['GPU-a', 'GPU-b']);
      expect(await subjectsOf({ subject: 'GPU-b' })).toEqual(['GPU-b']);
      expect(await subjectsOf({ subject: 'GPU' })).toEqual([]);
    });

    it('gives the host what is in it', async () => {
      const signal = 'system.disks.freeBytes';
      expect(await subjectsOf({ signal, subject: 'local' })).toEqual(['local:/', 'local:/var']);
      expect(await subjectsOf({ signal, subject: 'local:/var' })).toEqual(['local:/var']);
      expect(await subjectsOf({ signal: 'system.cpu.load1m', subject: 'local' })).toEqual(['local']);
    });
  });

  describe('is bounded', () => {
    it('in points: a finer step is widened, and it says so', async () => {
      source.history = Array.from({ length: 3601 }, (_, second) => drawing(second, second));
      const { stepMs, notes, series } = await ask({ stepMs: 1000 });
      expect(stepMs).toBe(2000);
      expect(notes).toEqual([`the step is 2 s: a series has at most ${MAX_POINTS} points`]);
      expect(series[0]?.points).toHaveLength(1801);
    });

    it('in points, wherever the range begins', async () => {
      const seconds = MAX_POINTS - 1;
      source.history = Array.from({ length: seconds + 1 }, (_, second) => drawing(second, 1));
      for (const shiftMs of [0, 1, 999]) {
        const points = await pointsAsked({ fromMs: at(0) + shiftMs, toMs: at(seconds) + shiftMs, stepMs: 1000 });
        expect(points.length).toBeLessThanOrEqual(MAX_POINTS);
      }
    });

    it('by what is kept: a range of years does not make the steps coarse', async () => {
      source.history = [drawing(0, 1)];
      expect((await ask({ fromMs: 0, toMs: Date.parse('9999-01-01T00:00:00Z'), stepMs: 60_000 })).stepMs).toBe(60_000);
    });

    it('in series, and it says so', async () => {
      const gpus = Array.from({ length: MAX_SERIES + 5 }, (_, index) => aFrameGpu({ uuid: `GPU-${1000 + index}` }));
      source.history = [aFrame(0, { gpus })];
      const { series, notes } = await ask();
      expect(series).toHaveLength(MAX_SERIES);
      expect(notes).toEqual([expect.stringContaining(`there are ${MAX_SERIES + 5} subjects`)]);
    });
  });

  it('passes on that the store can not be read', async () => {
    store.failure = new Error('broken');
    await expect(ask()).rejects.toThrow('broken');
  });
});

describe('pointsOf', () => {
  it('does not let rounding put a mean beside its values', () => {
    const readings = [0, 1, 2].map((second) => ({ atMs: second, value: 0.1, min: 0.1, max: 0.1 }));
    expect(pointsOf(readings, 1000)).toEqual([{ at: '1970-01-01T00:00:00.002Z', value: 0.1, min: 0.1, max: 0.1 }]);
  });

  it('takes readings in any order', () => {
    const readings = [5000, 0].map((atMs) => ({ atMs, value: atMs, min: atMs, max: atMs }));
    expect(pointsOf(readings, 1000).map(({ value }) => value)).toEqual([0, 5000]);
  });
});
