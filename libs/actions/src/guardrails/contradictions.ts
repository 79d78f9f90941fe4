import type { Finding, Snapshot } from '@app/core';
import { bringsEngineBack, savesCapacity } from './action-traits.js';
import type { GuardInput } from './guardrail.js';
import { isNumber } from './known-values.js';
import { gpusTouched, memberOf, partIds } from './members.js';

type Action = GuardInput['action'];

interface Contradiction {
  /** Why the action must not be done while one of the findings stands. */
  readonly why: string;
  /** Null = can't be told, which contradicts. */
  applies(action: Action, snapshot: Snapshot, ownFindings: readonly Finding[]): boolean | null;
  readonly ruleIds: readonly string[];
  readonly where: 'same-gpus' | 'anywhere';
}

/** Findings that speak against an action, whatever speaks for it. */
export const CONTRADICTIONS: readonly Contradiction[] = [
  {
    why: 'more power or clock makes heat and current worse, and a lowered limit may be a mitigation',
    applies: raisesPower,
    ruleIds: [
      'gpu-thermal-hw-slowdown',
      'gpu-thermal-sw-slowdown',
      'gpu-power-brake',
      'gpu-memory-temp-high',
      'gpu-temp-near-limit',
      'gpu-fan-failure',
    ],
    where: 'same-gpus',
  },
  {
    why: 'requests wait for capacity already',
    applies: savesCapacity,
    ruleIds: [
      'queue-backlog',
      'ttft-slo-queue',
      'kv-cache-saturated',
      'preemption-thrash',
      'max-num-seqs-bound',
      'itl-slo-decode-batch',
      'engine-asleep-with-traffic',
    ],
    where: 'anywhere',
  },
  {
    why: 'saving energy slows down what is too slow already',
    applies: savesEnergy,
    ruleIds: [
      'queue-backlog',
      'ttft-slo-queue',
      'ttft-slo-prefill',
      'itl-slo-decode-batch',
      'itl-slo-prefill-interference',
      'gpu-power-cap-throttling',
    ],
    where: 'same-gpus',
  },
  {
    why: 'the hardware below is not fit to serve',
    applies: (action) => bringsEngineBack(action) || action.type === 'vllm-restart',
    ruleIds: [
      'gpu-lost',
      'gpu-missing',
      'gpu-xid-critical',
      'gpu-ecc-uncorrected',
      'gpu-row-remap-failure',
      'gpu-recovery-action-required',
      'nvml-driver-mismatch',
      'fabric-unhealthy',
    ],
    where: 'same-gpus',
  },
];

/** Confirmed findings that the action does not answer and that speak against it, each with the reason. */
export function contradicting(
  action: Action,
  snapshot: Snapshot,
  findings: readonly Finding[],
): { readonly finding: Finding; readonly why: string }[] {
  const own = findings.filter(({ id }) => action.findingIds.includes(id));
  const others = findings.filter(({ id, state }) => state === 'confirmed' && !action.findingIds.includes(id));
  return CONTRADICTIONS.flatMap(({ why, applies, ruleIds, where }) => {
    if (applies(action, snapshot, own) === false) return [];
    const isNear = (finding: Finding): boolean => where === 'anywhere' || touches(finding, action, snapshot);
    return others
      .filter((finding) => ruleIds.includes(finding.ruleId) && isNear(finding))
      .map((finding) => ({ finding, why }));
  });
}

function raisesPower(action: Action, snapshot: Snapshot): boolean | null {
  const { type, parameters } = action;
  if (type === 'gpu-restore-power-limit' || type === 'gpu-reset-clocks') return true;
  if (type !== 'gpu-set-power-limit') return false;
  const limits = presentLimits(action, snapshot);
  const watts = parameters['watts'];
  if (limits === null || !isNumber(watts)) return null;
  return limits.some((limit) => watts > limit);
}

/** Lowers speed for the sake of energy, not against heat. */
function savesEnergy(action: Action, snapshot: Snapshot, ownFindings: readonly Finding[]): boolean | null {
  if (action.type !== 'gpu-lock-clocks' && action.type !== 'gpu-set-power-limit') return false;
  const isForSaving = ownFindings.every(({ category }) => category === 'efficiency' || category === 'cost');
  if (!isForSaving) return false;
  const raises = raisesPower(action, snapshot);
  return raises === null ? null : !raises;
}

/** Requested limits of the GPUs it acts on; null when one is not known. */
function presentLimits(action: Action, snapshot: Snapshot): number[] | null {
  const limits: number[] = [];
  for (const id of partIds(action)) {
    const member = memberOf(id, snapshot);
    if (member === null || member === 'ambiguous') return null;
    if (member.kind !== 'gpu') continue;
    const { requestedLimitWatts, enforcedLimitWatts } = member.gpu.power;
    const limit = requestedLimitWatts ?? enforcedLimitWatts;
    if (!isNumber(limit)) return null;
    limits.push(limit);
  }
  return limits.length > 0 ? limits : null;
}

/** Whether a finding is about GPUs that the action can be felt on; what is about the whole host is. */
function touches({ subject }: Finding, action: Action, snapshot: Snapshot): boolean {
  const touched = gpusTouched(action, snapshot);
  if (subject.kind === 'gpu') {
    // A GPU that fell off the bus is in no list any more, so nobody knows whose it was.
    return touched.has(subject.id) || memberOf(subject.id, snapshot) === null;
  }
  if (subject.kind !== 'engine') return true;
  const engine = snapshot.engines.find(({ id }) => id === subject.id);
  return !engine?.gpuUuids || engine.gpuUuids.some((uuid) => touched.has(uuid)) || partIds(action).includes(subject.id);
}
