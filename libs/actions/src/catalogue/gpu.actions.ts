import type { ActionDefinition } from '@app/core';
import { destructive, disruptive, parameters, recommended, reversible } from './define-actions.js';

const OWNED = 'The GPU is not shared and belongs to this installation.';
const PEERS = 'Every GPU of the same tensor-parallel group gets the same setting.';
const NO_BRAKE = 'No power brake or hardware thermal slowdown is active.';

const CLOCK_RANGE = parameters({
  minMhz: { type: 'integer', minimum: 1, maximum: 10_000, description: 'Lowest graphics clock.' },
  maxMhz: { type: 'integer', minimum: 1, maximum: 10_000, description: 'Highest graphics clock.' },
});

/** Settings of one GPU; the GPU is the subject of the plan, not a parameter. */
export const GPU_ACTIONS: readonly ActionDefinition[] = [
  reversible({
    type: 'gpu-set-power-limit',
    title: 'Set the power limit',
    description:
      'Sets the power limit of the GPU within the range that the device reports, in steps of at most a tenth of the default limit.',
    parameters: parameters({
      watts: { type: 'number', exclusiveMinimum: 0, maximum: 2_000, description: 'New power limit in watts.' },
    }),
    preconditions: ['The limits are readable and persistence mode is on.', OWNED, PEERS, 'No power brake is active.'],
    inverse: 'gpu-set-power-limit',
  }),
  reversible({
    type: 'gpu-restore-power-limit',
    title: 'Restore the default power limit',
    description: 'Sets the power limit of the GPU back to the default that the device reports.',
    preconditions: [
      'The limit is below the default.',
      'No thermal or power-brake finding is active: a lowered limit may be a mitigation.',
      OWNED,
    ],
    inverse: 'gpu-set-power-limit',
  }),
  reversible({
    type: 'gpu-lock-clocks',
    title: 'Lock the graphics clocks',
    description: 'Bounds the graphics clock to a range of supported clocks, to save energy or heat.',
    parameters: CLOCK_RANGE,
    preconditions: ['The range lies within the supported clocks.', 'No lock was set before.', NO_BRAKE, OWNED, PEERS],
    inverse: 'gpu-reset-clocks',
  }),
  reversible({
    type: 'gpu-reset-clocks',
    title: 'Release locked clocks',
    description: 'Removes a clock lock so that the GPU can reach its maximum clock again.',
    preconditions: ['The lock was not set by an active plan or policy.', OWNED],
    inverse: 'gpu-lock-clocks',
  }),
  reversible({
    type: 'gpu-persistence-on',
    title: 'Switch persistence mode on',
    description:
      'Keeps the driver initialised while nothing runs, which avoids slow first requests and lost settings. It does not outlast a reboot; nvidia-persistenced does.',
    preconditions: ['Linux, and the driver reports the mode.'],
  }),
  reversible({
    type: 'gpu-compute-mode-default',
    title: 'Set the compute mode to default',
    description: 'Lets several processes open contexts on the GPU; only new contexts are affected.',
    preconditions: ['No policy demands an exclusive mode.', 'MIG is off.'],
  }),
  disruptive({
    type: 'gpu-drain',
    title: 'Drain the GPU',
    description: 'Takes the backend out of the router, waits until no request runs, then stops the engine on the GPU.',
    preconditions: ['At least one other healthy backend is left.', 'Stopping the engine is approved.'],
    inverse: 'router-restore-backend',
  }),
  destructive({
    type: 'gpu-reset',
    title: 'Reset the GPU',
    description:
      'Resets the GPU, which applies pending row remaps and repairs and clears an error state. Everything on the GPU is lost.',
    preconditions: [
      'The GPU is drained and no process holds it, monitors included.',
      'Diagnostics were collected.',
      'It was not reset before for the same finding.',
      'MIG, vGPU and pass-through are off.',
    ],
  }),
  recommended({
    type: 'gpu-lock-memory-clocks',
    title: 'Lock the memory clocks',
    description: 'Bounds the memory clock. It slows decoding and does not work the same way on every generation.',
    risk: 'reversible',
    reversible: true,
    parameters: CLOCK_RANGE,
    preconditions: ['The generation supports it.'],
  }),
  recommended({
    type: 'gpu-ecc-enable',
    title: 'Switch ECC on',
    description: 'Switches memory error correction on; it takes effect with the next reset or reboot.',
    risk: 'destructive',
    preconditions: ['The GPU is drained.'],
  }),
  recommended({
    type: 'gpu-mig-reconfigure',
    title: 'Change the MIG layout',
    description: 'Splits the GPU into another set of MIG instances; instances and their processes are destroyed.',
    risk: 'destructive',
    parameters: parameters({ profiles: { type: 'string', maxLength: 200, description: 'Exact list of profiles.' } }, [
      'profiles',
    ]),
    preconditions: ['The GPU is drained.'],
  }),
];
