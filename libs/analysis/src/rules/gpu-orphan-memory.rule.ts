import type { Gpu, Snapshot } from '@app/core';
import { enginesOn } from './engine-gpus.js';
import { CLEAR, type RuleSample, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'usedMemoryBytes';

const GIB = 1024 ** 3;

function showsProcesses({ gpus }: Pick<Snapshot, 'gpus'>): boolean {
  return gpus.some(({ processes }) => processes.length > 0);
}

/**
 * In a container the driver lists no processes although they exist; only where one was ever shown does their absence
 * say something. Looks back only for a GPU with memory in use and no process, which is rare.
 */
function areProcessesVisible(sample: RuleSample<Gpu>): boolean {
  for (let at: RuleSample<Gpu> | null = sample; at !== null; at = at.previous) {
    if (showsProcesses(at.snapshot)) return true;
  }
  return false;
}

/** Memory of the GPU is in use and no process is there that would use it. */
export const gpuOrphanMemoryRule = defineRule<'gpu', Threshold>({
  id: 'gpu-orphan-memory',
  title: 'GPU memory is held by no visible process',
  category: 'efficiency',
  scope: 'gpu',
  durationClass: 'D2',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.memory.usedBytes', required: true },
    { signal: 'gpus.processes', required: true },
    { signal: 'gpus.mig.mode', required: false },
    { signal: 'gpus.virtualizationMode', required: false },
    { signal: 'gpus.utilization.gpuRatio', required: false },
  ],
  thresholds: {
    usedMemoryBytes: {
      value: 2 * GIB,
      unit: 'bytes',
      source: 'engineering choice',
      range: { min: GIB / 4, max: 1024 * GIB },
      description: 'memory in use without a process; the driver itself needs less',
      softens: 'down',
    },
  },
  candidateActions: ['collect-diagnostics', 'gpu-reset'],
  reference: 'engineering choice',

  judge(sample, { thresholds }) {
    const { memory, mig, processes, utilization, virtualizationMode } = sample.state;
    if (mig.mode === true) return { status: 'inapplicable', reason: 'under MIG processes belong to instances' };
    if (/vgpu/i.test(virtualizationMode ?? '')) {
      return { status: 'inapplicable', reason: 'a virtual GPU does not show the processes of others' };
    }
    if (memory.usedBytes === null) return missing('gpus.memory.usedBytes');
    if (memory.usedBytes < thresholds.usedMemoryBytes || processes.length > 0) return CLEAR;
    // An engine that answers and uses this GPU is a process, even where the driver does not list it.
    if (enginesOn(sample.subject.id, sample.snapshot).some(({ up }) => up)) return CLEAR;
    if ((utilization.gpuRatio ?? 0) > 0) {
      return { status: 'inapplicable', reason: 'the GPU works, so a process is there that is not visible here' };
    }
    return areProcessesVisible(sample)
      ? { status: 'holds' }
      : { status: 'inapplicable', reason: 'no process was seen on any GPU: those of the host may not be visible here' };
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { memory, utilization } = sample.state;
    return {
      severity: 'medium',
      confidence: 'medium',
      summary: '{used} of the memory of the GPU are in use and no process is there that would use them.',
      evidence: {
        used: reading(sample, 'gpus.memory.usedBytes', memory.usedBytes, 'bytes', {
          bound: context.bound('>=', 'usedMemoryBytes'),
        }),
        processes: reading(sample, 'derived.gpuProcesses', sample.state.processes.length, 'count'),
        utilization: reading(sample, 'gpus.utilization.gpuRatio', utilization.gpuRatio, 'ratio'),
      },
      candidateActions: [
        { type: 'collect-diagnostics', parameters: {} },
        { type: 'gpu-reset', parameters: {} },
      ],
    };
  },
});
