import { beforeEach, describe, expect, it } from '@jest/globals';
import { isTerminal, type Run } from '@app/core';
import { ANALYSIS_SETTINGS } from '@app/testing/loop';
import {
  aRunAnalysis,
  aRunFinding,
  aSnapshotOfSections,
  aStoredRun,
  InMemoryRunStore,
  ScriptedAnalyzer,
  ScriptedCatalogue,
  ScriptedInsightService,
  ScriptedSnapshotSource,
  SetClock,
  InMemoryEffectHistory,
} from '@app/testing/workflow';
import { initialState, type WorkflowState } from '../state.js';
import { RunAbandonedError, StepRecorder } from '../step-recorder.js';
import { makeAnalyzeNode } from './analyze.node.js';
import { makeCollectNode } from './collect.node.js';
import { makeModelInsightsNode } from './model-insights.node.js';
import { makeReportNode } from './report.node.js';
import { makeRuleInsightsNode } from './rule-insights.node.js';

const START = '2026-01-01T00:00:00.000Z';

let store: InMemoryRunStore;
let clock: SetClock;
let recorder: StepRecorder;
beforeEach(() => {
  store = new InMemoryRunStore();
  clock = new SetClock(Date.parse(START));
  recorder = new StepRecorder(store, clock);
});

async function begun(values: Partial<Run> = {}): Promise<WorkflowState> {
  const run = aStoredRun({ status: 'running', startedAt: START, ...values });
  await store.create(run);
  return initialState(run, true);
}

describe('collect', () => {
  it('stores the snapshot, the stage and a step with its duration', async () => {
    const state = await begun();
    const snapshots = new ScriptedSnapshotSource(aSnapshotOfSections({ system: 'ok' }));
    snapshots.hold();
    const collecting = makeCollectNode({ snapshots, recorder })(state);
    await snapshots.begun(1);
    clock.advance(250);
    snapshots.release();
    expect(await collecting).toEqual({ hasSnapshot: true });
    expect(await store.get('run_1')).toMatchObject({
      stage: 'collect',
      snapshot: snapshots.snapshot,
      steps: [{ stage: 'collect', status: 'ok', startedAt: START, durationMs: 250 }],
    });
  });

  it.each([
    [{}, 'ok', 'gpu: absent, system: absent, engines: absent, lmcache: absent, kernelLog: absent'],
    [{ gpu: 'ok', system: 'ok', engines: 'ok', lmcache: 'ok', kernelLog: 'ok' }, 'ok', null],
    [
      { gpu: 'timeout', system: 'ok', engines: 'ok', lmcache: 'ok', kernelLog: 'absent' },
      'degraded',
      'gpu: timeout, kernelLog: absent',
    ],
  ] as const)('judges sections %j as %s', async (sections, status, detail) => {
    const snapshots = new ScriptedSnapshotSource(aSnapshotOfSections(sections));
    await makeCollectNode({ snapshots, recorder })(await begun());
    expect((await store.get('run_1'))?.steps).toMatchObject([{ status, detail }]);
  });

  it('keeps nothing of a reading that comes back after the run was cancelled', async () => {
    const state = await begun();
    const snapshots = new ScriptedSnapshotSource();
    snapshots.hold();
    const collecting = makeCollectNode({ snapshots, recorder })(state);
    await snapshots.begun(1);
    await store.transition('run_1', ['running'], 'cancelled');
    snapshots.release();
    await expect(collecting).rejects.toThrow(RunAbandonedError);
    expect(await store.get('run_1')).toMatchObject({ status: 'cancelled', snapshot: null, steps: [] });
  });
});

describe('analyze', () => {
  const nodeWith = (analyzer: ScriptedAnalyzer, snapshots = new ScriptedSnapshotSource()) =>
    makeAnalyzeNode({ snapshots, analyzer, store, recorder, clock, settings: ANALYSIS_SETTINGS });

  it('judges the history up to the snapshot, which is the last and not there twice', async () => {
    const at = (second: number) => aSnapshotOfSections({}, `2026-01-01T00:00:0${second}.000Z`);
    const state = await begun({ snapshot: at(3) });
    const snapshots = new ScriptedSnapshotSource();
    snapshots.history = [at(1), at(2), at(3), at(4)];
    const analyzer = new ScriptedAnalyzer();
    await nodeWith(analyzer, snapshots)(state);
    expect(analyzer.windows).toEqual([[at(1), at(2), at(3)]]);
  });

  it('counts confirmed findings only', async () => {
    const state = await begun({ snapshot: aSnapshotOfSections() });
    const analyzer = new ScriptedAnalyzer(aRunAnalysis([aRunFinding({ state: 'suspected' })]));
    expect(await nodeWith(analyzer)(state)).toEqual({ hasAnalysis: true, hasFindings: false });
    expect((await store.get('run_1'))?.steps[0]?.detail).toBe('0 confirmed findings; 2 of 5 rules evaluated');
  });

  it('fails when the snapshot is gone', async () => {
    await expect(nodeWith(new ScriptedAnalyzer())(await begun())).rejects.toMatchObject({ code: 'analysis_failed' });
  });
});

