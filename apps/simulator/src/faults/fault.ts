import type { Machine } from '../machine/index.js';
import type { SmiBehaviour } from '../surface/gpu/smi-command.js';
import type { Renames } from '../surface/engine/vllm-page.js';

/** What a fault may touch: the machine, and the parts in front of it that can misbehave by themselves. */
export interface FaultTarget {
  readonly machine: Machine;
  readonly nvidiaSmi: { behaviour: SmiBehaviour };
  /** Pages of the engines, in their order. */
  readonly engines: readonly { renames: Renames }[];
}

/** A number that whoever injects the fault may choose. */
export interface FaultParameter {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly isInteger?: boolean;
  /** Its unit is the end of its name, as everywhere. */
  readonly description: string;
}

/** Heals what was injected, as far as that heals in reality. */
export type Remove = () => void;

/** Something that goes wrong on a host. */
export interface Fault<Name extends string = string> {
  readonly id: string;
  readonly title: string;
  /** What removal does. */
  readonly healing: string;
  readonly parameters: Readonly<Record<Name, FaultParameter>>;
  /** Throws a RangeError when the machine does not have what it is about. */
  inject(target: FaultTarget, values: Readonly<Record<Name, number>>): Remove;
}

/** Keeps the names of the parameters for `inject` and forgets them for whoever lists faults. */
export function defineFault<Name extends string>(fault: Fault<Name>): Fault {
  return fault;
}

const MOST = 63;

function position(what: string): FaultParameter {
  return { default: 0, min: 0, max: MOST, isInteger: true, description: `position of the ${what}` };
}

export const GPU = position('GPU');
export const ENGINE = position('engine');
export const CACHE = position('cache');
