import type { Gpu, MigDevice } from '@app/core';
import { capacityWaiting } from './derived-readings.js';
import { enginesOn, enginesShortOfCapacity } from './engine-gpus.js';
import { CLEAR, type RuleContext, type RuleSample, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'instanceMemoryRatio' | 'emptyMemoryRatio' | 'kvCacheUsage';
/** An engine in a small instance is full; another engine queues; memory lies outside of every instance. */
type Misfit = 'full-beside-empty' | 'empty-while-queue' | 'memory-unassigned';

const SUMMARIES: Readonly<Record<Misfit, string>> = {
  'full-beside-empty':
    'An engine in a MIG instance has its KV cache {kvCache} full while {empty} of {instances} instances are empty.',
  'empty-while-queue':
    '{empty} of {instances} MIG instances are empty while an engine elsewhere queues requests ({waiting} now).',
  'memory-unassigned': 'The MIG instances have {assigned} of the memory of the GPU; the rest cannot be used.',
};

/** Without a process and with hardly any memory in use; null when it can't be told. */
function isEmpty(device: MigDevice, gpu: Gpu, emptyRatio: number): boolean | null {
  const { gpuInstanceId, memoryUsedBytes, memoryTotalBytes } = device;
  if (gpuInstanceId === null || memoryUsedBytes === null || !memoryTotalBytes) return null;
  const hasProcess = gpu.processes.some((process) => process.gpuInstanceId === gpuInstanceId);
  return !hasProcess && memoryUsedBytes < emptyRatio * memoryTotalBytes;
}

function emptyInstances(gpu: Gpu, emptyRatio: number): number {
  return gpu.mig.devices.filter((device) => isEmpty(device, gpu, emptyRatio)).length;
}

/** Memory of all instances as a share of the GPU's; null when a size is not known. */
function assignedRatio({ mig, memory }: Gpu): number | null {
  const sizes = mig.devices.map(({ memoryTotalBytes }) => memoryTotalBytes).filter((size) => size !== null);
  if (sizes.length < mig.devices.length || !memory.totalBytes) return null;
  return sizes.reduce((sum, size) => sum + size, 0) / memory.totalBytes;
}

function fullestEngine(sample: RuleSample<Gpu>) {
  return enginesOn(sample.subject.id, sample.snapshot)
    .filter((engine) => (capacityWaiting(engine)?.requests ?? 0) > 0)
    .sort((a, b) => (b.kvCacheUsageRatio ?? 0) - (a.kvCacheUsageRatio ?? 0))[0];
}

function misfitOf(sample: RuleSample<Gpu>, { thresholds }: RuleContext<Threshold>): Misfit | null {
  const gpu = sample.state;
  if (emptyInstances(gpu, thresholds.emptyMemoryRatio) > 0) {
    if ((fullestEngine(sample)?.kvCacheUsageRatio ?? 0) >= thresholds.kvCacheUsage) return 'full-beside-empty';
    if (enginesShortOfCapacity(sample.subject.id, sample.snapshot).length > 0) return 'empty-while-queue';
  }
  const assigned = assignedRatio(gpu);
  return assigned !== null && assigned < thresholds.instanceMemoryRatio ? 'memory-unassigned' : null;
}

/** The MIG layout does not fit what runs: instances lie idle, or memory belongs to none. */
export const migMisfitRule = defineRule<'gpu', Threshold>({
  id: 'mig-misfit',
  title: 'MIG layout does not fit the load',
  category: 'efficiency',
  scope: 'gpu',
  durationClass: 'D3',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.mig.mode', required: true },
    { signal: 'gpus.mig.devices', required: true },
    { signal: 'gpus.memory.totalBytes', required: true },
    { signal: 'gpus.processes', required: false },
    { signal: 'engines.requestsWaiting', required: false },
    { signal: 'engines.kvCacheUsageRatio', required: false },
    { signal: 'engines.gpuUuids', required: false },
  ],
  thresholds: {
    instanceMemoryRatio: {
      value: 0.8,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.1, max: 1 },
      description: 'memory of all instances as a share of the GPU below which memory is wasted',
    },
    emptyMemoryRatio: {
      value: 0.05,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 0.5 },
      description: 'memory in use below which an instance without processes is empty',
    },
    kvCacheUsage: {
      value: 0.9,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.5, max: 1 },
      description: 'KV cache usage from which an engine with a queue has outgrown its instance',
      softens: 'down',
    },
  },
  candidateActions: ['gpu-mig-reconfigure'],
  reference: 'engineering choice; under MIG only instances tell memory and processes',

  judge(sample, context) {
    const { mig, memory } = sample.state;
    if (mig.mode === null) return missing('gpus.mig.mode');
    if (!mig.mode) return { status: 'inapplicable', reason: 'MIG is off' };
    if (!memory.totalBytes) return missing('gpus.memory.totalBytes');
    const isUnread = sample.snapshot.gaps.some(({ signal }) => signal.startsWith('gpus.mig.devices'));
    if (assignedRatio(sample.state) === null || (mig.devices.length === 0 && isUnread)) {
      return missing('gpus.mig.devices');
    }
    return misfitOf(sample, context) === null ? CLEAR : { status: 'holds' };
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { mig } = sample.state;
    const misfit = misfitOf(sample, context);
    if (misfit === null) return null;
    const { emptyMemoryRatio } = context.thresholds;
    const short = enginesShortOfCapacity(sample.subject.id, sample.snapshot)[0];
    const engine = misfit === 'full-beside-empty' ? fullestEngine(sample) : short;
    return {
      severity: misfit === 'full-beside-empty' ? 'medium' : 'low',
      confidence: 'medium',
      summary: SUMMARIES[misfit],
      evidence: {
        assigned: reading(sample, 'derived.migAssignedMemoryRatio', assignedRatio(sample.state), 'ratio', {
          bound: misfit === 'memory-unassigned' ? context.bound('<', 'instanceMemoryRatio') : null,
        }),
        empty: reading(sample, 'derived.migEmptyInstances', emptyInstances(sample.state, emptyMemoryRatio), 'count'),
        instances: reading(sample, 'derived.migInstances', mig.devices.length, 'count'),
        kvCache: reading(sample, 'engines.kvCacheUsageRatio', engine?.kvCacheUsageRatio, 'ratio', {
          bound: misfit === 'full-beside-empty' ? context.bound('>=', 'kvCacheUsage') : null,
        }),
        waiting: reading(sample, 'engines.requestsWaiting', engine && capacityWaiting(engine)?.requests, 'count'),
      },
      candidateActions: [{ type: 'gpu-mig-reconfigure', parameters: {} }],
    };
  },
});
