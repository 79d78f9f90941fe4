import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import {
  type Patch,
  aFrameEngine,
  aFrameHistogram,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function replica(port: number, patch: Patch<Engine>): Engine {
  const url = `http://127.0.0.1:${port}`;
  return aFrameEngine({ id: url, url, ...patch });
}
const hot = (waiting: number, running = 30): Patch<Engine> => ({
  requestsRunning: running,
  requestsWaiting: waiting,
  requestsWaitingCapacity: waiting,
});
const IDLE: Patch<Engine> = { requestsRunning: 4, kvCacheUsageRatio: 0.2 };

function outcome(engines: (frame: number) => readonly Engine[], count = 6) {
  const window = aWindow(count, 60, (frame) => ({ engines: engines(frame) }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'replica-load-imbalance');
}
const three = (first: Patch<Engine>, others: Patch<Engine> = IDLE) => [
  replica(8000, first),
  replica(8001, others),
  replica(8002, others),
];

describe('replica-load-imbalance', () => {
  it('confirms after five minutes that one replica queues while others have room', () => {
    const { finding } = outcome(() => three(hot(10)));
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed', subject: { kind: 'fleet', id: 'fleet' } });
    expect(finding?.summary).toBe(
      'http://127.0.0.1:8000 has 40 requests, 10 of them waiting, while the mean of the replicas is 16 and http://127.0.0.1:8001 has no queue.',
    );
    expect(outcome(() => three(hot(10)), 5).finding?.state).toBe('suspected');
  });

  it('holds from exactly twice the mean and five waiting', () => {
    expect(outcome(() => three(hot(5, 15), { ...IDLE, requestsRunning: 5 })).finding).toBeDefined();
    expect(outcome(() => three(hot(5, 14), { ...IDLE, requestsRunning: 5 })).finding).toBeUndefined();
    expect(outcome(() => three(hot(4))).finding).toBeUndefined();
  });

  it('needs another replica with room', () => {
    expect(outcome(() => three(hot(10), { ...IDLE, kvCacheUsageRatio: 0.5 })).finding).toBeUndefined();
    expect(outcome(() => three(hot(10), { ...IDLE, ...hot(1, 4) })).finding).toBeUndefined();
  });

  it('is high when only the busiest replica is late', () => {
    const late = (frame: number): Patch<Engine> => ({
      ...hot(10),
      histograms: { ttft: aFrameHistogram([1, 2.5], [0, 0, frame * 50]) },
    });
    expect(outcome((frame) => three(late(frame))).finding?.severity).toBe('high');
  });

  it('says so when the busiest replica finds clearly more in its prefix cache', () => {
    const { finding, notEvaluated } = outcome(() =>
      three({ ...hot(10), prefixCacheHitRatio: 0.8 }, { ...IDLE, prefixCacheHitRatio: 0.3 }),
    );
    expect(finding).toBeUndefined();
    expect(notEvaluated).toContain('requests are routed by prefix');
  });

  it('compares replicas of one model only', () => {
    const others = [replica(8000, hot(10)), replica(8001, { ...IDLE, model: 'another' })];
    expect(outcome(() => others).notEvaluated).toBe('no two engines of the target serve the same model');
  });

  it('is not evaluated without the load of a replica', () => {
    expect(outcome(() => three(hot(10), { requestsRunning: null })).notEvaluated).toContain('engines.requestsRunning');
  });
});
