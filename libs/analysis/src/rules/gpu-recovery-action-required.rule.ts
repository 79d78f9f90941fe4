import type { CandidateAction, Confidence, KernelEvent, Severity } from '@app/core';
import { xidsOf } from './derived-readings.js';
import { hasFaultInPlaceOfValues } from './gpu-section-failure.js';
import { printableText } from './printable-text.js';
import {
  CLEAR,
  type EvidenceDraft,
  type GpuSlot,
  type RuleSample,
  defineRule,
  firstOf,
  lastOf,
  missing,
  reading,
} from './rule.js';
import { isReadable } from './section-readings.js';
import { RECOVERY_ACTION_XID, newRecoveryAction } from './xid-catalogue.js';
import { REMEMBERED_SECONDS, isCurrent } from './xid-events.js';

type Threshold = 'rememberedSeconds';

interface Recovery {
  readonly pattern: RegExp;
  readonly severity: Severity;
  readonly actions: readonly string[];
}

/** In order: the words for "Drain and Reset" contain those for a plain reset. */
const RECOVERIES: readonly Recovery[] = [
  // Work that runs may finish first.
  { pattern: /drain and reset/i, severity: 'high', actions: ['gpu-drain', 'gpu-reset'] },
  { pattern: /reboot/i, severity: 'critical', actions: ['k8s-cordon', 'notify-oncall'] },
  { pattern: /p2p|imex/i, severity: 'critical', actions: ['notify-oncall'] },
  { pattern: /reset/i, severity: 'critical', actions: ['gpu-drain', 'gpu-reset'] },
];
/** An action that newer drivers may name: a person has to read it. */
const OTHER_RECOVERY: Recovery = { pattern: /^/, severity: 'critical', actions: ['notify-oncall'] };

const RESET = 'Reset';

interface Demand {
  readonly action: string;
  readonly evidence: EvidenceDraft | null;
  readonly confidence: Confidence;
}

const NOTHING_ASKED = { operator: '!=', threshold: 'None', source: 'NVML GPU recovery action' } as const;

function announcementIn(sample: RuleSample<GpuSlot>, rememberedSeconds: number): KernelEvent | null {
  if (!isReadable(sample.snapshot.sections.kernelLog)) return null;
  const changes = xidsOf(sample.snapshot.events, sample.state.pciBusId).filter(
    (event) =>
      event.code === RECOVERY_ACTION_XID &&
      newRecoveryAction(event.message) !== null &&
      isCurrent(event, sample, rememberedSeconds),
  );
  const [first, ...rest] = changes;
  if (!first) return null;
  return rest.reduce(
    (latest, event) => (Date.parse(event.lastAt) >= Date.parse(latest.lastAt) ? event : latest),
    first,
  );
}

/** What the driver itself says now. */
function answerIn(sample: RuleSample<GpuSlot>): Demand | null {
  const { state, snapshot } = sample;
  const options = { bound: NOTHING_ASKED };
  if (state.failure === 'needs-reset') {
    const evidence = reading(sample, 'sections.gpu.detail', printableText(snapshot.sections.gpu.detail ?? ''), 'text');
    return { action: RESET, evidence, confidence: 'high' };
  }
  if (state.gpu === null || !isReadable(snapshot.sections.gpu)) return null;
  const action = state.gpu.recoveryAction;
  if (action !== null) {
    const evidence = reading(sample, 'gpus.recoveryAction', printableText(action), 'text', options);
    return { action, evidence, confidence: 'high' };
  }
  if (!hasFaultInPlaceOfValues(state.gpu, snapshot.gaps, 'needs-reset')) return null;
  return { action: RESET, evidence: reading(sample, 'gaps.reason', 'GPU requires reset', 'text'), confidence: 'high' };
}

/** The driver's word, else the last change that it announced: that may have been dealt with since. */
function demandIn(sample: RuleSample<GpuSlot>, rememberedSeconds: number): Demand | null {
  const answer = answerIn(sample);
  if (answer) return answer;
  const event = announcementIn(sample, rememberedSeconds);
  const action = event ? newRecoveryAction(event.message) : null;
  if (!event || action === null) return null;
  const options = { bound: NOTHING_ASKED, at: event.at };
  const evidence = reading(sample, 'derived.announcedRecoveryAction', printableText(action), 'text', options);
  return { action, evidence, confidence: 'medium' };
}

function isNone(action: string): boolean {
  return /^none$/i.test(action.trim());
}

/** The driver wants the GPU to be reset, or more. */
export const gpuRecoveryActionRequiredRule = defineRule<'gpuSlot', Threshold>({
  id: 'gpu-recovery-action-required',
  title: 'The driver asks for a recovery of the GPU',
  category: 'health',
  scope: 'gpuSlot',
  durationClass: 'D0',
  sections: [],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.recoveryAction', required: true },
    { signal: 'sections.gpu.detail', required: false },
    { signal: 'events.code', required: false },
    { signal: 'events.message', required: false },
    { signal: 'gpus.processes.pid', required: false },
  ],
  thresholds: { rememberedSeconds: REMEMBERED_SECONDS },
  candidateActions: ['gpu-drain', 'gpu-reset', 'k8s-cordon', 'notify-oncall'],
  reference: 'NVML GPU recovery action and return code RESET_REQUIRED; XID 154 of the NVIDIA XID catalogue',

  judge(sample, { thresholds }) {
    const demand = demandIn(sample, thresholds.rememberedSeconds);
    if (!demand) return missing('gpus.recoveryAction');
    return isNone(demand.action) ? CLEAR : { status: 'holds' };
  },

  conclude(run, { thresholds }) {
    const sample = lastOf(run);
    const demand = demandIn(sample, thresholds.rememberedSeconds);
    if (!demand) return null;
    const known = RECOVERIES.find(({ pattern }) => pattern.test(demand.action));
    const { severity, actions } = known ?? OTHER_RECOVERY;
    const event = announcementIn(sample, thresholds.rememberedSeconds);
    const before = firstOf(run).previous?.state.gpu?.recoveryAction;
    const processes = sample.state.gpu?.processes.length;
    const candidateActions = actions.map((type): CandidateAction => ({ type, parameters: {} }));
    return {
      severity,
      confidence: known ? demand.confidence : 'medium',
      summary: 'The driver asks for a recovery of the GPU: {action}.',
      evidence: {
        action: demand.evidence,
        before: before ? reading(sample, 'derived.recoveryActionBefore', printableText(before), 'text') : null,
        announcement: event
          ? reading(sample, 'events.message', printableText(event.message), 'text', { at: event.at })
          : null,
        processes: reading(sample, 'derived.gpuProcesses', processes, 'count'),
      },
      candidateActions,
    };
  },
});
