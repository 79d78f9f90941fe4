import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { aFrame, aFrameEngine, aFrameGpu, FRAME_EPOCH_MS } from '@app/testing/analysis';
import { aHistoryFrame, describeHistoryStoreContract, gathered, InMemoryHistoryStore } from '@app/testing/workflow';
import { SqliteDatabase } from './sqlite-database.js';
import { SqliteHistoryStore } from './sqlite-history-store.js';

function openFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'history-store-'));
  const database = SqliteDatabase.open(folder);
  const close = (): void => {
    database.close();
    rmSync(folder, { recursive: true });
  };
  return { database, store: new SqliteHistoryStore(database), close };
}

describeHistoryStoreContract('SqliteHistoryStore', openFolder);
describeHistoryStoreContract('InMemoryHistoryStore', () => ({
  store: new InMemoryHistoryStore(),
  close: () => undefined,
}));

describe('SqliteHistoryStore', () => {
  let opened: ReturnType<typeof openFolder>;
  beforeEach(() => {
    opened = openFolder();
  });
  afterEach(() => {
    jest.restoreAllMocks();
    opened.close();
  });
  const everything = () => gathered(opened.store.frames('local', FRAME_EPOCH_MS, FRAME_EPOCH_MS + 86_400_000));
  const update = (second: number, values: { frame?: string; format?: number }): void => {
    const at = aFrame(second).collectedAt;
    opened.database.run(opened.database.query.updateTable('history_frames').set(values).where('at', '=', at));
  };

  it('leaves out damaged frames with a warning each, and gives the others', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    for (const second of [0, 60, 120, 180]) await opened.store.append(aHistoryFrame(second));
    update(0, { frame: 'no base64 at all!' });
    update(60, { frame: Buffer.from('not deflated').toString('base64') });
    update(120, { frame: 'q1YqSSxOVrJSUEpJLElUqgUA' });
    expect(await everything()).toEqual([aHistoryFrame(180)]);
    expect(warn).toHaveBeenCalledTimes(3);
    expect(String(warn.mock.calls[0]?.[0])).toContain(aFrame(0).collectedAt);
  });

  it('does not read frames in the shape of another version', async () => {
    for (const second of [0, 60]) await opened.store.append(aHistoryFrame(second));
    update(0, { format: 99 });
    expect(await everything()).toEqual([aHistoryFrame(60)]);
  });

  it('reads no more than it is asked for', async () => {
    for (let minute = 0; minute < 60; minute += 1) await opened.store.append(aHistoryFrame(minute * 60));
    const all = jest.spyOn(opened.database, 'all');
    for await (const frame of opened.store.frames('local', FRAME_EPOCH_MS, FRAME_EPOCH_MS + 3_600_000)) {
      expect(frame).toEqual(aHistoryFrame(0));
      break;
    }
    expect(all).toHaveBeenCalledTimes(2);
  });

  it('keeps a minute of eight GPUs in less than 10 kB', async () => {
    const gpus = Array.from({ length: 8 }, (_, index) =>
      aFrameGpu({
        index,
        uuid: `GPU-${index}1111111-2222-3333-4444-55555555555${index}`,
        power: { drawWatts: 500 + index * 7.31 },
        processes: [
          { pid: 4000 + index, name: 'python', type: 'C', usedMemoryBytes: 1e9 + index, gpuInstanceId: null },
        ],
      }),
    );
    const frame = { snapshot: aFrame(0, { gpus, engines: [aFrameEngine()] }), samples: 6, ranges: {} };
    await opened.store.append(frame);
    const [row] = opened.database.all(opened.database.query.selectFrom('history_frames').select('frame'));
    expect(JSON.stringify(frame).length).toBeGreaterThan(20_000);
    expect(row?.frame.length).toBeLessThan(10_000);
  });
});
