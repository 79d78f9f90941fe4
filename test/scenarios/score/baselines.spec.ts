import { describe, expect, it } from '@jest/globals';
import { aFrameGpu } from '@app/testing/analysis';
import { aSnapshot, aSystem } from '@app/testing/metrics';
import { fixedThresholds } from './baselines.js';

function utilised({ cpu = 0.1, gpu = 0.1, memory = 0.1 }: { cpu?: number; gpu?: number; memory?: number }) {
  const system = aSystem();
  const one = aFrameGpu();
  return aSnapshot({
    system: {
      ...system,
      cpu: { ...system.cpu, utilizationRatio: cpu },
      memory: { ...system.memory, totalBytes: 100, availableBytes: 100 - memory * 100 },
    },
    gpus: [{ ...one, utilization: { ...one.utilization, gpuRatio: gpu } }],
  });
}

describe('fixed thresholds', () => {
  it.each([
    ['nothing below them', {}, null],
    ['a warning from the first bound on', { memory: 0.85 }, 'host-memory-pressure'],
    ['the critical alarm before the warnings', { cpu: 0.85, gpu: 0.98 }, 'compute-bound'],
    ['the first of several warnings', { cpu: 0.8, gpu: 0.9 }, 'host-cpu-pressure'],
  ])('say %s', (_, utilisation, primary) => {
    expect(fixedThresholds(utilised(utilisation)).primaryBottleneck).toBe(primary);
  });

  it('say nothing of what is not known', () => {
    expect(fixedThresholds(aSnapshot({ system: null, gpus: [] }))).toEqual({ primaryBottleneck: null, findings: [] });
  });
});
