import { describe, expect, it } from '@jest/globals';
import { type Finding, RUN_STATUSES, type RunStatus } from '@app/core';
import type { SourceTotals } from '@app/metrics';
import { aRunAnalysis, aRunFinding } from '@app/testing/workflow';
import { PAGE_PARTS, type PageReadings } from './page-readings.js';
import { type PageSample, pageSamples } from './page-samples.js';

const NOTHING: PageReadings = {
  version: '1.2.3',
  process: null,
  sources: new Map(),
  runs: null,
  targets: null,
  findings: null,
  actions: null,
  safety: null,
  store: null,
  llm: null,
};
const TOTALS: SourceTotals = {
  collections: 3,
  byStatus: { ok: 2, timeout: 1 },
  totalDurationMs: 60,
  lastDurationMs: 20,
  lastSuccessAtMs: 1_700_000_000_500,
  processesStarted: null,
  childCpuSeconds: null,
};

function samplesOf(readings: Partial<PageReadings>, family: PageSample['family']): PageSample[] {
  return pageSamples({ ...NOTHING, ...readings }).filter((sample) => sample.family === family);
}

function aModelReading(): NonNullable<PageReadings['llm']> {
  return {
    tokensUsedToday: 12,
    dailyTokenBudget: 200,
    circuit: 'open',
    totals: {
      outcomes: { answered: 4, timeout: 1 },
      attempts: 6,
      promptTokens: 900,
      completionTokens: 100,
      costUsd: 0.5,
      cacheHits: 2,
      cacheMisses: 3,
    },
  };
}

function valueOf(readings: Partial<PageReadings>, family: PageSample['family']): number | undefined {
  return samplesOf(readings, family)[0]?.value;
}

