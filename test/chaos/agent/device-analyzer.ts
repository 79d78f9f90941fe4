import type { Analysis, CandidateAction, Finding, Gpu, Severity, Snapshot } from '@app/core';

interface Complaint {
  readonly ruleId: string;
  readonly severity: Severity;
  readonly candidateActions: readonly CandidateAction[];
  applies(gpu: Gpu): boolean;
}

/** What may be the matter with a GPU of the device, under the ids of the rules that say so of a real one. */
const COMPLAINTS: readonly Complaint[] = [
  {
    ruleId: 'gpu-power-limit-below-default',
    severity: 'high',
    candidateActions: [{ type: 'gpu-restore-power-limit', parameters: {} }],
    applies: ({ power }) => (power.requestedLimitWatts ?? 0) < (power.defaultLimitWatts ?? 0),
  },
  {
    ruleId: 'gpu-clocks-locked-low',
    severity: 'medium',
    candidateActions: [{ type: 'gpu-reset-clocks', parameters: {} }],
    applies: ({ clocks, power }) =>
      power.requestedLimitWatts === power.defaultLimitWatts && (clocks.smMhz ?? 0) < (clocks.maxSmMhz ?? 0),
  },
  {
    ruleId: 'gpu-recovery-action-required',
    severity: 'critical',
    candidateActions: [],
    applies: ({ recoveryAction }) => recoveryAction !== 'None',
  },
];

/** Finds what the newest sample shows, at once: the rules' own patience is not what is tested here. */
export class DeviceAnalyzer {
  analyze(window: readonly Snapshot[], { nowMs }: { readonly nowMs: number }): Analysis {
    const newest = window.at(-1);
    const findings = (newest?.gpus ?? []).flatMap((gpu) =>
      COMPLAINTS.filter((complaint) => complaint.applies(gpu)).map((complaint) => findingOf(complaint, gpu, window)),
    );
    return {
      analyzedAt: new Date(nowMs).toISOString(),
      windowSeconds: 1,
      healthStatus: findings.length > 0 ? 'degraded' : 'healthy',
      healthScore: findings.length > 0 ? 70 : 100,
      scoreDeductions: [],
      primaryBottleneck: findings[0]?.ruleId ?? null,
      findings,
      notEvaluated: [],
      coverage: { rulesEvaluated: COMPLAINTS.length, rulesTotal: COMPLAINTS.length },
    };
  }
}

function findingOf(complaint: Complaint, gpu: Gpu, window: readonly Snapshot[]): Finding {
  const { ruleId, severity, candidateActions } = complaint;
  const uuid = gpu.uuid ?? '';
  const isThere = ({ gpus }: Snapshot): boolean => gpus.some((one) => one.uuid === uuid && complaint.applies(one));
  const lastWithout = window.findLastIndex((snapshot) => !isThere(snapshot));
  return {
    id: `${ruleId}:${uuid}`,
    ruleId,
    category: 'bottleneck',
    severity,
    state: 'confirmed',
    confidence: 'high',
    subject: { kind: 'gpu', id: uuid, label: `GPU ${gpu.index}` },
    title: ruleId,
    summary: ruleId,
    evidence: [],
    rootCause: true,
    causedBy: [],
    candidateActions,
    firstSeenAt: window[lastWithout + 1]?.collectedAt ?? '',
    lastSeenAt: window.at(-1)?.collectedAt ?? '',
  };
}
