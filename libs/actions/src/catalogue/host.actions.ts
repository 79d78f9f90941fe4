import type { ActionDefinition } from '@app/core';
import { destructive, parameters, recommended } from './define-actions.js';

/** Actions on the machine; most of them are text for a person. */
export const HOST_ACTIONS: readonly ActionDefinition[] = [
  destructive({
    type: 'host-kill-process',
    title: 'End a process',
    description: 'Asks one allow-listed process to end. Forcing it needs a second approval.',
    parameters: parameters({
      pid: { type: 'integer', minimum: 2, maximum: 4_194_304, description: 'Process id.' },
    }),
    preconditions: [
      'The owner or control group of the process is in the allow-list.',
      'Process id, start time and command line are those that were approved.',
      'It is no engine, monitoring or driver service.',
    ],
  }),
  recommended({
    type: 'host-free-disk',
    title: 'Free disk space',
    description: 'Remove old model snapshots, logs or images, or lower the cap of the LMCache disk tier.',
    risk: 'destructive',
    preconditions: ['A person chose what is deleted.'],
  }),
  recommended({
    type: 'host-fix-time',
    title: 'Repair the clock synchronisation',
    description: 'Start or repair the time service; a stepped clock can end leases and tokens early.',
    risk: 'disruptive',
  }),
  recommended({
    type: 'host-fix-driver',
    title: 'Repair the driver installation',
    description: 'Reload the kernel modules, align driver and Fabric Manager, or reboot in a window.',
    risk: 'destructive',
    preconditions: ['Every GPU process is stopped.', 'Diagnostics were collected.'],
  }),
  recommended({
    type: 'host-tune',
    title: 'Tune the host',
    description: 'Pin processes to the CPUs and memory of the right NUMA node, or change governor and I/O settings.',
    risk: 'reversible',
    reversible: true,
  }),
];
