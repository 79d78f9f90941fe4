import { describe, expect, it } from '@jest/globals';
import { HangCircuit } from './hang-circuit.js';

describe('HangCircuit', () => {
  it('pauses for 10, 20 and then 30 seconds once three calls in a row hung', () => {
    let nowMs = 1_000;
    const circuit = new HangCircuit({ now: () => nowMs });
    const pauses = [1, 2, 3, 4, 5, 6].map(() => {
      circuit.recordHang();
      const pauseMs = circuit.pauseLeftMs();
      nowMs += pauseMs;
      expect(circuit.pauseLeftMs()).toBe(0);
      return pauseMs;
    });
    expect(pauses).toEqual([0, 0, 10_000, 20_000, 30_000, 30_000]);
  });

  it('starts counting anew after an answer', () => {
    const circuit = new HangCircuit({ now: () => 0 });
    circuit.recordHang();
    circuit.recordHang();
    circuit.recordAnswer();
    circuit.recordHang();
    circuit.recordHang();
    expect(circuit.pauseLeftMs()).toBe(0);
  });
});
