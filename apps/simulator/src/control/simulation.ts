import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InjectedFaults } from '../faults/injected-faults.js';
import { Machine, type MachineOptions } from '../machine/index.js';
import { MachineHost } from '../surface/machine-host.js';
import { Surface, type SurfaceEndpoints, type SurfacePorts } from '../surface/surface.js';
import { MisbehavingHost } from './behaviours.js';
import { LiveMachine } from './live-machine.js';

export interface SimulationOptions {
  readonly machine: MachineOptions;
  /** Machine seconds in a second. */
  readonly speed: number;
  readonly isPaused: boolean;
  readonly ports?: SurfacePorts;
}

/** Between reads the machine goes on in such steps, so that a read never has to wait for much of it. */
const STEP_MS = 100;

/** A machine in real time with all that can be read of it, its faults, and its misbehaviour. */
export class Simulation {
  readonly host: MisbehavingHost;
  readonly live: LiveMachine;
  readonly faults: InjectedFaults;
  readonly folder: string;
  #timer: NodeJS.Timeout | null = null;

  private constructor(
    private readonly surface: Surface,
    readonly endpoints: SurfaceEndpoints,
    parts: { readonly host: MisbehavingHost; readonly live: LiveMachine; readonly folder: string },
  ) {
    this.host = parts.host;
    this.live = parts.live;
    this.folder = parts.folder;
    const { nvidiaSmi, engines } = surface;
    this.faults = new InjectedFaults({ machine: this.live.machine, nvidiaSmi, engines });
    this.#timer = setInterval(() => this.live.catchUp(), STEP_MS);
  }

  static async start(options: SimulationOptions): Promise<Simulation> {
    const machine = new Machine(options.machine);
    const folder = mkdtempSync(join(tmpdir(), 'simulated-host-'));
    try {
      const misbehaving = new MisbehavingHost(new MachineHost(machine), machine);
      const live = new LiveMachine(machine, misbehaving, options);
      const surface = new Surface({ folder, ports: options.ports });
      const endpoints = await surface.start(live);
      return new Simulation(surface, endpoints, { host: misbehaving, live, folder });
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Does something to the machine now, and returns when its ports and files show it. */
  async change<T>(what: () => T): Promise<T> {
    this.live.catchUp();
    const result = what();
    this.live.changed();
    await this.surface.follow();
    return result;
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.surface.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
