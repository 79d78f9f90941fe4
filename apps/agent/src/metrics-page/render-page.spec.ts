import { describe, expect, it } from '@jest/globals';
import type { RunStep, SectionStatus } from '@app/core';
import { parsePrometheusText, SourceCost } from '@app/metrics';
import { SetClock } from '@app/testing/workflow';
import { SourceDurations, StepDurations } from './duration-histograms.js';
import type { PageSample } from './page-samples.js';
import { renderPage } from './render-page.js';

const step = (values: Partial<RunStep>): RunStep => ({
  stage: 'collect',
  status: 'ok',
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:01.000Z',
  durationMs: 1000,
  detail: null,
  ...values,
});

describe('renderPage', () => {
  it('writes samples that read back as they were, each family with its type', async () => {
    const samples: PageSample[] = [
      { family: 'storeSize', labels: {}, value: 4096 },
      { family: 'runs', labels: { status: 'failed' }, value: 0 },
      { family: 'runs', labels: { status: 'succeeded' }, value: 2 },
    ];
    const page = parsePrometheusText(await renderPage(samples, []));
    expect(page.problems).toEqual([]);
    expect(page.samples.map(({ name, labels, value }) => [name, { ...labels }, value])).toEqual([
      ['resource_agent_runs_total', { status: 'failed' }, 0],
      ['resource_agent_runs_total', { status: 'succeeded' }, 2],
      ['resource_agent_store_size_bytes', {}, 4096],
    ]);
    expect(Object.fromEntries(page.types)).toEqual({
      resource_agent_runs_total: 'counter',
      resource_agent_store_size_bytes: 'gauge',
    });
  });

  it('shows no family without samples, not even one without labels', async () => {
    expect((await renderPage([], [])).trim()).toBe('');
  });

  it('forgets what the page before has shown', async () => {
    await renderPage([{ family: 'storeSize', labels: {}, value: 1 }], []);
    expect(await renderPage([], [])).not.toContain('store_size');
  });

  it('keeps the histograms from page to page', async () => {
    const steps = new StepDurations();
    steps.stepFinished(step({ durationMs: 2000 }));
    await renderPage([], [steps.histogram]);
    steps.stepFinished(step({ durationMs: 20 }));
    steps.stepFinished(step({ stage: 'plan', status: 'skipped', durationMs: null }));
    const { samples } = parsePrometheusText(await renderPage([], [steps.histogram]));
    const counts = samples.filter(({ name }) => name === 'resource_agent_run_stage_duration_seconds_count');
    expect(counts.map(({ labels, value }) => [{ ...labels }, value])).toEqual([
      [{ stage: 'collect', status: 'ok' }, 2],
    ]);
    const sum = samples.find(({ name }) => name === 'resource_agent_run_stage_duration_seconds_sum');
    expect(sum?.value).toBeCloseTo(2.02, 9);
  });

  it('shows how long the readings of each source took', async () => {
    const cost = new SourceCost(new SetClock());
    const { histogram } = new SourceDurations(cost);
    const record = (durationMs: number | null, status: SectionStatus): void =>
      cost.record('gpu', { durationMs, status });
    record(40, 'ok');
    record(null, 'absent');
    const { samples } = parsePrometheusText(await renderPage([], [histogram]));
    const inBucket = (le: string): number | undefined => samples.find(({ labels }) => labels['le'] === le)?.value;
    expect([inBucket('0.025'), inBucket('0.05'), inBucket('+Inf')]).toEqual([0, 1, 1]);
  });

  it('has an empty histogram of sources before the first reading', async () => {
    const { histogram } = new SourceDurations(new SourceCost(new SetClock()));
    expect(parsePrometheusText(await renderPage([], [histogram])).samples).toEqual([]);
  });
});
