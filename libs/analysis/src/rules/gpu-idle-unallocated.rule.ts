import type { Gpu } from '@app/core';
import { enginesOn, enginesShortOfCapacity } from './engine-gpus.js';
import { idleCostOf, idleCostText } from './idle-cost.js';
import { CLEAR, type RuleContext, type RuleSample, defineRule, lastOf, missing, reading, startOf } from './rule.js';

type Threshold = 'memoryRatio' | 'memoryBytes';

const GIB = 1024 ** 3;

/** The driver itself keeps some memory, more on larger cards. */
function isMemoryFree({ memory }: Gpu, { thresholds }: RuleContext<Threshold>): boolean {
  const used = memory.usedBytes ?? Infinity;
  return used < thresholds.memoryRatio * (memory.totalBytes ?? 0) || used < thresholds.memoryBytes;
}

/** One GPU alone, or no engine at all, is somebody's machine and no pool with room to share. */
function isPool({ snapshot }: RuleSample<Gpu>): boolean {
  return snapshot.gpus.length > 1 && snapshot.engines.length > 0;
}

/** Nobody has used the GPU for a long time. */
export const gpuIdleUnallocatedRule = defineRule<'gpu', Threshold>({
  id: 'gpu-idle-unallocated',
  title: 'GPU is not used by anybody',
  category: 'cost',
  scope: 'gpu',
  durationClass: 'D3',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.utilization.gpuRatio', required: true },
    { signal: 'gpus.memory.usedBytes', required: true },
    { signal: 'gpus.memory.totalBytes', required: true },
    { signal: 'gpus.processes', required: false },
    { signal: 'gpus.power.drawWatts', required: false },
    { signal: 'gpus.energyJoules', required: false },
    { signal: 'engines.requestsWaiting', required: false },
  ],
  thresholds: {
    memoryRatio: {
      value: 0.05,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.001, max: 0.5 },
      description: 'share of the memory in use below which nobody holds it',
    },
    memoryBytes: {
      value: GIB,
      unit: 'bytes',
      source: 'engineering choice',
      range: { min: 0, max: 16 * GIB },
      description: 'memory in use below which nobody holds it, for small cards',
    },
  },
  candidateActions: ['k8s-scale'],
  reference: 'engineering choice',

  judge(sample, context) {
    const { utilization, memory, processes } = sample.state;
    if (utilization.gpuRatio === null) return missing('gpus.utilization.gpuRatio');
    if (memory.usedBytes === null) return missing('gpus.memory.usedBytes');
    if (!memory.totalBytes) return missing('gpus.memory.totalBytes');
    if (processes.some(({ type }) => type?.includes('G'))) {
      return { status: 'inapplicable', reason: 'a display uses the GPU' };
    }
    const isUsed = processes.length > 0 || enginesOn(sample.subject.id, sample.snapshot).length > 0;
    if (isUsed || utilization.gpuRatio > 0 || !isMemoryFree(sample.state, context)) return CLEAR;
    return { status: 'holds' };
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { memory, utilization } = sample.state;
    const cost = idleCostOf(run, (sample.atMs - startOf(run)) / 1000, context);
    const short = enginesShortOfCapacity(sample.subject.id, sample.snapshot).map(({ id }) => id);
    const isNeeded = isPool(sample) && short.length > 0;
    const need = isNeeded ? ' while an engine of this machine queues requests: {short}' : '';
    return {
      severity: isNeeded ? 'medium' : isPool(sample) ? 'low' : 'info',
      confidence: 'high',
      summary: `Nobody has used the GPU for {idle} (${idleCostText(cost)})${need}.`,
      evidence: {
        ...cost,
        short: isNeeded ? reading(sample, 'derived.enginesShortOfCapacity', short.join(', '), 'text') : null,
        utilization: reading(sample, 'gpus.utilization.gpuRatio', utilization.gpuRatio, 'ratio', {
          bound: { operator: '==', threshold: 0, source: 'rule definition' },
        }),
        memory: reading(sample, 'gpus.memory.usedBytes', memory.usedBytes, 'bytes'),
        gpus: reading(sample, 'derived.gpusOfHost', sample.snapshot.gpus.length, 'count'),
      },
      candidateActions: isNeeded ? [{ type: 'k8s-scale', parameters: { replicaChange: 1 } }] : [],
    };
  },
});
