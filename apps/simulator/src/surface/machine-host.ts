import type { Machine } from '../machine/machine.js';
import type { MachineView } from '../machine/machine-view.js';
import type { CommandOutcome, HostCommand, SimulatedHost } from './host-port.js';

/** The machine as it is: every command is done at once, as root. Whoever wants it otherwise puts itself in front. */
export class MachineHost implements SimulatedHost {
  constructor(private readonly machine: Machine) {}

  view(): MachineView {
    return this.machine.view();
  }

  perform(command: HostCommand): CommandOutcome {
    try {
      return this.#apply(command);
    } catch (error) {
      return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  #apply(command: HostCommand): CommandOutcome {
    if ('gpu' in command) return this.#applyToGpu(command);
    if ('engine' in command) return this.#applyToEngine(command);
    const cache = this.machine.cache(command.cache);
    switch (command.kind) {
      case 'cache-bypass':
        cache.bypass(command.backend, command.isBypassed);
        return DONE;
      case 'cache-freeze':
        cache.freeze(command.isFrozen);
        return DONE;
      case 'cache-clear':
        return { kind: 'done', count: cache.drop(command.locations) };
    }
  }

  #applyToGpu(command: Extract<HostCommand, { gpu: number }>): CommandOutcome {
    const gpu = this.machine.gpu(command.gpu);
    switch (command.kind) {
      case 'gpu-power-limit':
        gpu.setPowerLimit(command.watts);
        return DONE;
      case 'gpu-lock-clocks':
        gpu.lockClocks(command.minMhz, command.maxMhz);
        return DONE;
      case 'gpu-reset-clocks':
        gpu.resetClocks();
        return DONE;
      case 'gpu-persistence':
        gpu.setPersistence(command.isOn);
        return DONE;
      case 'gpu-compute-mode':
        gpu.setComputeMode(command.mode);
        return DONE;
    }
  }

  #applyToEngine(command: Extract<HostCommand, { engine: number }>): CommandOutcome {
    const engine = this.machine.engine(command.engine);
    switch (command.kind) {
      case 'engine-sleep':
        engine.sleep(command.level === 2 ? 2 : 1);
        return DONE;
      case 'engine-wake':
        engine.wake();
        return DONE;
      case 'engine-pause':
        engine.pause();
        return DONE;
      case 'engine-resume':
        engine.resume();
        return DONE;
      case 'engine-reset-prefix-cache':
        return engine.resetPrefixCache() ? DONE : { kind: 'failed', reason: 'blocks are in use' };
    }
  }
}

const DONE: CommandOutcome = { kind: 'done' };
