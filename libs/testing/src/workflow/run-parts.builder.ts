import {
  type Analysis,
  type Finding,
  type Insights,
  type Run,
  type RunRequest,
  type Section,
  SECTION_NAMES,
  type SectionName,
  type SectionStatus,
  type Snapshot,
} from '@app/core';

const AT = '2026-01-01T00:00:00.000Z';

export function aRunRequest(values: Partial<RunRequest> = {}): RunRequest {
  return { target: 'local', mode: 'recommend', objective: 'balanced', maxActions: 3, llm: false, ...values };
}

/** A queued run unless said otherwise. */
export function aStoredRun(values: Partial<Run> = {}): Run {
  return {
    ...aRunRequest(),
    id: 'run_1',
    status: 'queued',
    stage: null,
    createdAt: AT,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    requestedBy: 'local',
    steps: [],
    snapshot: null,
    analysis: null,
    insights: null,
    plan: null,
    approval: null,
    cancelRequested: null,
    outcome: null,
    warnings: [],
    error: null,
    ...values,
  };
}

/** A snapshot of a host on which no source exists, except those whose status is given. */
export function aSnapshotOfSections(
  statuses: Partial<Record<SectionName, SectionStatus>> = {},
  collectedAt = AT,
): Snapshot {
  const section = (name: SectionName): Section => ({
    status: statuses[name] ?? 'absent',
    source: null,
    collectedAt: null,
    durationMs: null,
    detail: null,
  });
  return {
    target: 'local',
    hostname: 'test-host',
    collectedAt,
    durationMs: 1,
    simulated: false,
    sections: Object.fromEntries(SECTION_NAMES.map((name) => [name, section(name)])) as Snapshot['sections'],
    gpus: [],
    system: null,
    engines: [],
    caches: [],
    events: [],
    gaps: [],
  };
}

export function aRunFinding(values: Partial<Finding> = {}): Finding {
  return {
    id: 'finding-1',
    ruleId: 'host-memory-pressure',
    category: 'bottleneck',
    severity: 'high',
    state: 'confirmed',
    confidence: 'high',
    subject: { kind: 'host', id: 'local', label: 'local' },
    title: 'Memory is short',
    summary: 'Tasks wait for memory.',
    evidence: [],
    rootCause: true,
    causedBy: [],
    candidateActions: [],
    firstSeenAt: AT,
    lastSeenAt: AT,
    ...values,
  };
}

/** An analysis that found what is given, and nothing by default. */
export function aRunAnalysis(findings: readonly Finding[] = []): Analysis {
  return {
    analyzedAt: AT,
    windowSeconds: 60,
    healthStatus: findings.length > 0 ? 'degraded' : 'healthy',
    healthScore: findings.length > 0 ? 70 : 100,
    scoreDeductions: [],
    primaryBottleneck: findings[0]?.ruleId ?? null,
    findings,
    notEvaluated: [],
    coverage: { rulesEvaluated: 2, rulesTotal: 5 },
  };
}

export function insightsBy(source: Insights['source'], degradedReason: string | null = null): Insights {
  return {
    source,
    provider: source === 'llm' ? 'groq' : null,
    model: source === 'llm' ? 'test-model' : null,
    promptVersion: source === 'llm' ? '1' : null,
    degradedReason,
    summary: `Written by ${source}.`,
    rootCauses: [],
    recommendations: [],
    grounding: { claims: 0, verified: 0, removed: [] },
    usage: { promptTokens: 0, completionTokens: 0, costUsd: null, latencyMs: 0, cached: false, attempts: 0 },
  };
}
