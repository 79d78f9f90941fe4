import { Machine, type MachineOptions } from '../machine/index.js';
import { GOOD_BEHAVIOUR } from '../surface/gpu/smi-command.js';
import type { FaultTarget } from './fault.js';

/** A small host under its usual load. */
export function aFaultTarget(options: MachineOptions = {}): FaultTarget {
  const machine = new Machine({
    gpus: 2,
    engines: 2,
    warmSeconds: 10,
    cache: { capacityGib: 20, remoteGib: 200 },
    ...options,
  });
  return {
    machine,
    nvidiaSmi: { behaviour: GOOD_BEHAVIOUR },
    engines: machine.engines.map(() => ({ renames: {} })),
  };
}
