import type { ActionDefinition } from '@app/core';
import { ENGINE_CONFIG_ACTIONS } from './engine-config.actions.js';
import { GPU_ACTIONS } from './gpu.actions.js';
import { HOST_ACTIONS } from './host.actions.js';
import { KUBERNETES_ACTIONS } from './kubernetes.actions.js';
import { LMCACHE_CONFIG_ACTIONS } from './lmcache-config.actions.js';
import { LMCACHE_ACTIONS } from './lmcache.actions.js';
import { READ_ONLY_ACTIONS } from './read-only.actions.js';
import { SGLANG_ACTIONS } from './sglang.actions.js';
import { VLLM_ACTIONS } from './vllm.actions.js';

/** Every action that may be proposed. What must never be automated (reboot, ECC off, sleep level 2 …) is not here. */
export const ACTIONS: readonly ActionDefinition[] = [
  ...READ_ONLY_ACTIONS,
  ...GPU_ACTIONS,
  ...VLLM_ACTIONS,
  ...SGLANG_ACTIONS,
  ...LMCACHE_ACTIONS,
  ...KUBERNETES_ACTIONS,
  ...HOST_ACTIONS,
  ...ENGINE_CONFIG_ACTIONS,
  ...LMCACHE_CONFIG_ACTIONS,
];
