import type { ActionDefinition, CandidateAction, Objective } from '@app/core';
import type { FindingGroup } from './finding-groups.js';
import { rulePhrase } from './phrases/index.js';

/** One thing to do about a group of findings. */
export interface Step {
  /** Null where a person looks and the catalogue has nothing to do. */
  readonly candidate: CandidateAction | null;
  readonly definition: ActionDefinition | null;
  /** A person looks at something; the words are those of the rule. */
  readonly isLook: boolean;
  /** Its place among the alternatives of the group, from 0; null where it belongs to a sequence. */
  readonly alternative: number | null;
  /** Alternatives that are not told as steps of their own. */
  readonly unsaid: readonly ActionDefinition[];
}

/** Looking comes before touching, touching before stopping, stopping before replacing. */
const SEQUENCE = [
  'engine-health-check',
  'lmcache-health-check',
  'router-remove-backend',
  'notify-oncall',
  'lmcache-bypass-add',
  'collect-diagnostics',
  'k8s-cordon',
  'gpu-set-power-limit',
  'vllm-restart',
  'host-fix-driver',
  'gpu-drain',
  'host-kill-process',
  'gpu-reset',
  'open-rma-ticket',
];
/** Where heat or power is short: find out and relieve the GPU before giving it up. */
const RELIEF_FIRST = ['notify-oncall', 'gpu-set-power-limit', 'router-remove-backend'];
const RELIEVED = /^gpu-(?:thermal-|temp-|memory-temp-|power-brake|fan-)/;
const MOST_ALTERNATIVES = 3;

/** Changes of settings, capacity and routing are ways to the same end; of those the first is enough at a time. */
function isAlternative({ type }: CandidateAction): boolean {
  return /-config:|^(?:k8s-scale|router-rebalance|k8s-patch-resources|host-tune)$/.test(type);
}

/** Smaller is tried earlier; what is 0 for all keeps the order of the rule. */
function preferenceOf({ type, parameters }: CandidateAction, ruleId: string, objective: Objective): number {
  // Here the way of the requests is the cause itself.
  if (type === 'router-rebalance' && /^(?:replica-load-imbalance|prefix-cache-low-hit)$/.test(ruleId)) return -9;
  const isFrugal = objective === 'cost' || objective === 'energy';
  if (type === 'k8s-scale') {
    // A replica more takes no restart of what is loaded, but hardware; a replica less saves it.
    if (parameters['replicaChange'] === 1) return isFrugal ? 9 : -2;
    return isFrugal ? -2 : 0;
  }
  if (type === 'router-rebalance') return isFrugal ? -1 : 8;
  if (type === 'vllm-config:tensor-parallel-size' && parameters['direction'] === 'raise') return isFrugal ? 8 : 5;
  const isCapLowered = /max-num-seqs|max-running-requests/.test(type) && parameters['direction'] === 'lower';
  if (isCapLowered) return { balanced: 0, latency: -1, throughput: 6, energy: 1, cost: 1 }[objective];
  return 0;
}

/** What has no place is a change that can be taken back: after looking, before anything that stops work. */
function placeOf(type: string, ruleId: string): number {
  const order = RELIEVED.test(ruleId) ? [...RELIEF_FIRST, ...SEQUENCE] : SEQUENCE;
  const place = order.indexOf(type);
  return place < 0 ? order.indexOf('k8s-cordon') + 0.5 : place;
}

/** Somebody reads this already: telling a person is worth a line only where it says what to look at. */
function isWorthTelling({ type }: CandidateAction, ruleId: string, candidates: readonly CandidateAction[]): boolean {
  if (type !== 'notify-oncall' || rulePhrase(ruleId)?.look) return true;
  return candidates.every((other) => ['notify-oncall', 'collect-diagnostics'].includes(other.type));
}

const CHECKS = /^(?:collect-diagnostics|engine-health-check|lmcache-health-check)$/;

const LOOK: Step = { candidate: null, definition: null, isLook: true, alternative: null, unsaid: [] };

export interface StepContext {
  readonly definitions: ReadonlyMap<string, ActionDefinition>;
  readonly objective: Objective;
  /** With a single engine there is nothing to spread requests over. */
  readonly hasOneEngine: boolean;
  readonly hasCache: boolean;
}

/** Settings of a cache that is not there, and routing without a choice, are left out while something else is left. */
function isPossible({ type }: CandidateAction, { hasOneEngine, hasCache }: StepContext): boolean {
  if (type === 'router-rebalance') return !hasOneEngine;
  return hasCache || !type.startsWith('lmcache-config:');
}

function alternativesOf(candidates: readonly CandidateAction[], ruleId: string, context: StepContext): Step[] {
  const all = candidates.filter(isAlternative);
  const possible = all.filter((candidate) => isPossible(candidate, context));
  const ordered = [...(possible.length > 0 ? possible : all)].sort(
    (left, right) => preferenceOf(left, ruleId, context.objective) - preferenceOf(right, ruleId, context.objective),
  );
  const definitionOf = ({ type }: CandidateAction): ActionDefinition | null => context.definitions.get(type) ?? null;
  const unsaid = ordered.slice(MOST_ALTERNATIVES).flatMap((candidate) => definitionOf(candidate) ?? []);
  const told = ordered.slice(0, MOST_ALTERNATIVES);
  return told.map((candidate, index) => ({
    candidate,
    definition: definitionOf(candidate),
    isLook: false,
    alternative: index,
    unsaid: index === told.length - 1 ? unsaid : [],
  }));
}

/** What to do about a group, in the order of doing it; a group that context explains has no steps. */
export function stepsOf({ findings: [first] }: FindingGroup, context: StepContext): Step[] {
  if (first.causedBy.length > 0) return [];
  const candidates = first.candidateActions.filter(({ type }) => context.definitions.has(type));
  if (candidates.length === 0) return [LOOK];
  // Where the catalogue only collects, a person has to draw the conclusion.
  const isLookWanted =
    candidates.every(({ type }) => CHECKS.test(type)) && rulePhrase(first.ruleId)?.look !== undefined;
  const sequence = candidates
    .filter((candidate) => !isAlternative(candidate) && isWorthTelling(candidate, first.ruleId, candidates))
    .map((candidate): Step => ({
      ...LOOK,
      candidate,
      definition: context.definitions.get(candidate.type) ?? null,
      isLook: candidate.type === 'notify-oncall',
    }));
  const place = ({ candidate }: Step): number => placeOf(candidate?.type ?? 'notify-oncall', first.ruleId);
  const ordered = [...sequence, ...(isLookWanted ? [LOOK] : [])].sort((left, right) => place(left) - place(right));
  return [...ordered, ...alternativesOf(candidates, first.ruleId, context)];
}
