import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { AppError } from '@app/core';
import { settled, closeWorkflowProcess, openWorkflowProcess, type WorkflowProcess } from '@app/testing/loop';
import { aRunAnalysis, aRunFinding, aRunRequest, aSnapshotOfSections } from '@app/testing/workflow';

const LONG_MS = 30_000;
const by = { requestedBy: 'local' };

let folder: string;
let processes: WorkflowProcess[];
const newProcess = (): WorkflowProcess => {
  const made = openWorkflowProcess(folder);
  processes.push(made);
  return made;
};

beforeEach(() => {
  Logger.overrideLogger(false);
  folder = mkdtempSync(join(tmpdir(), 'runs-'));
  processes = [];
});
afterEach(async () => {
  for (const made of processes) await closeWorkflowProcess(made);
  rmSync(folder, { recursive: true });
});

describe('a run through the whole graph', () => {
  it('succeeds without a GPU, an engine and a model, and leaves no checkpoints', async () => {
    const { runs, countCheckpoints } = newProcess();
    const { id } = await runs.start(aRunRequest(), { requestedBy: 'startup' });
    const run = await runs.waitFor(id, LONG_MS);
    expect(run).toMatchObject({
      status: 'succeeded',
      requestedBy: 'startup',
      snapshot: aSnapshotOfSections(),
      analysis: aRunAnalysis(),
      insights: { source: 'rules', degradedReason: null },
      plan: { actions: [] },
      outcome: null,
      warnings: [],
      error: null,
    });
    expect(run.steps.map(({ stage, status }) => `${stage} ${status}`)).toEqual([
      'collect ok',
      'analyze ok',
      'insights ok',
      'plan ok',
      'report ok',
    ]);
    await settled();
    expect(countCheckpoints()).toBe(0);
  });

  it.each([
    ['asks the model about a confirmed finding', aRunRequest({ llm: true }), true],
    ['does not ask the model in mode observe', aRunRequest({ llm: true, mode: 'observe' }), false],
    ['does not ask a model that the caller does not want', aRunRequest({ llm: false }), false],
  ])('%s', async (_, request, modelWanted) => {
    const { runs, analyzer, insights } = newProcess();
    analyzer.analysis = aRunAnalysis([aRunFinding()]);
    const { id } = await runs.start(request, by);
    const run = await runs.waitFor(id, LONG_MS);
    expect(run.insights?.source).toBe(modelWanted ? 'llm' : 'rules');
    expect(insights.requests.map((asked) => asked.modelWanted)).toEqual([modelWanted]);
  });

  it('does not ask the model when nothing was found', async () => {
    const { runs, insights } = newProcess();
    const { id } = await runs.start(aRunRequest({ llm: true }), by);
    await runs.waitFor(id, LONG_MS);
    expect(insights.requests.map((asked) => asked.modelWanted)).toEqual([false]);
  });

  it('succeeds with a degraded step when the part that asks the model throws', async () => {
    const { runs, analyzer, insights } = newProcess();
    analyzer.analysis = aRunAnalysis([aRunFinding()]);
    insights.modelFailure = new TypeError('secret detail');
    const { id } = await runs.start(aRunRequest({ llm: true }), by);
    const run = await runs.waitFor(id, LONG_MS);
    expect(run.status).toBe('succeeded');
    expect(run.steps.find(({ stage }) => stage === 'insights')).toMatchObject({ status: 'degraded' });
    expect(run.insights).toMatchObject({
      source: 'rules',
      degradedReason: expect.stringContaining('could not be used'),
    });
    expect(JSON.stringify(run)).not.toContain('secret detail');
  });

  it('succeeds with a degraded step when the part that asks the model hangs past its deadline', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'Date'] });
    try {
      const { runs, analyzer, insights } = newProcess();
      analyzer.analysis = aRunAnalysis([aRunFinding()]);
      insights.hangs = true;
      const { id } = await runs.start(aRunRequest({ llm: true }), by);
      while (insights.requests.length === 0) await settled();
      await settled();
      await jest.advanceTimersByTimeAsync(6_000);
      while ((await runs.get(id)).status === 'running') await settled();
      const run = await runs.get(id);
      expect(run).toMatchObject({ status: 'succeeded', insights: { source: 'rules' } });
      expect(run.steps.find(({ stage }) => stage === 'insights')).toMatchObject({ status: 'degraded' });
    } finally {
      jest.useRealTimers();
    }
  });

  it('fails, keeps the snapshot and says so when the analysis throws', async () => {
    const { runs, analyzer, countCheckpoints } = newProcess();
    analyzer.failure = new TypeError('cannot read properties of undefined');
    const { id } = await runs.start(aRunRequest(), by);
    const run = await runs.waitFor(id, LONG_MS);
    expect(run).toMatchObject({
      status: 'failed',
      snapshot: aSnapshotOfSections(),
      analysis: null,
      insights: null,
      error: { code: 'analysis_failed', message: expect.stringContaining('The analysis failed') },
    });
    expect(run.steps.map(({ stage, status }) => `${stage} ${status}`)).toEqual([
      'collect ok',
      'analyze failed',
      'insights skipped',
      'plan skipped',
      'report ok',
    ]);
    await settled();
    expect(countCheckpoints()).toBe(0);
  });

  it('fails when the target can not be read at all, or the insights can not be written', async () => {
    const { runs, snapshots, insights } = newProcess();
    snapshots.failure = new AppError('collection_failed', 'No collector runs.');
    const first = await runs.start(aRunRequest(), by);
    expect((await runs.waitFor(first.id, LONG_MS)).error).toEqual({
      code: 'collection_failed',
      message: 'The target could not be read: No collector runs.',
    });
    snapshots.failure = null;
    insights.failure = new Error('bug');
    const second = await runs.start(aRunRequest(), by);
    expect(await runs.waitFor(second.id, LONG_MS)).toMatchObject({
      status: 'failed',
      error: { code: 'internal_error' },
      analysis: aRunAnalysis(),
    });
  });

  it('shows itself as Mermaid text', async () => {
    const text = await newProcess().graph.describe();
    expect(text).toContain('graph TD');
    expect(text).not.toContain('__error_handler__');
    expect(text).toContain('collect -.-> report');
    expect(text).toContain('model-insights -.-> rule-insights');
    for (const node of ['collect', 'analyze', 'rule-insights', 'model-insights', 'report'])
      expect(text).toContain(node);
  });
});
