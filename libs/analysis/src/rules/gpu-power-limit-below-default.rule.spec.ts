import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import {
  FRAME_GPU_UUID,
  type Patch,
  aFrameEngine,
  aFrameGpu,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const LOWERED = { enforcedLimitWatts: 400, requestedLimitWatts: 400, drawWatts: 300 };
const BOUND: Patch<Gpu> = { power: { ...LOWERED, drawWatts: 395 }, clocks: { smMhz: 1300 } };

function outcome(patch: Patch<Gpu>, count = 11, peers: readonly Gpu[] = []) {
  const gpuUuids = [FRAME_GPU_UUID, ...peers.flatMap(({ uuid }) => uuid ?? [])];
  const window = aWindow(count, 60, () => ({
    gpus: [aFrameGpu(patch), ...peers],
    engines: [aFrameEngine({ gpuUuids })],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-power-limit-below-default');
}

describe('gpu-power-limit-below-default', () => {
  it('is context while nothing shows that it costs speed', () => {
    expect(outcome({ power: LOWERED }).finding).toMatchObject({
      severity: 'info',
      state: 'confirmed',
      candidateActions: [],
    });
  });

  it('is medium when the GPU draws all it may at a low clock, and proposes the default', () => {
    const { finding } = outcome(BOUND);
    expect(finding?.severity).toBe('medium');
    expect(finding?.candidateActions).toEqual([{ type: 'gpu-restore-power-limit', parameters: {} }]);
    expect(finding?.summary).toContain('is 400 W, below the default of 700 W');
  });

  it('is high when a busy GPU of the same group may draw more', () => {
    const peer = aFrameGpu({ index: 1, uuid: 'GPU-two' });
    expect(outcome({ power: LOWERED }, 11, [peer]).finding?.severity).toBe('high');
    const lowered = aFrameGpu({ index: 1, uuid: 'GPU-two', power: LOWERED });
    expect(outcome({ power: LOWERED }, 11, [lowered]).finding?.severity).toBe('info');
  });

  it('holds below exactly 98 % of the default', () => {
    expect(outcome({ power: { enforcedLimitWatts: 686 } }).finding).toBeUndefined();
    expect(outcome({ power: { enforcedLimitWatts: 685 } }).finding).toBeDefined();
  });

  it('does not propose to restore what was never asked for', () => {
    const outOfBand: Patch<Gpu> = { ...BOUND, power: { ...BOUND.power, requestedLimitWatts: 700 } };
    expect(outcome(outOfBand).finding).toMatchObject({ severity: 'medium', candidateActions: [] });
  });

  it('only suspects before ten minutes', () => {
    expect(outcome(BOUND, 10).finding?.state).toBe('suspected');
  });

  it.each([
    ['gpus.power.enforcedLimitWatts', { power: { enforcedLimitWatts: null } }],
    ['gpus.power.defaultLimitWatts', { power: { defaultLimitWatts: null } }],
  ] satisfies [string, Patch<Gpu>][])('is not evaluated without %s', (signal, patch) => {
    expect(outcome(patch).notEvaluated).toContain(signal);
  });
});
