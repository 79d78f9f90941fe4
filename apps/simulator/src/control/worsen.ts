import type { HostCommand } from '../surface/host-port.js';
import type { Machine } from '../machine/index.js';

/** Does harm where something was asked for: what the one who asked has to notice and to take back. */
export function worsen(machine: Machine, command: HostCommand): void {
  if ('gpu' in command) worsenGpu(machine, command);
  else if ('engine' in command) worsenEngine(machine, command);
  else worsenCache(machine, command);
}

function worsenGpu(machine: Machine, command: Extract<HostCommand, { gpu: number }>): void {
  const gpu = machine.gpu(command.gpu);
  switch (command.kind) {
    case 'gpu-power-limit':
      return gpu.setPowerLimit(machine.product.minWatts);
    case 'gpu-lock-clocks':
    case 'gpu-reset-clocks':
      return gpu.lockClocks(machine.product.minSmMhz);
    case 'gpu-persistence':
      return gpu.setPersistence(!command.isOn);
    case 'gpu-compute-mode':
      return gpu.setComputeMode('Prohibited');
  }
}

/** What was to stop loses its work as well; what was to go on hangs. */
function worsenEngine(machine: Machine, command: Extract<HostCommand, { engine: number }>): void {
  const engine = machine.engine(command.engine);
  switch (command.kind) {
    case 'engine-sleep':
    case 'engine-pause':
      return engine.restart();
    case 'engine-wake':
    case 'engine-resume':
    case 'engine-reset-prefix-cache':
      return engine.hang();
  }
}

function worsenCache(machine: Machine, command: Extract<HostCommand, { cache: number }>): void {
  const cache = machine.cache(command.cache);
  cache.drop();
  if (command.kind === 'cache-clear') cache.setHealthy(false);
}
