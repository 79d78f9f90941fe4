import type { CandidateAction } from '@app/core';
import { worstSeverity } from './derived-readings.js';
import { CLEAR, type GpuSlot, type Run, defineRule } from './rule.js';
import { type XidClass, isFailureClass } from './xid-catalogue.js';
import {
  REMEMBERED_SECONDS,
  type XidIncident,
  xidBlindness,
  xidEvidence,
  xidIncidentsIn,
  xidIncidentsOf,
} from './xid-events.js';

type Threshold = 'rememberedSeconds';

const ACTIONS: Readonly<Partial<Record<XidClass, readonly string[]>>> = {
  reset: ['collect-diagnostics', 'gpu-drain', 'gpu-reset'],
  reboot: ['collect-diagnostics', 'k8s-cordon', 'notify-oncall'],
  hardware: ['gpu-drain', 'collect-diagnostics', 'notify-oncall'],
  workflow: ['gpu-drain', 'collect-diagnostics', 'notify-oncall'],
  // Nobody has said what helps, so a person has to look.
  unknown: ['notify-oncall'],
};

function isFailure({ entry }: XidIncident): boolean {
  return isFailureClass(entry.class);
}

function actionsFor(failures: readonly XidIncident[]): CandidateAction[] {
  const urgent = failures.filter(({ entry }) => entry.severity !== 'low' && entry.severity !== 'info');
  const types = new Set(urgent.flatMap(({ entry }) => ACTIONS[entry.class] ?? []));
  return [...types].map((type) => ({ type, parameters: {} }));
}

function worstOf(failures: readonly XidIncident[]): XidIncident | undefined {
  const severity = worstSeverity(failures.map(({ entry }) => entry.severity));
  return failures.find(({ entry }) => entry.severity === severity);
}

/** The driver reported a GPU failure that needs a reset, a reboot or a person. */
export const gpuXidCriticalRule = defineRule<'gpuSlot', Threshold>({
  id: 'gpu-xid-critical',
  title: 'The driver reported a GPU failure',
  category: 'health',
  scope: 'gpuSlot',
  durationClass: 'D0',
  // The kernel log, or dcgm-exporter where the log can't be read.
  sections: [],
  keeps: 'event',
  inputs: [
    { signal: 'events.code', required: true },
    { signal: 'events.pciBusId', required: true },
    { signal: 'gpus.pciBusId', required: true },
    { signal: 'gpus.xid.lastCode', required: false },
    { signal: 'gpus.xid.count', required: false },
    { signal: 'system.uptimeSeconds', required: false },
  ],
  thresholds: { rememberedSeconds: REMEMBERED_SECONDS },
  candidateActions: ['collect-diagnostics', 'gpu-drain', 'gpu-reset', 'k8s-cordon', 'notify-oncall'],
  reference: 'NVIDIA XID catalogue (docs.nvidia.com/deploy/xid-errors)',

  judge(sample, { thresholds }) {
    if (xidIncidentsIn(sample, thresholds.rememberedSeconds).some(isFailure)) return { status: 'holds' };
    return xidBlindness(sample) ?? CLEAR;
  },

  conclude(run: Run<GpuSlot>, { thresholds }) {
    const failures = xidIncidentsOf(run, thresholds.rememberedSeconds).filter(isFailure);
    const worst = worstOf(failures);
    if (!worst) return null;
    const where = worst.event.pciBusId === null ? 'a GPU' : 'the GPU at {busId}';
    return {
      severity: worst.entry.severity,
      // The exporter's code comes without a time and a text of its own.
      confidence: worst.signal === 'events.code' ? 'high' : 'medium',
      summary: `The driver logged XID {code} ({meaning}) for ${where}.`,
      evidence: xidEvidence(worst, failures),
      candidateActions: actionsFor(failures),
    };
  },
});
