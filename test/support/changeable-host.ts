import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Simulation } from '../../apps/simulator/src/control/simulation.js';

/**
 * Durations and windows as short as they can be. The machine that runs the tests may be busy: what it would have to be told
 * of is no part of a test.
 */
const CONFIG = `
durations: { d2Seconds: 0.5 }
monitor: { gpu-persistence-on: { settleSeconds: 0, windowSeconds: 0.7 } }
thresholds:
  host-cpu-pressure: { somePressure: 100, usedRatio: 1, loadPerCore: 100 }
  host-io-pressure: { somePressure: 100, fullPressure: 100 }
`;

/** A simulated host whose GPUs take settings, and what an agent has to be started with to read and change it. */
export class ChangeableHost {
  private constructor(
    private readonly simulation: Simulation,
    readonly env: Readonly<Record<string, string>>,
  ) {}

  /** GPUs without an engine, and without persistence mode: one finding for each, and an action that can be done. */
  static async start(gpus: number, moreConfig = ''): Promise<ChangeableHost> {
    const machine = { gpus, engines: [], warmSeconds: 0 };
    const simulation = await Simulation.start({ machine, speed: 1, isPaused: true });
    const config = join(simulation.folder, 'agent.yaml');
    writeFileSync(config, `${CONFIG}${moreConfig}`);
    const host = new ChangeableHost(simulation, { CONFIG_FILE: config, SAMPLE_INTERVAL_MS: '500' });
    for (let gpu = 0; gpu < gpus; gpu += 1) await host.setPersistence(gpu, false);
    return host;
  }

  get binFolder(): string {
    return this.simulation.endpoints.binFolder;
  }

  uuidOf(gpu: number): string {
    const uuid = this.simulation.live.view().gpus[gpu]?.uuid;
    if (uuid === undefined) throw new RangeError(`there is no GPU ${gpu}`);
    return uuid;
  }

  /** What each GPU of the host really has. */
  get persistence(): boolean[] {
    return this.simulation.live.view().gpus.map(({ isPersistent }) => isPersistent);
  }

  async setPersistence(gpu: number, isOn: boolean): Promise<void> {
    await this.simulation.live.perform({ kind: 'gpu-persistence', gpu, isOn });
  }

  /** The GPU stops answering, as with a broken link. */
  async dropGpu(gpu: number): Promise<void> {
    await this.simulation.change(() => this.simulation.faults.inject('gpu-off-bus', { gpu }, Date.now()));
  }

  stop(): Promise<void> {
    return this.simulation.stop();
  }
}
