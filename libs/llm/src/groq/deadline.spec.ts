import { describe, expect, it } from '@jest/globals';
import { Deadline } from './deadline.js';

const NEVER = new Promise<never>(() => undefined);

describe('a deadline', () => {
  it('ends work that does not notice it', async () => {
    const deadline = new Deadline(40);
    const startedAt = performance.now();
    expect(await deadline.race(NEVER)).toBeNull();
    expect(performance.now() - startedAt).toBeLessThan(240);
    expect(deadline).toMatchObject({ isOver: true, isCancelled: false });
    expect(deadline.remainingMs()).toBe(0);
  });

  it('is over at once when the run is cancelled, and before it began', async () => {
    const run = new AbortController();
    const deadline = new Deadline(60_000, run.signal);
    const racing = deadline.race(NEVER);
    run.abort();
    expect(await racing).toBeNull();
    expect(deadline.isCancelled).toBe(true);
    expect(await new Deadline(60_000, AbortSignal.abort()).race(Promise.resolve(1))).toBeNull();
  });

  it('gives what the work answers, and lets its failure rise', async () => {
    const deadline = new Deadline(60_000);
    expect(await deadline.race(Promise.resolve(7))).toBe(7);
    await expect(deadline.race(Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(deadline.remainingMs()).toBeGreaterThan(50_000);
  });
});