describe('pageSamples', () => {
  it('shows the version and the unreadable parts, and nothing else, when nothing can be read', () => {
    const samples = pageSamples(NOTHING);
    expect(new Set(samples.map(({ family }) => family))).toEqual(new Set(['buildInfo', 'partReadable']));
    expect(samples[0]).toEqual({ family: 'buildInfo', labels: { version: '1.2.3' }, value: 1 });
    expect(samples.slice(1).map(({ value }) => value)).toEqual(PAGE_PARTS.map(() => 0));
  });

  it('says which part was readable', () => {
    const readable = samplesOf({ targets: [] }, 'partReadable').filter(({ value }) => value === 1);
    expect(readable.map(({ labels }) => labels)).toEqual([{ part: 'targets' }]);
  });

  it('leaves out what a process does not know of itself', () => {
    const process = {
      cpuSeconds: 1.5,
      residentBytes: 1000,
      eventLoopDelay: { p50Seconds: null, p99Seconds: 0.25 },
      childProcesses: null,
      childCpuSeconds: null,
      childResidentBytes: null,
    };
    expect(valueOf({ process }, 'processCpu')).toBe(1.5);
    expect(valueOf({ process }, 'processMemory')).toBe(1000);
    for (const family of ['children', 'childCpu', 'childMemory'] as const) {
      expect(samplesOf({ process }, family)).toEqual([]);
    }
    expect(samplesOf({ process }, 'eventLoopDelay')).toEqual([
      { family: 'eventLoopDelay', labels: { quantile: '0.99' }, value: 0.25 },
    ]);
  });

  it('shows the readings of a source by status, and its last success in seconds', () => {
    const sources = new Map([['gpu', TOTALS]] as const);
    expect(samplesOf({ sources }, 'sourceCollections').map(({ labels, value }) => [labels['status'], value])).toEqual([
      ['ok', 2],
      ['timeout', 1],
    ]);
    expect(valueOf({ sources }, 'sourceLastSuccess')).toBe(1_700_000_000.5);
    expect(samplesOf({ sources }, 'sourceProcesses')).toEqual([]);
    expect(samplesOf({ sources }, 'sourceChildCpu')).toEqual([]);
  });

  it('has no last success of a source that never gave data', () => {
    const sources = new Map([['engines', { ...TOTALS, lastSuccessAtMs: null }]] as const);
    expect(samplesOf({ sources }, 'sourceLastSuccess')).toEqual([]);
  });

  it('shows what the collectors told of their child processes', () => {
    const sources = new Map([['gpu', { ...TOTALS, processesStarted: 4, childCpuSeconds: 0.5 }]] as const);
    expect(valueOf({ sources }, 'sourceProcesses')).toBe(4);
    expect(valueOf({ sources }, 'sourceChildCpu')).toBe(0.5);
  });

  it('counts ended runs by status and those under way apart', () => {
    const zeros = Object.fromEntries(RUN_STATUSES.map((status) => [status, 0])) as Record<RunStatus, number>;
    const runs = { ...zeros, succeeded: 5, running: 1, queued: 2, awaiting_approval: 3 };
    const ended = samplesOf({ runs }, 'runs').map(({ labels, value }) => [labels['status'], value]);
    expect(Object.fromEntries(ended)).toEqual({
      succeeded: 5,
      rejected: 0,
      expired: 0,
      cancelled: 0,
      rolled_back: 0,
      failed: 0,
    });
    expect(valueOf({ runs }, 'runsActive')).toBe(1);
    expect(valueOf({ runs }, 'runsQueued')).toBe(2);
    expect(valueOf({ runs }, 'runsAwaitingApproval')).toBe(3);
  });

  it.each([
    [true, [1]],
    [false, [0]],
    [null, []],
  ])('shows a target whose simulation is %s as %j', (isSimulated, values) => {
    const targets = [{ id: 'local', isSimulated }];
    expect(valueOf({ targets }, 'targets')).toBe(1);
    expect(samplesOf({ targets }, 'simulated').map(({ value }) => value)).toEqual(values);
  });

  it('counts findings by rule, severity, state and kind of subject', () => {
    const gpu = (id: string, state: Finding['state']): Finding =>
      aRunFinding({ id, ruleId: 'hot', state, severity: 'high', subject: { kind: 'gpu', id: `GPU-${id}`, label: id } });
    const analysis = aRunAnalysis([gpu('1', 'confirmed'), gpu('2', 'confirmed'), gpu('3', 'suspected')]);
    const findings = [{ target: 'local', analysis }];
    const labels = { rule: 'hot', severity: 'high', subject_kind: 'gpu' };
    expect(samplesOf({ findings }, 'findings')).toEqual([
      { family: 'findings', labels: { ...labels, state: 'confirmed' }, value: 2 },
      { family: 'findings', labels: { ...labels, state: 'suspected' }, value: 1 },
    ]);
  });

  it('has no health score where no rule could be evaluated', () => {
    const scored = [{ target: 'local', analysis: { ...aRunAnalysis(), healthScore: 88 } }];
    expect(samplesOf({ findings: scored }, 'healthScore')).toEqual([
      { family: 'healthScore', labels: { target: 'local' }, value: 88 },
    ]);
    const unknown = [{ target: 'local', analysis: { ...aRunAnalysis(), healthScore: null } }];
    expect(samplesOf({ findings: unknown }, 'healthScore')).toEqual([]);
  });

  it('shows what was done by type and end, what is under way, and what came of it', () => {
    const actions: NonNullable<PageReadings['actions']> = {
      ended: [{ type: 'vllm-wake', phase: 'undone', count: 2 }],
      underWay: [{ type: 'vllm-sleep', count: 1 }],
      effects: [{ type: 'vllm-wake', verdict: 'regressed', count: 3 }],
    };
    expect(pageSamples({ ...NOTHING, actions }).filter(({ family }) => family.startsWith('action'))).toEqual([
      { family: 'actions', labels: { type: 'vllm-wake', phase: 'undone' }, value: 2 },
      { family: 'actionsUnderWay', labels: { type: 'vllm-sleep' }, value: 1 },
      { family: 'actionEffects', labels: { type: 'vllm-wake', verdict: 'regressed' }, value: 3 },
    ]);
  });

  it.each([
    [true, 1],
    [false, 0],
  ])('shows a kill switch and a freeze that are %s as %i', (isSo, value) => {
    const safety = { isKillSwitchEngaged: isSo, targets: [{ id: 'local', isFrozen: isSo }] };
    expect(valueOf({ safety }, 'killSwitch')).toBe(value);
    expect(samplesOf({ safety }, 'targetFrozen')).toEqual([
      { family: 'targetFrozen', labels: { target: 'local' }, value },
    ]);
  });

  it('shows the store and the budget of the model', () => {
    const store = { bytes: 10, boundBytes: 100, rows: { runs: 3, historyFrames: 7 }, lastSweep: null };
    const llm = aModelReading();
    const values = (['storeSize', 'storeLimit', 'storeRuns', 'historyFrames', 'llmTokens', 'llmBudget'] as const).map(
      (family) => valueOf({ store, llm }, family),
    );
    expect(values).toEqual([10, 100, 3, 7, 12, 200]);
  });

  it('shows what came of asking the model, and the state of the circuit', () => {
    const llm = aModelReading();
    const shown = (family: PageSample['family']): [string, number][] =>
      samplesOf({ llm }, family).map(({ labels, value }) => [Object.values(labels).join(), value]);
    expect(shown('llmInsights')).toEqual([
      ['answered', 4],
      ['timeout', 1],
    ]);
    expect(shown('llmTokensTotal')).toEqual([
      ['prompt', 900],
      ['completion', 100],
    ]);
    expect(shown('llmCacheLookups')).toEqual([
      ['hit', 2],
      ['miss', 3],
    ]);
    expect(shown('llmCircuit')).toEqual([
      ['closed', 0],
      ['open', 1],
      ['half-open', 0],
    ]);
    expect(valueOf({ llm }, 'llmCost')).toBe(0.5);
  });

  it('has no cost once tokens were spent whose price is not known', () => {
    const llm = aModelReading();
    expect(samplesOf({ llm: { ...llm, totals: { ...llm.totals, costUsd: null } } }, 'llmCost')).toEqual([]);
  });
});
