import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HistoryFrame, HistoryStore, Snapshot } from '@app/core';
import { aFrame, FRAME_EPOCH_MS } from '../analysis/frame.builder.js';

interface OpenHistoryStore {
  readonly store: HistoryStore;
  readonly close: () => void;
}

/** A frame at a second of the built window that stands for one sample. */
export function aHistoryFrame(second: number, values: Partial<Omit<HistoryFrame, 'snapshot'>> = {}): HistoryFrame {
  return { snapshot: aFrame(second), samples: 1, ranges: {}, ...values };
}

/** Everything that an iteration gives. */
export async function gathered<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** What every `HistoryStore` keeps to, the fake included. */
export function describeHistoryStoreContract(name: string, open: () => OpenHistoryStore): void {
  describe(`${name} keeps the contract of a history store`, () => {
    let opened: OpenHistoryStore;
    let store: HistoryStore;
    beforeEach(() => {
      opened = open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    const at = (second: number): number => FRAME_EPOCH_MS + second * 1000;
    const secondsOf = async (from: number, to: number, stepMs?: number): Promise<number[]> => {
      const frames = await gathered(store.frames('local', at(from), at(to), stepMs));
      return frames.map(({ snapshot }) => (Date.parse(snapshot.collectedAt) - FRAME_EPOCH_MS) / 1000);
    };

    it('gives back exactly what was appended', async () => {
      const frame = aHistoryFrame(0, { samples: 6, ranges: { 'gpus.power.drawWatts|GPU-1': { min: 1.5, max: 700 } } });
      await store.append(frame);
      expect(await gathered(store.frames('local', at(0), at(0)))).toEqual([frame]);
    });

    it('gives frames oldest first, whatever order they came in, both ends included', async () => {
      for (const second of [120, 0, 60, 180]) await store.append(aHistoryFrame(second));
      expect(await secondsOf(0, 120)).toEqual([0, 60, 120]);
      expect(await secondsOf(1, 119)).toEqual([60]);
    });

    it('has nothing where nothing was appended', async () => {
      expect(await secondsOf(0, 1000)).toEqual([]);
    });

    it('keeps targets apart', async () => {
      const other: Snapshot = { ...aFrame(0), target: 'other' };
      await store.append({ ...aHistoryFrame(0), snapshot: other });
      await store.append(aHistoryFrame(0));
      expect(await gathered(store.frames('local', at(0), at(0)))).toEqual([aHistoryFrame(0)]);
      expect(await gathered(store.frames('other', at(0), at(0)))).toHaveLength(1);
    });

    it('replaces a frame of the same instant', async () => {
      await store.append(aHistoryFrame(0));
      await store.append(aHistoryFrame(0, { samples: 3 }));
      expect(await gathered(store.frames('local', at(0), at(0)))).toEqual([aHistoryFrame(0, { samples: 3 })]);
    });

    it('gives the last frame of each step, counted from the epoch', async () => {
      for (const second of [10, 110, 120, 299, 300, 599]) await store.append(aHistoryFrame(second));
      expect(await secondsOf(0, 600, 300_000)).toEqual([299, 599]);
    });

    it('gives many frames, a page after the other', async () => {
      for (let minute = 0; minute < 120; minute += 1) await store.append(aHistoryFrame(minute * 60));
      const seconds = await secondsOf(0, 7200);
      expect(seconds).toEqual(Array.from({ length: 120 }, (_, minute) => minute * 60));
    });
  });
}