describe('insights', () => {
  const analysis = aRunAnalysis([
    aRunFinding({
      candidateActions: [
        { type: 'known', parameters: {} },
        { type: 'unknown', parameters: {} },
      ],
    }),
    aRunFinding({ id: 'f2', candidateActions: [{ type: 'known', parameters: {} }] }),
    aRunFinding({ id: 'f3', state: 'suspected', candidateActions: [{ type: 'other', parameters: {} }] }),
  ]);
  const analysed = () => begun({ snapshot: aSnapshotOfSections(), analysis });
  const depsWith = (insights: ScriptedInsightService) => ({
    insights,
    actions: new ScriptedCatalogue(['known', 'other']),
    store,
    effects: new InMemoryEffectHistory(),
    recorder,
    settings: ANALYSIS_SETTINGS,
  });

  it('offers the catalogue entries of the confirmed findings, each once', async () => {
    const insights = new ScriptedInsightService();
    await makeModelInsightsNode(depsWith(insights))(await analysed());
    const [asked] = insights.requests;
    expect(asked?.modelWanted).toBe(true);
    expect(asked?.request.candidateActions.map(({ type }) => type)).toEqual(['known']);
  });

  it('tells the writer the latency objectives of the target', async () => {
    const insights = new ScriptedInsightService();
    const targets = { local: { slo: { ttftP95Seconds: 1.5 } } };
    const settings = { ...ANALYSIS_SETTINGS, slo: { ttftP95Seconds: 2, itlP95Seconds: 0.05 }, targets };
    await makeModelInsightsNode({ ...depsWith(insights), settings })(await analysed());
    expect(insights.requests[0]?.request.slo).toEqual({ ttftP95Seconds: 1.5, itlP95Seconds: 0.05 });
  });

  it('does not ask the model in the rule-based node', async () => {
    const insights = new ScriptedInsightService();
    const update = await makeRuleInsightsNode(depsWith(insights))(await analysed());
    expect(update).toEqual({ hasInsights: true, insightsSource: 'rules' });
    expect(insights.requests.map(({ modelWanted }) => modelWanted)).toEqual([false]);
    expect((await store.get('run_1'))?.steps).toMatchObject([{ stage: 'insights', status: 'ok', detail: null }]);
  });

  it('marks the step as degraded, with the reason, when the wanted model was not used', async () => {
    const insights = new ScriptedInsightService();
    insights.degradedReason = 'The model is rate limited.';
    await makeModelInsightsNode(depsWith(insights))(await analysed());
    const run = await store.get('run_1');
    expect(run?.steps).toMatchObject([{ status: 'degraded', detail: 'The model is rate limited.' }]);
    expect(run?.insights?.degradedReason).toBe('The model is rate limited.');
  });

  it('says in the insights that the node of the model failed', async () => {
    const state = { ...(await analysed()), modelFailure: 'The model could not be used.' };
    await makeRuleInsightsNode(depsWith(new ScriptedInsightService()))(state);
    const run = await store.get('run_1');
    expect(run?.steps).toMatchObject([{ status: 'degraded' }]);
    expect(run?.insights).toMatchObject({ source: 'rules', degradedReason: 'The model could not be used.' });
  });
});

describe('report', () => {
  const node = () => makeReportNode({ store, recorder, clock });

  it('closes the run with its duration', async () => {
    const state = await begun();
    clock.advance(1500);
    await node()(state);
    expect(await store.get('run_1')).toMatchObject({
      status: 'succeeded',
      finishedAt: '2026-01-01T00:00:01.500Z',
      durationMs: 1500,
      error: null,
      steps: [{ stage: 'report', status: 'ok' }],
    });
  });

  it.each(['rejected', 'expired', 'cancelled', 'rolled_back'] as const)('closes a run as %s', async (endAs) => {
    await node()({ ...(await begun()), endAs });
    expect(await store.get('run_1')).toMatchObject({ status: endAs, error: null });
  });

  it('closes a failed run as failed', async () => {
    const failure = { node: 'analyze', code: 'analysis_failed', message: 'The analysis failed.' } as const;
    await node()({ ...(await begun()), failure });
    const run = await store.get('run_1');
    expect(run).toMatchObject({
      status: 'failed',
      error: { code: 'analysis_failed', message: 'The analysis failed.' },
      steps: [{ stage: 'insights', status: 'skipped' }, { stage: 'plan' }, { stage: 'report' }],
    });
    expect(run && isTerminal(run.status)).toBe(true);
  });
});
