import type { ActionDefinition } from '@app/core';
import { destructive, disruptive, parameters, reversible } from './define-actions.js';

const LORA_NAME = { type: 'string', minLength: 1, maxLength: 200, description: 'Name of the adapter.' };
const ENDPOINT = 'The engine answers the endpoint already; nobody is asked to switch development mode on.';
const IDLE = 'The backend is out of the router and no request runs or waits.';

/** Calls to a running vLLM engine; the engine is the subject of the plan. */
export const VLLM_ACTIONS: readonly ActionDefinition[] = [
  destructive({
    type: 'vllm-reset-prefix-cache',
    title: 'Reset the prefix cache',
    description: 'Empties the prefix cache of the engine. It frees no memory for running requests.',
    preconditions: [ENDPOINT, 'No request runs.', 'The reason is not memory pressure.'],
  }),
  disruptive({
    type: 'vllm-sleep',
    title: 'Put the engine to sleep',
    description: 'Moves the weights to host memory and gives the GPU memory back; the KV cache is lost.',
    reversible: true,
    parameters: parameters({ level: { type: 'integer', const: 1, description: 'Only weights to host memory.' } }, [
      'level',
    ]),
    preconditions: [ENDPOINT, IDLE, 'Available host memory holds the weights and a fifth more.'],
    inverse: 'vllm-wake',
  }),
  reversible({
    type: 'vllm-wake',
    title: 'Wake the engine',
    description: 'Loads the weights of a sleeping engine back onto the GPU.',
    preconditions: ['The engine sleeps.', 'The GPU memory that it used before is free.'],
    inverse: 'vllm-sleep',
  }),
  disruptive({
    type: 'vllm-pause',
    title: 'Pause the engine',
    description: 'Stops the engine from scheduling after the running requests have ended.',
    reversible: true,
    preconditions: [ENDPOINT, 'The backend is out of the router.'],
    inverse: 'vllm-resume',
  }),
  reversible({
    type: 'vllm-resume',
    title: 'Resume the engine',
    description: 'Lets a paused engine schedule requests again.',
    preconditions: ['The engine is paused.'],
    inverse: 'vllm-pause',
  }),
  reversible({
    type: 'vllm-lora-load',
    title: 'Load a LoRA adapter',
    description: 'Loads an adapter into the running engine.',
    parameters: parameters({
      loraName: LORA_NAME,
      loraPath: { type: 'string', minLength: 1, maxLength: 500, description: 'Path from the allow-list.' },
    }),
    preconditions: ['Runtime adapter updates are on already.', 'The path is in the allow-list.'],
    inverse: 'vllm-lora-unload',
  }),
  disruptive({
    type: 'vllm-lora-unload',
    title: 'Unload a LoRA adapter',
    description: 'Takes an unused adapter out of the running engine.',
    reversible: true,
    parameters: parameters({ loraName: LORA_NAME }),
    preconditions: ['No request uses the adapter.', 'The adapter was loaded at run time.'],
    inverse: 'vllm-lora-load',
  }),
  disruptive({
    type: 'vllm-restart',
    title: 'Restart the engine',
    description: 'Restarts the engine through its owner; loading takes minutes and the caches start cold.',
    preconditions: [
      'The engine is drained or dead.',
      'The cause is not the hardware and not a memory limit.',
      'It was restarted at most once in the last hour.',
    ],
  }),
];
