import type { CommandOutcome, HostCommand, HostCommandKind, SimulatedHost } from '../surface/host-port.js';
import type { Machine, MachineView } from '../machine/index.js';
import { worsen } from './worsen.js';

/** Every kind of command; an incomplete list does not compile. */
const KINDS: Readonly<Record<HostCommandKind, true>> = {
  'gpu-power-limit': true,
  'gpu-lock-clocks': true,
  'gpu-reset-clocks': true,
  'gpu-persistence': true,
  'gpu-compute-mode': true,
  'engine-sleep': true,
  'engine-wake': true,
  'engine-pause': true,
  'engine-resume': true,
  'engine-reset-prefix-cache': true,
  'cache-bypass': true,
  'cache-freeze': true,
  'cache-clear': true,
};
export const COMMAND_KINDS = Object.keys(KINDS) as HostCommandKind[];

/**
 * `obey`: does it. `fail`: does nothing and says that it failed. `deny`: the same for want of rights. `lie`: does nothing
 * and says that it is done. `worsen`: does harm and says that it is done.
 */
export const BEHAVIOUR_KINDS = ['obey', 'fail', 'deny', 'lie', 'worsen'] as const;
export type BehaviourKind = (typeof BEHAVIOUR_KINDS)[number];

export interface Behaviour {
  readonly behaviour: BehaviourKind;
  /** The answer takes so much longer. */
  readonly slowSeconds: number;
}

const GOOD: Behaviour = { behaviour: 'obey', slowSeconds: 0 };

/** Stands in front of a host and does with commands what it was told to do with those of their kind. */
export class MisbehavingHost implements SimulatedHost {
  readonly #behaviours = new Map<HostCommandKind, Behaviour>();

  constructor(
    private readonly host: SimulatedHost,
    private readonly machine: Machine,
    private readonly wait: (seconds: number) => Promise<void> = waitSeconds,
  ) {}

  /** What each kind of command meets with. */
  get behaviours(): Readonly<Record<HostCommandKind, Behaviour>> {
    const all = COMMAND_KINDS.map((kind) => [kind, this.#behaviours.get(kind) ?? GOOD] as const);
    return Object.fromEntries(all) as Record<HostCommandKind, Behaviour>;
  }

  behave(kinds: readonly HostCommandKind[], behaviour: Behaviour): void {
    for (const kind of kinds) this.#behaviours.set(kind, behaviour);
  }

  view(): MachineView {
    return this.host.view();
  }

  async perform(command: HostCommand): Promise<CommandOutcome> {
    const { behaviour, slowSeconds } = this.#behaviours.get(command.kind) ?? GOOD;
    if (slowSeconds > 0) await this.wait(slowSeconds);
    switch (behaviour) {
      case 'obey':
        return this.host.perform(command);
      case 'fail':
        return { kind: 'failed', reason: 'Unknown Error' };
      case 'deny':
        return { kind: 'denied' };
      case 'lie':
        return { kind: 'done', count: 0 };
      case 'worsen':
        worsen(this.machine, command);
        return { kind: 'done', count: 0 };
    }
  }
}

/** A simulator that ends does not wait for it. */
function waitSeconds(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000).unref());
}
