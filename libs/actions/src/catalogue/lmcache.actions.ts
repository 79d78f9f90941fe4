import type { ActionDefinition } from '@app/core';
import { destructive, disruptive, parameters, reversible } from './define-actions.js';

const text = (description: string, maxLength: number = 200): Readonly<Record<string, unknown>> => ({
  type: 'string',
  minLength: 1,
  maxLength,
  description,
});
const BACKEND = parameters({ backendName: text('Name from the list of backends, e.g. RemoteBackend.') });
const INTERNAL_API = 'The internal API of every worker is reachable.';
const CONTROLLER = 'The legacy LMCache controller is reachable.';
const PROMPT = text('Prompt whose tokens are meant.', 4000);

/** Calls to a running LMCache. */
export const LMCACHE_ACTIONS: readonly ActionDefinition[] = [
  reversible({
    type: 'lmcache-bypass-add',
    title: 'Bypass a cache backend',
    description: 'Takes a failing or slow backend out of use until it has recovered.',
    parameters: BACKEND,
    preconditions: [INTERNAL_API, 'The backend is in the list of backends.'],
    inverse: 'lmcache-bypass-remove',
  }),
  reversible({
    type: 'lmcache-bypass-remove',
    title: 'Use a bypassed cache backend again',
    description: 'Puts a backend back into use.',
    parameters: BACKEND,
    preconditions: [INTERNAL_API, 'The backend is bypassed and healthy.'],
    inverse: 'lmcache-bypass-add',
  }),
  reversible({
    type: 'lmcache-freeze-on',
    title: 'Freeze the hot cache',
    description: 'Keeps what is cached and stops new stores until it is unfrozen; half an hour is long enough.',
    preconditions: [INTERNAL_API],
    inverse: 'lmcache-freeze-off',
  }),
  reversible({
    type: 'lmcache-freeze-off',
    title: 'Unfreeze the hot cache',
    description: 'Lets the cache store again.',
    preconditions: [INTERNAL_API, 'The cache is frozen.'],
    inverse: 'lmcache-freeze-on',
  }),
  destructive({
    type: 'lmcache-clear-local',
    title: 'Clear a local cache tier',
    description: 'Deletes what a local tier holds; a storm of misses follows and host memory may stay reserved.',
    parameters: parameters({
      location: { type: 'string', enum: ['LocalCPUBackend', 'LocalDiskBackend'], description: 'The tier to clear.' },
    }),
    preconditions: [INTERNAL_API, 'A storm of misses is acceptable.'],
  }),
  destructive({
    type: 'lmcache-controller-clear',
    title: 'Clear a cache instance',
    description: 'Deletes what an instance holds at one location, through the controller.',
    parameters: parameters({ instanceId: text('Instance.'), location: text('Location.') }),
    preconditions: [CONTROLLER],
  }),
  disruptive({
    type: 'lmcache-controller-pin',
    title: 'Pin a prompt in the cache',
    description: 'Keeps the blocks of a prompt from being evicted; there is no documented way to unpin them.',
    parameters: parameters({ instanceId: text('Instance.'), location: text('Location.'), prompt: PROMPT }),
    preconditions: [CONTROLLER, 'Pinned blocks stay below a fifth of the first tier.'],
  }),
  disruptive({
    type: 'lmcache-controller-move',
    title: 'Copy blocks to another instance',
    description: 'Copies the blocks of a prompt to another instance or location; it loads the network.',
    parameters: parameters({
      fromInstanceId: text('Instance that has them.'),
      fromLocation: text('Location there.'),
      toInstanceId: text('Instance that gets them.'),
      toLocation: text('Location there.'),
      prompt: PROMPT,
    }),
    preconditions: [CONTROLLER],
  }),
  destructive({
    type: 'lmcache-mp-clear',
    title: 'Clear the multi-process cache',
    description: 'Deletes the whole cache of a multi-process server and ignores its locks.',
    preconditions: ['Every engine that uses it is idle.', 'A person watches.'],
  }),
  disruptive({
    type: 'lmcache-mp-quota-set',
    title: 'Set the quota of a tenant',
    description: 'Bounds how much of the first tier one cache salt may hold; what is over the quota is evicted.',
    reversible: true,
    parameters: parameters({
      cacheSalt: text('Salt of the tenant.'),
      limitGb: { type: 'number', exclusiveMinimum: 0, maximum: 100_000, description: 'Quota in GB.' },
    }),
    preconditions: ['The eviction policy is IsolatedLRU.', 'The present quota is readable.'],
    inverse: 'lmcache-mp-quota-set',
  }),
  disruptive({
    type: 'lmcache-restart',
    title: 'Restart LMCache',
    description: 'Restarts LMCache through its owner; inside an engine that means restarting the engine.',
    preconditions: ['Engines that use it are drained.'],
  }),
];
