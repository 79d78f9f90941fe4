import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BackgroundSampler } from './background-sampler.js';

describe('BackgroundSampler', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const samplerOf = (sample: () => Promise<unknown>, onError: (error: unknown) => void = () => undefined) =>
    new BackgroundSampler({ intervalMs: 1000, timeoutMs: 500, sample, onError, monotonicMs: () => Date.now() });

  it('samples at once and then in every interval', async () => {
    const sample = jest.fn(async () => undefined);
    const sampler = samplerOf(sample);
    sampler.start();
    expect(sample).toHaveBeenCalledTimes(1);

    await jest.advanceTimersByTimeAsync(3000);
    expect(sample).toHaveBeenCalledTimes(4);
    sampler.stop();
    await jest.advanceTimersByTimeAsync(3000);
    expect(sample).toHaveBeenCalledTimes(4);
  });

  it('does not overlap: ticks during a slow sample are left out', async () => {
    let underWay = 0;
    let most = 0;
    const sample = jest.fn(async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 2500));
      underWay -= 1;
    });
    const sampler = samplerOf(sample);
    sampler.start();
    await jest.advanceTimersByTimeAsync(6000);

    expect(most).toBe(1);
    expect(sample).toHaveBeenCalledTimes(3);
    sampler.stop();
  });

  it('reports an error and goes on', async () => {
    const onError = jest.fn();
    const sample = jest.fn<() => Promise<void>>().mockRejectedValueOnce(new Error('broken')).mockResolvedValue();
    const sampler = samplerOf(sample, onError);
    sampler.start();
    await jest.advanceTimersByTimeAsync(1000);

    expect(onError).toHaveBeenCalledTimes(1);
    expect(sample).toHaveBeenCalledTimes(2);
    sampler.stop();
  });

  it('is alive between start and stop while samples end', async () => {
    const sampler = samplerOf(async () => undefined);
    expect(sampler.isAlive()).toBe(false);
    sampler.start();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(sampler.isAlive()).toBe(true);
    sampler.stop();
    expect(sampler.isAlive()).toBe(false);
  });

  it('is not alive when samples stopped ending', async () => {
    const sampler = samplerOf(() => new Promise(() => undefined));
    sampler.start();
    await jest.advanceTimersByTimeAsync(3500);
    expect(sampler.isAlive()).toBe(true);
    await jest.advanceTimersByTimeAsync(100);
    expect(sampler.isAlive()).toBe(false);
    sampler.stop();
  });
});
