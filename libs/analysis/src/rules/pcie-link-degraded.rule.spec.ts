import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { type Patch, aFrameEngine, aFrameGpu, aWindow, anAnalysisContext, outcomeOf } from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const NARROW: Patch<Gpu> = { pcie: { width: 8 } };
const SIBLING = aFrameGpu({ index: 1, uuid: 'GPU-sibling', pciBusId: '00000000:5E:00.0' });

function outcome(patch: (frame: number) => Patch<Gpu>, siblings: readonly Gpu[] = [SIBLING], count = 3) {
  const window = aWindow(count, 60, (frame) => ({ gpus: [aFrameGpu(patch(frame)), ...siblings] }));
  const analysis = new Analyzer().analyze(window, anAnalysisContext());
  return outcomeOf(analysis, 'pcie-link-degraded');
}

describe('pcie-link-degraded', () => {
  it('confirms a busy GPU with fewer lanes than its sibling', () => {
    const { finding } = outcome(() => NARROW);
    expect(finding).toMatchObject({ severity: 'medium', state: 'confirmed' });
    expect(finding?.summary).toContain('generation 5 with 8 lanes, of 5 and 16 possible');
    expect(finding?.candidateActions.map(({ type }) => type)).toEqual(['notify-oncall', 'collect-diagnostics']);
  });

  it('confirms a slower generation than the GPU had before', () => {
    const { finding } = outcome((frame) => ({ pcie: { generation: frame < 2 ? 5 : 3 } }), [], 6);
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ signal: 'derived.pcieReferenceGeneration', value: 5 }),
    );
    expect(finding?.severity).toBe('medium');
  });

  it('is high from exactly a quarter of the lanes, or when cached blocks come over the link', () => {
    expect(outcome(() => ({ pcie: { width: 4 } })).finding?.severity).toBe('high');
    const window = aWindow(3, 60, () => ({
      gpus: [aFrameGpu(NARROW), SIBLING],
      engines: [aFrameEngine({ externalCacheHitRatio: 0.2 })],
    }));
    const analysis = new Analyzer().analyze(window, anAnalysisContext());
    expect(outcomeOf(analysis, 'pcie-link-degraded').finding?.severity).toBe('high');
  });

  it('is context without anything to compare with', () => {
    expect(outcome(() => NARROW, []).finding).toMatchObject({ severity: 'info', candidateActions: [] });
  });

  it('takes what all busy siblings have for how the machine is built', () => {
    expect(outcome(() => NARROW, [{ ...SIBLING, pcie: { ...SIBLING.pcie, width: 8 } }]).finding).toBeUndefined();
  });

  it('lets an idle GPU rest its link, and a slot be slower than the GPU', () => {
    expect(outcome(() => ({ ...NARROW, utilization: { gpuRatio: 0.49 } })).finding).toBeUndefined();
    expect(outcome(() => ({ pcie: { generation: 4, hostMaxGeneration: 4 } })).finding).toBeUndefined();
  });

  it('says nothing of a virtual machine that does not know its slot', () => {
    const virtual: Patch<Gpu> = { virtualizationMode: 'Pass-Through', pcie: { width: 8, hostMaxGeneration: null } };
    const { finding, notEvaluated } = outcome(() => virtual, []);
    expect(finding).toBeUndefined();
    expect(notEvaluated).toContain('virtual machine');
  });

  it('only suspects before its duration', () => {
    expect(outcome(() => NARROW, [SIBLING], 2).finding?.state).toBe('suspected');
  });

  it.each([
    ['gpus.pcie.width', { pcie: { width: null } }],
    ['gpus.pcie.maxGeneration', { pcie: { maxGeneration: null } }],
    ['gpus.utilization.gpuRatio', { utilization: { gpuRatio: null } }],
  ] satisfies [string, Patch<Gpu>][])('is not evaluated without %s', (signal, patch) => {
    expect(outcome(() => patch, []).notEvaluated).toContain(signal);
  });
});
