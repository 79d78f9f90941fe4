import { describe, expect, it } from '@jest/globals';
import { PressureWindow } from './pressure-window.js';

const waited = (seconds: number) => ({
  cpuSome: seconds,
  memorySome: seconds,
  memoryFull: null,
  ioSome: 0,
  ioFull: 0,
});

describe('PressureWindow', () => {
  it('gives the share of the last ten seconds and of the last minute', () => {
    const window = new PressureWindow();
    for (let second = 0; second < 60; second += 10) window.add(second * 1000, waited(0));
    const pressure = window.add(60_000, waited(3));

    expect(pressure).toMatchObject({ cpuSomeAvg10: 30, cpuSomeAvg60: 5, ioSomeAvg10: 0, memoryFullAvg10: null });
  });

  it('has nothing of a span that no earlier reading covers', () => {
    const window = new PressureWindow();
    expect(window.add(0, waited(0)).cpuSomeAvg10).toBeNull();
    expect(window.add(5000, waited(1)).cpuSomeAvg10).toBeNull();
    expect(window.add(10_000, waited(1))).toMatchObject({ cpuSomeAvg10: 10, cpuSomeAvg60: null });
  });

  it('does not show a mean over minutes as one over ten seconds', () => {
    const window = new PressureWindow();
    window.add(0, waited(0));

    expect(window.add(60_000, waited(6))).toMatchObject({ cpuSomeAvg10: null, cpuSomeAvg60: 10 });
  });

  it('drops the span in which a counter went down', () => {
    const window = new PressureWindow();
    window.add(0, waited(5));

    expect(window.add(10_000, waited(1)).cpuSomeAvg10).toBeNull();
  });

  it('takes readings out of order for new beginnings', () => {
    const window = new PressureWindow();
    window.add(60_000, waited(5));

    expect(window.add(10_000, waited(1)).cpuSomeAvg10).toBeNull();
    expect(window.add(20_000, waited(2)).cpuSomeAvg10).toBe(10);
  });
});
