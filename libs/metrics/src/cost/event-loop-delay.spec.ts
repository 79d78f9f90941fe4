import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EventLoopDelay } from './event-loop-delay.js';

const MINUTE_MS = 60_000;
const NANOSECONDS_PER_MS = 1e6;

/** A monitor that has measured the same interval every time. */
class SetMonitor {
  count = 0;
  isOn = true;
  intervalMs = 100;

  percentile(): number {
    return this.intervalMs * NANOSECONDS_PER_MS;
  }

  disable(): boolean {
    this.isOn = false;
    return true;
  }
}

describe('EventLoopDelay', () => {
  let begun: SetMonitor[];
  let delay: EventLoopDelay;
  beforeEach(() => {
    jest.useFakeTimers();
    begun = [];
    delay = new EventLoopDelay(() => {
      const monitor = new SetMonitor();
      begun.push(monitor);
      return monitor;
    });
  });
  afterEach(() => {
    delay.stop();
    jest.useRealTimers();
  });

  function measured(index: number, intervalMs: number): void {
    Object.assign(begun[index] ?? {}, { count: 1, intervalMs });
  }

  const unknown = { p50Seconds: null, p99Seconds: null };

  it('knows nothing before it is started, before the first tick, and after it was stopped', () => {
    expect(delay.read()).toEqual(unknown);
    delay.start();
    expect(delay.read()).toEqual(unknown);
    measured(0, 1040);
    delay.stop();
    expect(delay.read()).toEqual(unknown);
  });

  it.each([
    ['an idle loop, which ticks at the resolution,', 1000, 0],
    ['a loop that was held up', 1300, 0.3],
    ['a tick that came early', 999.9, 0],
  ])('gives the delay of %s beyond its resolution', (_, intervalMs, seconds) => {
    delay.start();
    measured(0, intervalMs);
    expect(delay.read().p99Seconds).toBeCloseTo(seconds, 9);
  });

  it('goes over each minute to what the monitor begun before has seen, and lets the old one go', () => {
    delay.start();
    measured(0, 1500);
    measured(1, 1050);
    jest.advanceTimersByTime(MINUTE_MS);
    expect(delay.read().p50Seconds).toBeCloseTo(0.05, 9);
    expect(begun.map(({ isOn }) => isOn)).toEqual([false, true, true]);
  });

  it('leaves no timer and no monitor behind', () => {
    delay.start();
    delay.start();
    expect(jest.getTimerCount()).toBe(1);
    delay.stop();
    expect(jest.getTimerCount()).toBe(0);
    expect(begun.map(({ isOn }) => isOn)).toEqual([false, false]);
  });

  it('watches the real loop by default', () => {
    const real = new EventLoopDelay();
    real.start();
    expect(real.read()).toEqual(unknown);
    real.stop();
  });
});
