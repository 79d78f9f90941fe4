import type { CandidateAction } from '@app/core';
import type { ActionPhrase } from './action-phrase.js';
import { ENGINE_ACTION_PHRASES } from './engine-actions.phrases.js';
import { ENGINE_PHRASES } from './engine.phrases.js';
import { GPU_HARDWARE_PHRASES } from './gpu-hardware.phrases.js';
import { GPU_USE_PHRASES } from './gpu-use.phrases.js';
import { HOST_PHRASES } from './host.phrases.js';
import { MACHINE_ACTION_PHRASES } from './machine-actions.phrases.js';
import type { RulePhrase } from './rule-phrase.js';

const RULES: ReadonlyMap<string, RulePhrase> = new Map(
  [GPU_HARDWARE_PHRASES, GPU_USE_PHRASES, ENGINE_PHRASES, HOST_PHRASES].flatMap((phrases) => Object.entries(phrases)),
);
const ACTIONS: ReadonlyMap<string, ActionPhrase> = new Map(
  [MACHINE_ACTION_PHRASES, ENGINE_ACTION_PHRASES].flatMap((phrases) => Object.entries(phrases)),
);

/** How to speak of the findings of a rule; undefined for a rule that has no words of its own yet. */
export function rulePhrase(ruleId: string): RulePhrase | undefined {
  return RULES.get(ruleId);
}

/** The way an action goes where its parameters do not say it: more cache for hits, less of it for host memory. */
const VARIANTS: readonly (readonly [type: string, rules: RegExp, variant: string])[] = [
  ['lmcache-config:l1-size', /^(?:host|cgroup)-/, 'less'],
  ['lmcache-config:disk', /^host-disk-full$/, 'less'],
  ['router-rebalance', /^gpu-/, 'away'],
  ['k8s-patch-resources', /^(?:cgroup-cpu-throttled|host-cpu-pressure|cpu-starved-engine|ttft-slo-frontend)$/, 'cpu'],
  ['k8s-patch-resources', /^(?:cgroup-memory-near-limit|host-oom-kill)$/, 'memory'],
  ['k8s-patch-resources', /^host-(?:memory-pressure|swap-thrash)$/, 'bound'],
  ['host-tune', /^(?:host-cpu-pressure|cpu-starved-engine)$/, 'cpu'],
  ['host-tune', /^host-io-pressure$/, 'io'],
  ['host-tune', /^numa-misplacement$/, 'numa'],
];

/** How to speak of an action against findings of a rule; undefined where the catalogue's own words have to do. */
export function actionPhrase({ type, parameters }: CandidateAction, ruleId: string): ActionPhrase | undefined {
  const variant =
    parameters['direction'] ??
    parameters['replicaChange'] ??
    parameters['value'] ??
    VARIANTS.find(([name, rules]) => name === type && rules.test(ruleId))?.[2];
  return (variant === undefined ? undefined : ACTIONS.get(`${type}|${variant}`)) ?? ACTIONS.get(type);
}
