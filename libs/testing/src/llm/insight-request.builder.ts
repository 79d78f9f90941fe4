import type { ActionDefinition, Analysis, Evidence, Finding, InsightRequest } from '@app/core';
import { FRAME_GPU_UUID, aFrame, frameTime } from '../analysis/frame.builder.js';

const FINDING_ID = `gpu-power-limit-below-default:${FRAME_GPU_UUID.toLowerCase()}`;

/** One reading that was held against a bound. */
export function anEvidence(patch: Partial<Evidence> = {}): Evidence {
  return {
    id: `${FINDING_ID}.e1`,
    signal: 'gpus.power.enforcedLimitWatts',
    value: 450,
    unit: 'watts',
    operator: '<',
    threshold: 700,
    thresholdSource: 'default limit of the device',
    source: 'nvidia-smi',
    at: frameTime(60),
    windowSeconds: 60,
    ...patch,
  };
}

/** A confirmed root cause: somebody lowered the power limit of a busy GPU. */
export function aConfirmedFinding(patch: Partial<Finding> = {}): Finding {
  return {
    id: FINDING_ID,
    ruleId: 'gpu-power-limit-below-default',
    category: 'bottleneck',
    severity: 'medium',
    state: 'confirmed',
    confidence: 'high',
    subject: { kind: 'gpu', id: FRAME_GPU_UUID, label: 'GPU 0 (NVIDIA H100 80GB HBM3)' },
    title: 'Power limit below default',
    summary: 'The power limit is 450 W while the default is 700 W, and the GPU is 97 % busy.',
    evidence: [
      anEvidence(),
      anEvidence({
        id: `${FINDING_ID}.e2`,
        signal: 'gpus.utilization.gpuRatio',
        value: 0.97,
        unit: 'ratio',
        operator: '>=',
        threshold: 0.7,
        thresholdSource: 'settings',
      }),
      anEvidence({
        id: `${FINDING_ID}.e3`,
        signal: 'gpus.memory.usedBytes',
        value: 72.4 * 1024 ** 3,
        unit: 'bytes',
        operator: null,
        threshold: null,
        thresholdSource: null,
      }),
    ],
    rootCause: true,
    causedBy: [],
    candidateActions: [{ type: 'gpu-restore-power-limit', parameters: {} }],
    firstSeenAt: frameTime(0),
    lastSeenAt: frameTime(60),
    ...patch,
  };
}

/** A catalogue entry as the writers see it. */
export function anActionDefinition(patch: Partial<ActionDefinition> = {}): ActionDefinition {
  return {
    type: 'gpu-restore-power-limit',
    title: 'Restore the default power limit',
    description: 'Sets the power limit of the GPU back to the default that the device reports.',
    risk: 'reversible',
    gate: 'approval',
    reversible: true,
    parameters: { type: 'object', additionalProperties: false, required: [], properties: {} },
    preconditions: ['The limit is below the default.'],
    inverse: 'gpu-set-power-limit',
    ...patch,
  };
}

/** An analysis with these findings; healthy without any. */
export function anInsightAnalysis(findings: readonly Finding[], patch: Partial<Analysis> = {}): Analysis {
  return {
    analyzedAt: frameTime(60),
    windowSeconds: 60,
    healthStatus: findings.length > 0 ? 'degraded' : 'healthy',
    healthScore: findings.length > 0 ? 85 : 100,
    scoreDeductions: findings.map(({ id }) => ({ findingId: id, points: 15 })),
    primaryBottleneck: findings[0]?.ruleId ?? null,
    findings,
    notEvaluated: [],
    coverage: { rulesEvaluated: 40, rulesTotal: 88 },
    ...patch,
  };
}

/** A request with one confirmed finding, unless told otherwise. */
export function anInsightRequest(patch: Partial<InsightRequest> = {}): InsightRequest {
  return {
    runId: 'run-1',
    target: 'local',
    mode: 'recommend',
    objective: 'balanced',
    slo: { ttftP95Seconds: 2, itlP95Seconds: 0.05 },
    snapshot: aFrame(60),
    analysis: anInsightAnalysis([aConfirmedFinding()]),
    candidateActions: [anActionDefinition()],
    ...patch,
  };
}
