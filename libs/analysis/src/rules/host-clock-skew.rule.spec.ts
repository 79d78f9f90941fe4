import { describe, expect, it } from '@jest/globals';
import type { Engine, System } from '@app/core';
import { type Patch, aFrameEngine, aFrameSystem, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(clock: System['clock'], minutes = 10, engine: Patch<Engine> = {}, uptimeSeconds = 100_000) {
  const window = aWindow(minutes + 1, 60, () => ({
    system: aFrameSystem({ clock, uptimeSeconds }),
    engines: [aFrameEngine(engine)],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'host-clock-skew');
}
const off = (offsetSeconds: number | null, isSynchronized: boolean | null = true) => ({
  offsetSeconds,
  isSynchronized,
});

describe('host-clock-skew', () => {
  it.each([0.051, -0.2])('confirms a clock that is off by %d s for ten minutes', (offset) => {
    const { finding } = outcome(off(offset));
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed', subject: { kind: 'host' } });
    expect(finding?.summary).toBe(`The clock of the host is off by ${Math.abs(offset)} s.`);
    expect(finding?.candidateActions).toEqual([{ type: 'host-fix-time', parameters: {} }]);
  });

  it('confirms a clock that nobody sets', () => {
    expect(outcome(off(0, false)).finding?.summary).toBe('The clock of the host is not synchronised.');
    expect(outcome(off(null, false)).finding).toBeDefined();
  });

  it.each([0.05, -0.05, 0])('says nothing of an offset of %d s', (offset) => {
    expect(outcome(off(offset))).toEqual({});
    expect(outcome(off(offset, null))).toEqual({});
  });

  it('is medium where several hosts are compared', () => {
    expect(outcome(off(1), 10, { url: 'http://gpu-7:8000' }).finding?.severity).toBe('medium');
  });

  it('only suspects before ten minutes', () => {
    expect(outcome(off(1), 9).finding?.state).toBe('suspected');
  });

  it('gives the time service five minutes after a boot', () => {
    expect(outcome(off(0, false), 10, {}, 299).notEvaluated).toContain('just started');
    expect(outcome(off(0, false), 10, {}, 300).finding).toBeDefined();
  });

  it('is not evaluated when nothing tells of the clock', () => {
    expect(outcome(off(null, null)).notEvaluated).toContain('system.clock.isSynchronized');
  });
});
