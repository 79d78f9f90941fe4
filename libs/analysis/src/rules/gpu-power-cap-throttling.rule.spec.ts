import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

function outcome(patch: Patch<Gpu>, count = 3) {
  const window = aWindow(count, 60, () => ({
    gpus: [aFrameGpu({ clockEventReasons: ['sw-power-cap'], power: { drawWatts: 695 }, ...patch })],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-power-cap-throttling');
}

const LOWERED = { drawWatts: 395, enforcedLimitWatts: 400, requestedLimitWatts: 400 };

describe('gpu-power-cap-throttling', () => {
  it('is context, not a problem, at the default limit', () => {
    const { finding } = outcome({});
    expect(finding).toMatchObject({ severity: 'info', state: 'confirmed', candidateActions: [] });
    expect(finding?.summary).toContain('full load, not a fault');
  });

  it('is medium when a lowered limit costs clock, and proposes to restore it', () => {
    const { finding } = outcome({ power: LOWERED, clocks: { smMhz: 1386 } });
    expect(finding?.severity).toBe('medium');
    expect(finding?.candidateActions).toEqual([{ type: 'gpu-restore-power-limit', parameters: {} }]);
    expect(finding?.summary).toBe(
      'The GPU draws 395 W at a limit of 400 W, which is below its default of 700 W, and the SM clock is at 70 % of its maximum.',
    );
  });

  it('stays context when a lowered limit costs nothing', () => {
    expect(outcome({ power: LOWERED }).finding).toMatchObject({ severity: 'info', candidateActions: [] });
  });

  it('needs a draw of at least 95 % of the enforced limit', () => {
    expect(outcome({ power: { drawWatts: 665 } }).finding).toBeDefined();
    expect(outcome({ power: { drawWatts: 664 } }).finding).toBeUndefined();
  });

  it('needs a busy GPU and no other slowdown', () => {
    expect(outcome({ utilization: { gpuRatio: 0.49 } }).finding).toBeUndefined();
    const both: Patch<Gpu> = { clockEventReasons: ['sw-power-cap', 'sw-thermal-slowdown'] };
    expect(outcome(both).finding).toBeUndefined();
  });

  it('only suspects before its duration', () => {
    expect(outcome({}, 2).finding?.state).toBe('suspected');
  });

  it.each([
    ['gpus.power.drawWatts', { power: { drawWatts: null } }],
    ['gpus.power.enforcedLimitWatts', { power: { enforcedLimitWatts: null } }],
    ['gpus.utilization.gpuRatio', { utilization: { gpuRatio: null } }],
  ] satisfies [string, Patch<Gpu>][])('is not evaluated without %s', (signal, patch) => {
    expect(outcome(patch).notEvaluated).toContain(signal);
  });
});
