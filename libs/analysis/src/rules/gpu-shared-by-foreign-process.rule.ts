import type { CandidateAction, Engine, Gpu, GpuProcess } from '@app/core';
import { enginesOn } from './engine-gpus.js';
import { printableText } from './printable-text.js';
import { CLEAR, type RuleSample, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'usedMemoryBytes';

const MIB = 1024 ** 2;
/** Helpers that hold a context on behalf of others or watch. */
const SERVICES = /(?:^|\/)(?:nvidia-cuda-mps-(?:server|control)|nv-hostengine|dcgm[\w-]*|nvidia-persistenced)(?:$|\s)/i;

function isCompute({ type, name }: GpuProcess): boolean {
  return type?.includes('C') === true && !SERVICES.test(name ?? '');
}

function isOfAny(engines: readonly Engine[], pid: number): boolean {
  return engines.some(({ process }) => process?.pids.includes(pid));
}

/** Compute processes that no engine of this machine started, the largest first. */
function foreignOn({ state, snapshot }: RuleSample<Gpu>): readonly GpuProcess[] {
  return state.processes
    .filter((process) => !isOfAny(snapshot.engines, process.pid) && isCompute(process))
    .sort((a, b) => (b.usedMemoryBytes ?? 0) - (a.usedMemoryBytes ?? 0));
}

function isLarge(process: GpuProcess, usedMemoryBytes: number): boolean {
  return (process.usedMemoryBytes ?? 0) >= usedMemoryBytes;
}

function actionsFor(largest: GpuProcess | undefined): CandidateAction[] {
  const notify = { type: 'notify-oncall', parameters: {} };
  if (!largest || largest.pid < 2) return [notify];
  return [notify, { type: 'host-kill-process', parameters: { pid: largest.pid } }];
}

/** Somebody else's process computes on the GPU of an engine and takes memory that its KV cache counts on. */
export const gpuSharedByForeignProcessRule = defineRule<'gpu', Threshold>({
  id: 'gpu-shared-by-foreign-process',
  title: 'A process that is not the engine uses its GPU',
  category: 'configuration',
  scope: 'gpu',
  durationClass: 'D1',
  sections: ['gpu', 'engines'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.processes', required: true },
    { signal: 'gpus.processes.usedMemoryBytes', required: true },
    { signal: 'engines.gpuUuids', required: true },
    { signal: 'engines.process', required: true },
  ],
  thresholds: {
    usedMemoryBytes: {
      value: 500 * MIB,
      unit: 'bytes',
      source: 'engineering choice',
      range: { min: MIB, max: 1024 ** 4 },
      description: 'GPU memory of a process from which it takes something away from the engine',
      softens: 'down',
    },
  },
  candidateActions: ['notify-oncall', 'host-kill-process'],
  reference: 'engineering choice; vLLM sizes its KV cache by the memory that is free when it starts',

  judge(sample, { thresholds }) {
    const engines = enginesOn(sample.subject.id, sample.snapshot);
    if (engines.length === 0) {
      const isUnknown = sample.snapshot.engines.some(({ up, gpuUuids }) => up && gpuUuids === null);
      return isUnknown ? missing('engines.gpuUuids') : { status: 'inapplicable', reason: 'no engine uses this GPU' };
    }
    // A process may belong to any engine whose own processes are not known.
    if (sample.snapshot.engines.some(({ up, process }) => up && process === null)) return missing('engines.process');
    if (!sample.state.processes.some(({ pid }) => isOfAny(engines, pid))) {
      return {
        status: 'inapplicable',
        reason: 'the GPU lists no process of the engine: its ids may be of a container',
      };
    }
    const foreign = foreignOn(sample);
    if (foreign.some((process) => isLarge(process, thresholds.usedMemoryBytes))) return { status: 'holds' };
    const isSizeUnknown = foreign.some(({ usedMemoryBytes }) => usedMemoryBytes === null);
    return isSizeUnknown ? missing('gpus.processes.usedMemoryBytes') : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { usedMemoryBytes } = context.thresholds;
    const foreign = foreignOn(sample).filter((process) => isLarge(process, usedMemoryBytes));
    const engines = enginesOn(sample.subject.id, sample.snapshot).map(({ id }) => id);
    const names = foreign.map(({ name }) => name ?? 'unnamed').join(', ');
    const held = foreign.reduce((sum, process) => sum + (process.usedMemoryBytes ?? 0), 0);
    return {
      severity: 'medium',
      confidence: 'high',
      summary: 'Processes that do not belong to the engine hold {held} of its GPU: {names} (process ids: {pids}).',
      evidence: {
        held: reading(sample, 'gpus.processes.usedMemoryBytes', held, 'bytes', {
          bound: context.bound('>=', 'usedMemoryBytes'),
        }),
        pids: reading(sample, 'gpus.processes.pid', foreign.map(({ pid }) => pid).join(', '), 'text'),
        names: reading(sample, 'gpus.processes.name', printableText(names), 'text'),
        used: reading(sample, 'gpus.memory.usedBytes', sample.state.memory.usedBytes, 'bytes'),
        engines: reading(sample, 'derived.enginesOnGpu', engines.join(', '), 'text'),
      },
      candidateActions: actionsFor(foreign[0]),
    };
  },
});
