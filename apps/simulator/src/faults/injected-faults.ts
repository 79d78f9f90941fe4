import type { Fault, FaultTarget, Remove } from './fault.js';
import { FAULTS } from './faults.js';

export interface InjectedFault {
  /** `power-cap-1`: the fault and a number. */
  readonly id: string;
  readonly fault: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly injectedAt: string;
}

/** The same fault is already there on the same part. */
export class FaultConflict extends Error {}

/** Parameters that say on which part a fault is. */
const PARTS = ['gpu', 'engine', 'cache'] as const;

/** The faults that are there at the moment. */
export class InjectedFaults {
  readonly #injected = new Map<string, { readonly fault: InjectedFault; readonly remove: Remove }>();
  #count = 0;

  constructor(private readonly target: FaultTarget) {}

  get list(): readonly InjectedFault[] {
    return [...this.#injected.values()].map(({ fault }) => fault);
  }

  /** Throws a RangeError for what there is not or cannot be, and a FaultConflict for what there is already. */
  inject(id: string, given: Readonly<Record<string, unknown>>, atMs: number): InjectedFault {
    const fault = FAULTS.find((one) => one.id === id);
    if (fault === undefined) throw new RangeError(`there is no fault "${id}"`);
    const parameters = parametersOf(fault, given);
    const same = this.list.find(
      (other) => other.fault === id && PARTS.every((part) => other.parameters[part] === parameters[part]),
    );
    if (same !== undefined) throw new FaultConflict(`${same.id} is there already; remove it first`);
    const remove = fault.inject(this.target, parameters);
    this.#count += 1;
    const injected = { id: `${id}-${this.#count}`, fault: id, parameters, injectedAt: new Date(atMs).toISOString() };
    this.#injected.set(injected.id, { fault: injected, remove });
    return injected;
  }

  /** False: there is no such one. */
  remove(id: string): boolean {
    const injected = this.#injected.get(id);
    if (injected === undefined) return false;
    this.#injected.delete(id);
    injected.remove();
    return true;
  }

  removeAll(): void {
    for (const { id } of this.list) this.remove(id);
  }
}

function parametersOf(fault: Fault, given: Readonly<Record<string, unknown>>): Record<string, number> {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(fault.parameters, name));
  if (unknown.length > 0) throw new RangeError(`${fault.id} has no parameter ${unknown.join(', ')}`);
  const values: Record<string, number> = {};
  for (const [name, { default: usual, min, max, isInteger = false }] of Object.entries(fault.parameters)) {
    const value = given[name] ?? usual;
    if (typeof value !== 'number' || !(value >= min && value <= max) || (isInteger && !Number.isInteger(value))) {
      throw new RangeError(`${name} must be ${isInteger ? 'a whole number' : 'a number'} from ${min} to ${max}`);
    }
    values[name] = value;
  }
  return values;
}
