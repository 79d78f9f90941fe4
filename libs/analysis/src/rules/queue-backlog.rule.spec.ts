import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import { type Patch, aFrameEngine, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const CONTEXT = anAnalysisContext();

function outcome(frames: readonly Patch<Engine>[], context = CONTEXT) {
  const window = aWindow(frames.length, 60, (frame) => ({ engines: [aFrameEngine(frames[frame])] }));
  return outcomeOf(new Analyzer().analyze(window, context), 'queue-backlog');
}
function waiting(...requests: number[]): Patch<Engine>[] {
  return requests.map((requestsWaitingCapacity) => ({
    requestsWaitingCapacity,
    requestsWaiting: requestsWaitingCapacity,
  }));
}
/** TTFT buckets after `done` requests, of which `late` took longer than the bound of 2.5 s. */
function ttft(done: number, late: number): Patch<Engine> {
  const upperBounds = [1, 2.5, 5, null];
  const cumulativeCounts = [0, done - late, done, done];
  return { histograms: { ttft: { upperBounds, cumulativeCounts, sum: null, count: done } } };
}

describe('queue-backlog', () => {
  it('confirms a queue of exactly five that does not drain', () => {
    const { finding } = outcome(waiting(5, 5, 5));
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed', confidence: 'high' });
    expect(finding?.evidence[0]).toMatchObject({
      signal: 'engines.requestsWaitingCapacity',
      value: 5,
      operator: '>=',
      threshold: 5,
    });
  });

  it('says nothing of four waiting requests, of one spike, or of a queue that drains', () => {
    expect(outcome(waiting(4, 4, 4)).finding).toBeUndefined();
    expect(outcome(waiting(0, 40, 0)).finding).toBeUndefined();
    expect(outcome(waiting(20, 18, 15)).finding).toBeUndefined();
    expect(outcome(waiting(20, 18, 16)).finding).toBeDefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome(waiting(9, 9)).finding?.state).toBe('suspected');
  });

  it('is never raised from deferred requests', () => {
    const deferred = { requestsWaiting: 30, requestsWaitingDeferred: 30 };
    expect(outcome(Array(3).fill({ ...deferred, requestsWaitingCapacity: 0 })).finding).toBeUndefined();
    expect(outcome(Array(3).fill({ ...deferred, requestsWaitingCapacity: null })).finding).toBeUndefined();
  });

  it('falls back to the plain queue length with medium confidence', () => {
    const plain = { requestsWaiting: 8, requestsWaitingCapacity: null, requestsWaitingDeferred: null };
    expect(outcome(Array(3).fill(plain)).finding).toMatchObject({ confidence: 'medium' });
  });

  it('needs running requests', () => {
    expect(outcome(waiting(9, 9, 9).map((patch) => ({ ...patch, requestsRunning: 0 }))).finding).toBeUndefined();
  });

  it('is high when the first tokens are late, and when the queue grows for five minutes', () => {
    const late = waiting(9, 9, 9).map((patch, frame) => ({ ...patch, ...ttft(100 + frame * 50, frame * 5) }));
    expect(outcome(late).finding).toMatchObject({ severity: 'high' });
    const punctual = waiting(9, 9, 9).map((patch, frame) => ({ ...patch, ...ttft(100 + frame * 50, frame) }));
    expect(outcome(punctual).finding).toMatchObject({ severity: 'medium' });
    expect(outcome(waiting(9, 9, 10, 10, 11, 11)).finding?.severity).toBe('high');
  });

  it('is critical when it has grown tenfold and requests are turned away', () => {
    const refusing = (refused: number) =>
      waiting(5, 20, 50).map((patch, frame) => ({ ...patch, counters: { admissionRejections: frame * refused } }));
    expect(outcome(refusing(3)).finding?.severity).toBe('critical');
    expect(outcome(refusing(0)).finding?.severity).toBe('medium');
    const lesser = waiting(5, 20, 49).map((patch, frame) => ({ ...patch, counters: { httpServerErrors: frame } }));
    expect(outcome(lesser).finding?.severity).toBe('medium');
  });

  it('is context for batch work', () => {
    const batch = { ...CONTEXT, slo: { ttftP95Seconds: 0, itlP95Seconds: 0 } };
    expect(outcome(waiting(90, 90, 90), batch).finding).toMatchObject({ severity: 'info', candidateActions: [] });
  });

  it('is not evaluated without a queue length or without running requests', () => {
    const none = { requestsWaiting: null, requestsWaitingCapacity: null };
    expect(outcome(Array(3).fill(none)).notEvaluated).toBe('missing input: engines.requestsWaiting');
    expect(outcome([{ requestsRunning: null }]).notEvaluated).toBe('missing input: engines.requestsRunning');
  });

  it('lets a restarted engine settle for two minutes', () => {
    const restart = waiting(9, 9, 9, 9, 9).map((patch, frame) => ({
      ...patch,
      counters: { generationTokens: frame === 0 ? 50_000 : frame },
    }));
    expect(outcome(restart.slice(0, 3)).finding).toBeUndefined();
    expect(outcome(restart).finding?.state).toBe('suspected');
  });
});
