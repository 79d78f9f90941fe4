import type { ActionDefinition } from '@app/core';
import { parameters, setting } from './define-actions.js';

const gigabytes = parameters(
  { valueGb: { type: 'number', exclusiveMinimum: 0, maximum: 1_000_000, description: 'Proposed size in GB.' } },
  ['valueGb'],
);
const tokens = (minimum: number, maximum: number): ActionDefinition['parameters'] =>
  parameters({ value: { type: 'integer', minimum, maximum, description: 'Proposed number of tokens.' } }, ['value']);

/** Settings of LMCache: text for whoever owns the deployment. */
export const LMCACHE_CONFIG_ACTIONS: readonly ActionDefinition[] = [
  setting({
    type: 'lmcache-config:l1-size',
    title: 'Change the size of the host memory tier',
    description: 'A larger tier raises the hit rate and pins host memory; keep a fifth of it available.',
    parameters: gigabytes,
  }),
  setting({
    type: 'lmcache-config:disk',
    title: 'Change the disk tier',
    description: 'A disk tier holds more blocks and loads the disk; use local NVMe and leave room on it.',
    parameters: gigabytes,
  }),
  setting({
    type: 'lmcache-config:remote',
    title: 'Change the remote backend',
    description: 'A backend close to the engines shares blocks without slowing the first token.',
  }),
  setting({
    type: 'lmcache-config:min-retrieve-tokens',
    title: 'Raise the smallest retrieval',
    description: 'Skips loads that are too small to be worth their latency.',
    parameters: tokens(1, 65_536),
  }),
  setting({
    type: 'lmcache-config:chunk-size',
    title: 'Change the chunk size',
    description: 'Smaller chunks hit on shorter prompts and cost overhead; all instances need the same size.',
    parameters: tokens(16, 4_096),
  }),
  setting({
    type: 'lmcache-config:eviction-policy',
    title: 'Change the eviction policy',
    description: 'Counting use protects hot blocks from long scans; isolating tenants protects them from each other.',
    parameters: parameters(
      { value: { type: 'string', enum: ['LRU', 'LFU', 'FIFO', 'IsolatedLRU'], description: 'Proposed policy.' } },
      ['value'],
    ),
  }),
  setting({
    type: 'lmcache-config:numa',
    title: 'Bind the cache to the NUMA node of the GPU',
    description: 'Keeps transfers between host memory and GPU on one socket.',
  }),
];
