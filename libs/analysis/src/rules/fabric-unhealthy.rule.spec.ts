import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameGpu, aFrameSystem, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const FABRIC = { state: 'Completed', status: 'Success', health: 'Healthy' };

function outcome(fabric: (frame: number) => Patch<Gpu['fabric']>, count = 2, uptimeSeconds = 100_000) {
  const window = aWindow(count, 60, (frame) => ({
    gpus: [aFrameGpu({ fabric: { ...FABRIC, ...fabric(frame) } })],
    system: aFrameSystem({ uptimeSeconds: uptimeSeconds + frame * 60 }),
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'fabric-unhealthy');
}

describe('fabric-unhealthy', () => {
  it('is critical when two polls call it unhealthy', () => {
    const { finding } = outcome(() => ({ health: 'Unhealthy' }));
    expect(finding).toMatchObject({ severity: 'critical', state: 'confirmed' });
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual(['notify-oncall', 'k8s-cordon']);
  });

  it('is medium with limited capacity', () => {
    const { finding } = outcome(() => ({ health: 'Limited Capacity' }));
    expect(finding?.severity).toBe('medium');
    expect(finding?.summary).toContain('Limited Capacity');
  });

  it('is high when registering does not end', () => {
    expect(outcome(() => ({ state: 'In Progress', health: null })).finding?.severity).toBe('high');
  });

  it('waits five minutes after a boot, and after a reset that the window shows', () => {
    expect(outcome(() => ({ state: 'In Progress', health: null }), 2, 200).finding).toBeUndefined();
    const reset = (frame: number) => (frame === 0 ? {} : { state: 'In Progress', health: null });
    expect(outcome(reset, 6).finding).toBeUndefined();
    expect(outcome(reset, 9).finding?.severity).toBe('high');
  });

  it('is silent about one poll, and about a healthy fabric', () => {
    expect(outcome(() => ({ health: 'Unhealthy' }), 1).notEvaluated).toContain('needs another sample');
    expect(outcome((frame) => ({ health: frame === 0 ? 'Unhealthy' : 'Healthy' })).finding).toBeUndefined();
    expect(outcome(() => ({})).finding).toBeUndefined();
  });

  it('is not evaluated where there is no fabric', () => {
    expect(outcome(() => ({ state: null })).notEvaluated).toContain('gpus.fabric.state');
    expect(outcome(() => ({ state: 'Not Supported' })).notEvaluated).toContain('Not Supported');
  });
});
