import type { Bundle } from './world/index.js';

export const SCENARIO_KINDS = ['fault', 'twin', 'multi', 'healthy', 'gap'] as const;
/**
 * `fault`: one root cause. `twin`: looks like a fault and is another or none. `multi`: several root causes, or one with
 * its consequences. `healthy`: nothing to find. `gap`: what would tell is missing, so nothing may be claimed.
 */
export type ScenarioKind = (typeof SCENARIO_KINDS)[number];

/** What is really the case on the recorded machine, by the ids of the catalogues of rules and actions. */
export interface Truth {
  /** Rules that must be confirmed as root causes; empty on a healthy machine. */
  readonly rootCauses: readonly string[];
  /** Subject id of a root cause where it matters which one: GPU UUID, engine address, target, `fleet`. */
  readonly subjects?: Readonly<Record<string, string>>;
  /** Rules that must be confirmed, as root or as consequence; root causes need no repetition. */
  readonly mustFind?: readonly string[];
  /** Rules that must not be confirmed above `info`. */
  readonly mustNotFind?: readonly string[];
  /** Types of actions of which one at least is to be a candidate; empty where no action is wanted. */
  readonly acceptableActions?: readonly string[];
  /** Types of actions that would do harm here. */
  readonly forbiddenActions?: readonly string[];
}

export interface Scenario {
  /** Kebab-case, unique in the suite. */
  readonly id: string;
  readonly family: string;
  readonly kind: ScenarioKind;
  readonly title: string;
  /** The documented relation that the recording shows, with the key of its source, e.g. `… [NVML]`. */
  readonly relation: string;
  readonly seed: number;
  /** The recording; the same for every call. */
  readonly build: () => Bundle;
  readonly truth: Truth;
}

/** A scenario as its author writes it: the recording is built from the scenario's own seed. */
export interface ScenarioDefinition extends Omit<Scenario, 'build'> {
  readonly build: (seed: number) => Bundle;
}

/** Ties the seed to the recording, so that it is written once. */
export function defineScenario(definition: ScenarioDefinition): Scenario {
  return { ...definition, build: () => definition.build(definition.seed) };
}
