import { TERMINAL_RUN_STATUSES } from '@app/core';
import { CIRCUIT_STATES } from '@app/llm';
import type { MetricFamilyKey } from './metric-families.js';
import { PAGE_PARTS, type PageReadings } from './page-readings.js';

export interface PageSample {
  readonly family: MetricFamilyKey;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The page's gauges and counters. What is not known has no sample: a 0 would claim that it was read. */
export function pageSamples(readings: PageReadings): PageSample[] {
  return [
    sample('buildInfo', 1, { version: readings.version }),
    ...PAGE_PARTS.map((part) => sample('partReadable', readings[part] === null ? 0 : 1, { part })),
    ...processSamples(readings),
    ...sourceSamples(readings),
    ...runSamples(readings),
    ...targetSamples(readings),
    ...findingSamples(readings),
    ...actionSamples(readings),
    ...safetySamples(readings),
    ...storeSamples(readings),
    ...llmSamples(readings),
  ].filter((candidate) => candidate !== null);
}

function processSamples({ process }: PageReadings): (PageSample | null)[] {
  if (process === null) return [];
  return [
    sample('processCpu', process.cpuSeconds),
    sample('processMemory', process.residentBytes),
    sample('children', process.childProcesses),
    sample('childCpu', process.childCpuSeconds),
    sample('childMemory', process.childResidentBytes),
    sample('eventLoopDelay', process.eventLoopDelay.p50Seconds, { quantile: '0.5' }),
    sample('eventLoopDelay', process.eventLoopDelay.p99Seconds, { quantile: '0.99' }),
  ];
}

function sourceSamples({ sources }: PageReadings): (PageSample | null)[] {
  return [...sources].flatMap(([source, totals]) => [
    ...Object.entries(totals.byStatus).map(([status, count]) => sample('sourceCollections', count, { source, status })),
    sample('sourceLastSuccess', totals.lastSuccessAtMs === null ? null : totals.lastSuccessAtMs / 1000, { source }),
    sample('sourceProcesses', totals.processesStarted, { source }),
    sample('sourceChildCpu', totals.childCpuSeconds, { source }),
  ]);
}

function runSamples({ runs }: PageReadings): (PageSample | null)[] {
  if (runs === null) return [];
  return [
    ...TERMINAL_RUN_STATUSES.map((status) => sample('runs', runs[status], { status })),
    sample('runsActive', runs.running),
    sample('runsQueued', runs.queued),
    sample('runsAwaitingApproval', runs.awaiting_approval),
  ];
}

function targetSamples({ targets }: PageReadings): (PageSample | null)[] {
  if (targets === null) return [];
  return [
    sample('targets', targets.length),
    ...targets.map(({ id, isSimulated }) =>
      sample('simulated', isSimulated === null ? null : Number(isSimulated), { target: id }),
    ),
  ];
}

function findingSamples({ findings }: PageReadings): (PageSample | null)[] {
  const samples = new Map<string, PageSample>();
  for (const { ruleId, severity, state, subject } of (findings ?? []).flatMap(({ analysis }) => analysis.findings)) {
    const labels = { rule: ruleId, severity, state, subject_kind: subject.kind };
    const key = Object.values(labels).join(' ');
    samples.set(key, { family: 'findings', labels, value: (samples.get(key)?.value ?? 0) + 1 });
  }
  const scores = (findings ?? []).map(({ target, analysis }) =>
    sample('healthScore', analysis.healthScore, { target }),
  );
  return [...scores, ...samples.values()];
}

function actionSamples({ actions }: PageReadings): (PageSample | null)[] {
  if (actions === null) return [];
  return [
    ...actions.ended.map(({ type, phase, count }) => sample('actions', count, { type, phase })),
    ...actions.underWay.map(({ type, count }) => sample('actionsUnderWay', count, { type })),
    ...actions.effects.map(({ type, verdict, count }) => sample('actionEffects', count, { type, verdict })),
  ];
}

function safetySamples({ safety }: PageReadings): (PageSample | null)[] {
  if (safety === null) return [];
  return [
    sample('killSwitch', Number(safety.isKillSwitchEngaged)),
    ...safety.targets.map(({ id, isFrozen }) => sample('targetFrozen', Number(isFrozen), { target: id })),
  ];
}

function storeSamples({ store }: PageReadings): (PageSample | null)[] {
  if (store === null) return [];
  return [
    sample('storeSize', store.bytes),
    sample('storeLimit', store.boundBytes),
    sample('storeRuns', store.rows.runs),
    sample('historyFrames', store.rows.historyFrames),
  ];
}

function llmSamples({ llm }: PageReadings): (PageSample | null)[] {
  if (llm === null) return [];
  const { totals } = llm;
  return [
    sample('llmTokens', llm.tokensUsedToday),
    sample('llmBudget', llm.dailyTokenBudget),
    ...Object.entries(totals.outcomes).map(([outcome, count]) => sample('llmInsights', count, { outcome })),
    sample('llmAttempts', totals.attempts),
    sample('llmTokensTotal', totals.promptTokens, { kind: 'prompt' }),
    sample('llmTokensTotal', totals.completionTokens, { kind: 'completion' }),
    sample('llmCost', totals.costUsd),
    sample('llmCacheLookups', totals.cacheHits, { result: 'hit' }),
    sample('llmCacheLookups', totals.cacheMisses, { result: 'miss' }),
    ...CIRCUIT_STATES.map((state) => sample('llmCircuit', Number(state === llm.circuit), { state })),
  ];
}

function sample(
  family: MetricFamilyKey,
  value: number | null,
  labels: Readonly<Record<string, string>> = {},
): PageSample | null {
  return value === null || !Number.isFinite(value) ? null : { family, labels, value };
}
