import type { Machine, MachineView } from '../machine/index.js';
import type { CommandOutcome, HostCommand, SimulatedHost } from '../surface/host-port.js';
import { shiftedView } from './shifted-view.js';

export interface Clocks {
  readonly monotonicMs: () => number;
  readonly wallMs: () => number;
}

const SYSTEM_CLOCKS: Clocks = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };
/** A process that was stopped for longer, e.g. with its computer, does not catch up: nobody read it in the meantime. */
const MOST_BEHIND_SECONDS = 5;

/**
 * A machine whose time passes with ours. Its readers see it in our time also when `advance` has made it older: what
 * happened in between then lies in the past.
 */
export class LiveMachine implements SimulatedHost {
  #isPaused: boolean;
  #lastMs: number;
  #shiftMs = 0;
  #seen: MachineView | null = null;

  constructor(
    readonly machine: Machine,
    /** Hands commands to the machine. */
    private readonly commands: SimulatedHost,
    private readonly options: { readonly speed: number; readonly isPaused: boolean },
    private readonly clocks: Clocks = SYSTEM_CLOCKS,
  ) {
    this.#isPaused = options.isPaused;
    this.#lastMs = clocks.monotonicMs();
    this.align();
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get speed(): number {
    return this.options.speed;
  }

  pause(): void {
    this.catchUp();
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#lastMs = this.clocks.monotonicMs();
    this.align();
  }

  /** Makes it older at once; only while it is paused, or its readers would see a leap. */
  advance(seconds: number): void {
    this.machine.advance(seconds);
    this.align();
  }

  /** Time passes up to now; within a tick of the machine it shows the same. */
  catchUp(): void {
    const now = this.clocks.monotonicMs();
    const seconds = Math.min(MOST_BEHIND_SECONDS, Math.max(0, now - this.#lastMs) / 1000);
    this.#lastMs = now;
    if (this.#isPaused) return;
    const before = this.machine.nowMs;
    this.machine.advance(seconds * this.options.speed);
    if (this.machine.nowMs !== before) this.#seen = null;
  }

  /** Something was changed on the machine by other ways than time and commands. */
  changed(): void {
    this.#seen = null;
  }

  view(): MachineView {
    this.catchUp();
    this.#seen ??= shiftedView(this.machine.view(), this.#shiftMs);
    return this.#seen;
  }

  async perform(command: HostCommand): Promise<CommandOutcome> {
    this.catchUp();
    const outcome = await this.commands.perform(command);
    this.#seen = null;
    return outcome;
  }

  private align(): void {
    this.#shiftMs = this.clocks.wallMs() - this.machine.nowMs;
    this.#seen = null;
  }
}
