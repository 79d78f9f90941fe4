import { defineScenario, type Scenario, type ScenarioKind, type Truth } from '../scenario.js';
import { type Bundle, HostWorld, type WorldGpu, type WorldOptions } from '../world/index.js';

/** Address of the first vLLM server of a world: subject of what is said of it. */
export const FIRST_VLLM = 'http://127.0.0.1:8000';

/** Target of recordings whose truth names the host. */
export const NODE = 'node-b';

/** A card whose UUID a truth may name. */
export const GPU_A = 'GPU-a2f40001-11aa-4c01-a001-0000000000a1';

/** Flag of a vLLM server with LMCache inside. */
export const LMCACHE_FLAGS = ['--kv-transfer-config', '{"kv_connector":"LMCacheConnectorV1","kv_role":"kv_both"}'];

/** Flag of a vLLM server that shares an LMCache server with others. */
export const LMCACHE_MP_FLAGS = ['--kv-transfer-config', '{"kv_connector":"LMCacheMPConnector","kv_role":"kv_both"}'];

/** A scenario as a machine and what happens on it; `act` records the frames itself. */
export interface EngineDefinition {
  readonly id: string;
  readonly kind: ScenarioKind;
  readonly title: string;
  readonly relation: string;
  readonly seed: number;
  readonly machine: Omit<WorldOptions, 'seed'>;
  readonly act: (world: HostWorld) => unknown;
  /** What the person who copied the recording did to it. */
  readonly edit?: (bundle: Bundle) => Bundle;
  readonly truth: Truth;
}

export function engineScenarios(family: string, definitions: readonly EngineDefinition[]): readonly Scenario[] {
  return definitions.map(({ machine, act, edit, ...definition }) =>
    defineScenario({
      ...definition,
      family,
      build: (seed) => {
        const world = new HostWorld({ ...machine, seed });
        act(world);
        const bundle = world.bundle();
        return edit === undefined ? bundle : edit(bundle);
      },
    }),
  );
}

/** What the profiling counters of a card show, with their noise. */
export function pipes(world: HostWorld, gpu: WorldGpu, { tensor, dram, sm }: Readonly<Record<string, number>>): void {
  const written = (ratio = 0): string => world.random.near(ratio, 0.025).toFixed(6);
  Object.assign(gpu.pinnedDcgm, {
    PROF_PIPE_TENSOR_ACTIVE: written(tensor),
    PROF_DRAM_ACTIVE: written(dram),
    PROF_SM_ACTIVE: written(sm),
  });
}
