import { beforeEach, describe, expect, it } from '@jest/globals';
import { SetClock } from '@app/testing/workflow';
import { SourceCost } from './source-cost.js';

describe('SourceCost', () => {
  let clock: SetClock;
  let cost: SourceCost;
  beforeEach(() => {
    clock = new SetClock(1_000);
    cost = new SourceCost(clock);
  });

  it('has no entry for a source that was never read', () => {
    cost.record('gpu', { durationMs: 1, status: 'ok' });
    expect([...cost.totals().keys()]).toEqual(['gpu']);
  });

  it('counts readings by status and adds up their time', () => {
    cost.record('gpu', { durationMs: 30, status: 'ok' });
    cost.record('gpu', { durationMs: 12, status: 'timeout' });
    cost.record('gpu', { durationMs: 8, status: 'ok' });
    expect(cost.totals().get('gpu')).toMatchObject({
      collections: 3,
      byStatus: { ok: 2, timeout: 1 },
      totalDurationMs: 50,
      lastDurationMs: 8,
    });
  });

  it('keeps the last known duration when a reading was not timed', () => {
    cost.record('system', { durationMs: 5, status: 'ok' });
    cost.record('system', { durationMs: null, status: 'absent' });
    expect(cost.totals().get('system')).toMatchObject({ collections: 2, totalDurationMs: 5, lastDurationMs: 5 });
  });

  it.each([
    ['ok', 1_000],
    ['partial', 1_000],
    ['absent', null],
    ['failed', null],
    ['denied', null],
    ['timeout', null],
    ['stale', null],
  ] as const)('takes a reading that is %s as a success at %s', (status, at) => {
    cost.record('engines', { durationMs: 1, status });
    expect(cost.totals().get('engines')?.lastSuccessAtMs).toBe(at);
  });

  it('keeps the time of the last success through failures', () => {
    cost.record('engines', { durationMs: 1, status: 'ok' });
    clock.advance(500);
    cost.record('engines', { durationMs: 1, status: 'failed' });
    expect(cost.totals().get('engines')?.lastSuccessAtMs).toBe(1_000);
  });

  it('knows nothing of child processes until a collector tells', () => {
    cost.record('gpu', { durationMs: 1, status: 'ok' });
    expect(cost.totals().get('gpu')).toMatchObject({ processesStarted: null, childCpuSeconds: null });
    cost.record('gpu', { durationMs: 1, status: 'ok', processesStarted: 2, childCpuSeconds: null });
    cost.record('gpu', { durationMs: 1, status: 'ok', processesStarted: 1, childCpuSeconds: 0.25 });
    expect(cost.totals().get('gpu')).toMatchObject({ processesStarted: 3, childCpuSeconds: 0.25 });
  });

  it('tells its listeners of every reading', () => {
    const heard: unknown[] = [];
    cost.subscribe((source, { status }) => heard.push([source, status]));
    cost.record('gpu', { durationMs: 1, status: 'ok' });
    cost.record('kernelLog', { durationMs: null, status: 'absent' });
    expect(heard).toEqual([
      ['gpu', 'ok'],
      ['kernelLog', 'absent'],
    ]);
  });
});
