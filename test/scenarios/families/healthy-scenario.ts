import { defineScenario, type Scenario } from '../scenario.js';
import { type Bundle, HostWorld, type WorldOptions } from '../world/index.js';

/** Target of the recordings: subject of what is said of the host. */
export const NODE = 'node-a';

/** What happens on the machine; it records the frames itself. */
export type Act = (world: HostWorld) => unknown;

/** How to record a machine: what it is made of and what happens on it. */
export function recording(options: Omit<WorldOptions, 'seed'>, act: Act): (seed: number) => Bundle {
  return (seed) => {
    const world = new HostWorld({ target: NODE, ...options, seed });
    act(world);
    return world.bundle();
  };
}

export interface HealthyDefinition {
  readonly id: string;
  readonly title: string;
  readonly relation: string;
  readonly seed: number;
  /** Rules that a hasty reader would name. */
  readonly not?: readonly string[];
  readonly build: (seed: number) => Bundle;
}

/** Scenarios of one family on whose machines nothing is wrong. */
export function healthyScenarios(family: string, definitions: readonly HealthyDefinition[]): readonly Scenario[] {
  return definitions.map(({ id, title, relation, seed, not = [], build }) =>
    defineScenario({
      id,
      family,
      kind: 'healthy',
      title,
      relation,
      seed,
      build,
      truth: { rootCauses: [], mustNotFind: not },
    }),
  );
}

/** Engines of the world under a usual load, recorded for so many frames. */
export function usualDay(level: number, frames = 14): Act {
  return (world) => {
    for (const engine of world.engines) engine.busy(level);
    world.run({ frames });
  };
}
