import type { ActionDefinition } from '@app/core';
import { destructive, disruptive, parameters, reversible } from './define-actions.js';

const TAGS = parameters(
  { tag: { type: 'string', enum: ['kv_cache', 'weights'], description: 'One kind of memory; both when left out.' } },
  ['tag'],
);

/** Calls to a running SGLang engine. */
export const SGLANG_ACTIONS: readonly ActionDefinition[] = [
  destructive({
    type: 'sglang-flush-cache',
    title: 'Flush the radix cache',
    description: 'Empties the prefix cache of the engine; it refuses while requests run or wait.',
    preconditions: ['No request runs or waits.'],
  }),
  disruptive({
    type: 'sglang-release-memory',
    title: 'Release the GPU memory of the engine',
    description: 'Makes an idle engine give back the memory of its weights or its KV cache.',
    reversible: true,
    parameters: TAGS,
    preconditions: ['The backend is out of the router and idle.', 'The engine was started with its memory saver.'],
    inverse: 'sglang-resume-memory',
  }),
  reversible({
    type: 'sglang-resume-memory',
    title: 'Take the GPU memory back',
    description: 'Makes an engine that released its memory allocate it again.',
    parameters: TAGS,
    preconditions: ['The memory was released before and is free.'],
    inverse: 'sglang-release-memory',
  }),
];
