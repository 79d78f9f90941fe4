import { describe, expect, it } from '@jest/globals';
import { aFrame } from '@app/testing/analysis';
import { markStale, SnapshotWindow } from './snapshot-window.js';

describe('SnapshotWindow', () => {
  it('keeps a quarter of an hour', () => {
    const window = new SnapshotWindow();
    for (const second of [0, 600, 900, 901]) window.add(aFrame(second));

    expect(window.all()).toEqual([aFrame(600), aFrame(900), aFrame(901)]);
    expect(window.latest()).toEqual(aFrame(901));
  });

  it('is bounded by number too', () => {
    const window = new SnapshotWindow();
    const frame = aFrame(0);
    for (let i = 0; i < 1100; i += 1) window.add(frame);

    expect(window.all()).toHaveLength(1000);
  });

  it('has no latest before the first', () => {
    expect(new SnapshotWindow().latest()).toBeNull();
  });
});

describe('markStale', () => {
  const snapshot = aFrame(0, { sections: { lmcache: { status: 'absent' }, system: { status: 'partial' } } });
  const at = Date.parse(snapshot.collectedAt);

  it('leaves a sample of up to three intervals as it is', () => {
    expect(markStale(snapshot, at + 30_000, 10_000)).toBe(snapshot);
  });

  it('marks older sections that had been read, keeps their values and leaves the others', () => {
    const marked = markStale(snapshot, at + 30_001, 10_000);

    expect(Object.values(marked.sections).map(({ status }) => status)).toEqual([
      'stale',
      'stale',
      'stale',
      'absent',
      'stale',
    ]);
    expect(marked.sections.gpu.detail).toContain(snapshot.collectedAt);
    expect(marked.gpus).toBe(snapshot.gpus);
    expect(snapshot.sections.gpu.status).toBe('ok');
  });
});
