import type { OptimizationAction } from '@app/core';
import { definitionOf, riskOf } from '../catalogue/action-risk.js';

/** False only for what is read-only in the plan and in the catalogue alike. */
export function isChange(action: Pick<OptimizationAction, 'type' | 'risk' | 'parameters'>): boolean {
  return action.risk !== 'read-only' || riskOf(action) !== 'read-only';
}

/** Of a type that is not (any more) in the catalogue nobody knows that it changes nothing. */
export function isChangeType(type: string): boolean {
  return definitionOf(type)?.risk !== 'read-only';
}

const OUT_TYPES: readonly string[] = [
  'vllm-sleep',
  'vllm-pause',
  'vllm-restart',
  'sglang-release-memory',
  'router-remove-backend',
  'gpu-drain',
  'gpu-reset',
  'k8s-drain',
  'k8s-rollout-restart',
  'lmcache-restart',
];
/** What puts an engine back that one of the above took out. */
const IN_TYPES: readonly string[] = [
  'vllm-wake',
  'vllm-resume',
  'sglang-resume-memory',
  'router-restore-backend',
  'k8s-uncordon',
];

type Typed = Pick<OptimizationAction, 'type' | 'parameters'>;

export function removesReplica({ type, parameters }: Typed): boolean {
  // Without a number nobody knows that it is one more.
  return type === 'k8s-scale' && parameters['replicaChange'] !== 1;
}

/** Whether an engine serves no requests after it, at least for a while. */
export function takesEngineOut(action: Typed): boolean {
  return OUT_TYPES.includes(action.type) || removesReplica(action);
}

export function bringsEngineBack({ type }: Pick<OptimizationAction, 'type'>): boolean {
  return IN_TYPES.includes(type);
}

const CAPACITY_SAVERS: readonly string[] = ['vllm-sleep', 'vllm-pause', 'sglang-release-memory'];

/** Gives capacity up to save something, not because the engine is ill. */
export function savesCapacity(action: Typed): boolean {
  return CAPACITY_SAVERS.includes(action.type) || removesReplica(action);
}
