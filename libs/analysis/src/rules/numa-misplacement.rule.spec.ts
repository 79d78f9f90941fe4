import { describe, expect, it } from '@jest/globals';
import type { Cache, Engine, Gpu } from '@app/core';
import {
  type Patch,
  aFrameCache,
  aFrameEngine,
  aFrameGpu,
  aFrameSystem,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const ON_NODE_1: Patch<Gpu> = { numaNode: 1, numaCpus: '16-31,48-63' };

function engineOn(cpusAllowed: string | null): Engine {
  return {
    ...aFrameEngine(),
    process: {
      pid: 1,
      pids: [1],
      flags: {},
      cpuCores: null,
      treeCpuCores: null,
      residentBytes: null,
      cpusAllowed,
      cgroupPath: null,
    },
  };
}
interface Placement {
  readonly engines?: readonly Engine[];
  readonly gpu?: Patch<Gpu>;
  readonly numaNodes?: number | null;
  readonly caches?: (frame: number) => readonly Cache[];
}

function outcome(
  { engines = [engineOn('0-15,32-47')], gpu = ON_NODE_1, numaNodes = 2, caches }: Placement,
  minutes = 10,
) {
  const window = aWindow(minutes + 1, 60, (frame) => ({
    engines,
    gpus: [aFrameGpu(gpu)],
    system: aFrameSystem({ numaNodes }),
    caches: caches?.(frame) ?? [],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'numa-misplacement');
}

describe('numa-misplacement', () => {
  it('confirms an engine that may not run beside its GPU', () => {
    const { finding } = outcome({});
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed', subject: { kind: 'host' } });
    expect(finding?.summary).toBe(
      'The engine http://127.0.0.1:8000 may only run on the CPUs 0-15,32-47, but its GPU GPU-11111111-2222-3333-4444-555555555555 is on NUMA node 1 with the CPUs 16-31,48-63.',
    );
    expect(finding?.candidateActions).toEqual([{ type: 'host-tune', parameters: {} }]);
  });

  it('says nothing when one CPU of the node is allowed', () => {
    expect(outcome({ engines: [engineOn('0-16')] })).toEqual({});
    expect(outcome({ engines: [engineOn('0-63')] })).toEqual({});
  });

  it('is medium where a cache moves chunks slowly', () => {
    const caches = (frame: number) => [aFrameCache({ counters: { slowRetrievals: frame } })];
    const { finding } = outcome({ caches });
    expect(finding?.severity).toBe('medium');
    expect(finding?.candidateActions.map(({ type }) => type)).toContain('lmcache-config:numa');
  });

  it('only suspects before ten minutes', () => {
    expect(outcome({}, 9).finding?.state).toBe('suspected');
  });

  it.each<[string, Placement, string]>([
    ['on a host with one node', { numaNodes: 1 }, 'one NUMA node'],
    ['without engines', { engines: [] }, 'no engine'],
    ['without the node of the GPU', { gpu: { numaNode: null, numaCpus: null } }, 'gpus.numaNode'],
    ['with an unknown node', { gpu: { numaNode: -1, numaCpus: '0-15' } }, 'gpus.numaCpus'],
    ['without the CPUs of the node', { gpu: { numaNode: 1, numaCpus: null } }, 'gpus.numaCpus'],
    ['without the process of the engine', { engines: [aFrameEngine()] }, 'engines.process.cpusAllowed'],
    ['with a list that is none', { engines: [engineOn('f,ffffffff')] }, 'gpus.numaCpus'],
    ['without the GPUs of the engine', { engines: [{ ...engineOn('0-1'), gpuUuids: null }] }, 'engines.gpuUuids'],
  ])('does not judge %s', (_, placement, reason) => {
    expect(outcome(placement).notEvaluated).toContain(reason);
  });
});
