import type { Cache, Engine, Gpu, Snapshot } from '@app/core';
import { gpuIdOf } from '@app/core';
import { cacheIn } from './cache-readings.js';
import { shareCpus } from './cpu-list.js';
import { counterDelta } from './derived-readings.js';
import { CLEAR, type Run, defineRule, lastOf, missing, reading } from './rule.js';

/** An engine and a GPU that it uses, whose node is known. */
interface Placement {
  readonly engine: Engine;
  readonly gpu: Gpu;
  readonly cpus: string;
  readonly gpuCpus: string;
  /** None of the CPUs that the engine may use is on the node of the GPU; null when a list can't be read. */
  readonly isApart: boolean | null;
}

function placementsOf({ engines, gpus }: Snapshot): Placement[] {
  return engines.flatMap((engine) => {
    const cpus = engine.process?.cpusAllowed ?? null;
    if (cpus === null) return [];
    return gpus
      .filter((gpu) => engine.gpuUuids?.includes(gpuIdOf(gpu)))
      .flatMap((gpu) => {
        if (gpu.numaNode === null || gpu.numaNode < 0 || gpu.numaCpus === null) return [];
        const isShared = shareCpus(cpus, gpu.numaCpus);
        return [{ engine, gpu, cpus, gpuCpus: gpu.numaCpus, isApart: isShared === null ? null : !isShared }];
      });
  });
}

function missingOf({ engines, gpus }: Snapshot): string[] {
  return [
    ...(engines.every(({ process }) => (process?.cpusAllowed ?? null) === null) ? ['engines.process.cpusAllowed'] : []),
    ...(engines.every(({ gpuUuids }) => gpuUuids === null) ? ['engines.gpuUuids'] : []),
    ...(gpus.every(({ numaNode }) => numaNode === null) ? ['gpus.numaNode'] : []),
    ...(gpus.every(({ numaCpus }) => numaCpus === null) ? ['gpus.numaCpus'] : []),
  ];
}

/** Whether a cache moved chunks slowly in the meantime, which is where the wrong node costs most. */
function hadSlowTransfers(run: Run<Snapshot>, engineId: string): boolean {
  return run.some(({ sample: { previous, state } }) =>
    state.caches.some((cache: Cache) => {
      const before = previous ? cacheIn(previous.state, cache.id) : null;
      const slow = counterDelta(before?.counters.slowRetrievals, cache.counters.slowRetrievals);
      return (cache.engineId === null || cache.engineId === engineId) && (slow ?? 0) > 0;
    }),
  );
}

/** An engine may not run on the CPUs next to its GPU: what goes between them crosses the machine. */
export const numaMisplacementRule = defineRule<'host', never>({
  id: 'numa-misplacement',
  title: 'Engine runs away from the NUMA node of its GPU',
  category: 'configuration',
  scope: 'host',
  durationClass: 'D2',
  sections: ['system', 'gpu', 'engines'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.numaNode', required: true },
    { signal: 'gpus.numaCpus', required: true },
    { signal: 'engines.process.cpusAllowed', required: true },
    { signal: 'engines.gpuUuids', required: true },
    { signal: 'system.numaNodes', required: false },
    { signal: 'caches.counters.slowRetrievals', required: false },
  ],
  thresholds: {},
  candidateActions: ['host-tune', 'lmcache-config:numa'],
  reference: 'engineering choice; LMCache offers numa_mode for the same reason',

  judge({ state }) {
    if (state.system?.numaNodes === 1) return { status: 'inapplicable', reason: 'the host has one NUMA node' };
    if (state.engines.length === 0) return { status: 'inapplicable', reason: 'no engine runs on this host' };
    const placements = placementsOf(state).filter(({ isApart }) => isApart !== null);
    if (placements.some(({ isApart }) => isApart)) return { status: 'holds' };
    if (placements.length > 0) return CLEAR;
    const inputs = missingOf(state);
    return missing(...(inputs.length > 0 ? inputs : ['gpus.numaCpus']));
  },

  conclude(run) {
    const sample = lastOf(run);
    const apart = placementsOf(sample.state).filter(({ isApart }) => isApart);
    const [worst] = apart;
    if (!worst) return null;
    const isSlow = apart.some(({ engine }) => hadSlowTransfers(run, engine.id));
    const others = apart.slice(1).map(({ gpu }) => gpuIdOf(gpu));
    return {
      severity: isSlow ? 'medium' : 'low',
      confidence: 'high',
      summary:
        'The engine {engine} may only run on the CPUs {cpus}, but its GPU {gpu} is on NUMA node {node} with the CPUs {gpuCpus}.',
      evidence: {
        cpus: reading(sample, 'engines.process.cpusAllowed', worst.cpus, 'text'),
        gpuCpus: reading(sample, 'gpus.numaCpus', worst.gpuCpus, 'text'),
        node: reading(sample, 'gpus.numaNode', worst.gpu.numaNode, 'count'),
        gpu: reading(sample, 'gpus.uuid', gpuIdOf(worst.gpu), 'text'),
        engine: reading(sample, 'engines.id', worst.engine.id, 'text'),
        others: reading(sample, 'gpus.uuid', others.length === 0 ? null : others.join(', '), 'text'),
        slow: reading(sample, 'derived.hadSlowRetrievals', isSlow ? true : null, 'text'),
      },
      candidateActions: [
        { type: 'host-tune', parameters: {} },
        ...(sample.state.caches.length > 0 ? [{ type: 'lmcache-config:numa', parameters: {} }] : []),
      ],
    };
  },
});
