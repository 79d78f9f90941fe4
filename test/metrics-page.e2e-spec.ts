import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parsePrometheusText, type PrometheusPage } from '@app/metrics';
import { METRIC_FAMILIES, METRIC_PREFIX } from '../apps/agent/src/metrics-page/metric-families.js';
import { PAGE_PARTS } from '../apps/agent/src/metrics-page/page-readings.js';
import { startAgent, type TestAgent } from './support/agent.js';
import { call, postJson } from './support/http.js';

/** No background sample falls between two looks at the page. */
const SLOW_SAMPLING = { SAMPLE_INTERVAL_MS: '60000' };

async function pageOf(agent: TestAgent): Promise<PrometheusPage> {
  const { status, text } = await call(`${agent.url}/metrics`);
  expect(status).toBe(200);
  return parsePrometheusText(text);
}

/** The value of a counter; fails where there is none, since nothing can be added to what is not known. */
function countOf(page: PrometheusPage, name: string, labels: Readonly<Record<string, string>>): number {
  const value = valueOf(page, name, labels);
  if (value === null) throw new Error(`the page has no ${name}`);
  return value;
}

function valueOf(page: PrometheusPage, name: string, labels: Readonly<Record<string, string>> = {}): number | null {
  const found = page.samples.find(
    (sample) =>
      sample.name === `${METRIC_PREFIX}${name}` &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  return found?.value ?? null;
}

describe('the metrics page', () => {
  let agent: TestAgent;
  beforeAll(async () => {
    agent = await startAgent({ env: SLOW_SAMPLING });
    await call(`${agent.url}/targets/local/snapshot?refresh=true`);
  });
  afterAll(() => agent.stop());

  const refresh = () => call(`${agent.url}/targets/local/snapshot?refresh=true`);

  it('is Prometheus text 0.0.4 that our own parser reads without a problem', async () => {
    const { headers, text } = await call(`${agent.url}/metrics`);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const { problems, types } = parsePrometheusText(text);
    expect(problems).toEqual([]);
    const known = new Map(Object.values(METRIC_FAMILIES).map(({ name, type }) => [`${METRIC_PREFIX}${name}`, type]));
    for (const [name, type] of types) expect([name, known.get(name)]).toEqual([name, type]);
  });

  it('shows the version, and what the agent itself uses', async () => {
    const page = await pageOf(agent);
    expect(valueOf(page, 'build_info', { version: '0.1.0' })).toBe(1);
    expect(valueOf(page, 'process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(valueOf(page, 'resident_memory_bytes')).toBeGreaterThan(1_000_000);
    for (const part of PAGE_PARTS) {
      expect([part, valueOf(page, 'part_readable', { part })]).toEqual([part, 1]);
    }
  });

  it('counts a run that has ended, and times its stages', async () => {
    const before = await pageOf(agent);
    const answer = await postJson(`${agent.url}/optimize/run?wait=60`, { llm: false });
    expect(answer.json()).toMatchObject({ status: 'succeeded' });
    const after = await pageOf(agent);
    const count = (page: PrometheusPage): number => countOf(page, 'runs_total', { status: 'succeeded' });
    expect(count(after)).toBe(count(before) + 1);
    expect(valueOf(after, 'runs_active')).toBe(0);
    expect(valueOf(after, 'runs_queued')).toBe(0);
    const stages = after.samples.filter(({ name }) => name === `${METRIC_PREFIX}run_stage_duration_seconds_count`);
    expect(stages.map(({ labels }) => labels['stage']).sort()).toEqual([
      'analyze',
      'collect',
      'insights',
      'plan',
      'report',
    ]);
  });

  it('counts the readings of each source', async () => {
    const before = await pageOf(agent);
    await refresh();
    const after = await pageOf(agent);
    const labels = { source: 'system', status: 'ok' };
    const count = (page: PrometheusPage): number => countOf(page, 'source_collections_total', labels);
    expect(count(after)).toBe(count(before) + 1);
    expect(valueOf(after, 'source_duration_seconds_count', { source: 'system' })).toBe(count(after));
    expect(valueOf(after, 'source_last_success_timestamp_seconds', { source: 'system' })).not.toBeNull();
    expect(valueOf(after, 'source_collections_total', { source: 'gpu', status: 'absent' })).not.toBeNull();
    expect(valueOf(after, 'source_last_success_timestamp_seconds', { source: 'gpu' })).toBeNull();
  });

  it('shows the store, the model and the target', async () => {
    const page = await pageOf(agent);
    expect(valueOf(page, 'store_size_bytes')).toBeGreaterThan(0);
    expect(valueOf(page, 'store_size_limit_bytes')).toBe(1024 * 1024 * 1024);
    expect(valueOf(page, 'llm_tokens_used_today')).toBe(0);
    expect(valueOf(page, 'llm_daily_token_budget')).toBe(200_000);
    expect(valueOf(page, 'targets')).toBe(1);
    expect(valueOf(page, 'simulated', { target: 'local' })).toBe(0);
  });

  it('shows what keeps the agent from changing anything', async () => {
    await postJson(`${agent.url}/targets/local/freeze`, { reason: 'under repair' });
    const frozen = await pageOf(agent);
    expect(valueOf(frozen, 'target_frozen', { target: 'local' })).toBe(1);
    expect(valueOf(frozen, 'kill_switch_engaged')).toBe(0);
    await call(`${agent.url}/targets/local/freeze`, { method: 'DELETE' });
    expect(valueOf(await pageOf(agent), 'target_frozen', { target: 'local' })).toBe(0);
  });

  it('says of the target what its analysis says', async () => {
    const analysis = (await call(`${agent.url}/analysis`)).json() as {
      healthScore: number | null;
      findings: { ruleId: string }[];
    };
    const page = await pageOf(agent);
    expect(valueOf(page, 'health_score', { target: 'local' })).toBe(analysis.healthScore);
    const findings = page.samples.filter(({ name }) => name === `${METRIC_PREFIX}findings`);
    expect(findings.reduce((sum, { value }) => sum + value, 0)).toBe(analysis.findings.length);
  });
});

describe('the metrics page after a restart', () => {
  it('still counts the runs of the process before', async () => {
    const first = await startAgent({ env: SLOW_SAMPLING });
    let second: TestAgent | null = null;
    try {
      await postJson(`${first.url}/optimize/run?wait=60`, { llm: false });
      // The folder goes with the first agent, so that it is stopped last; its service ends here.
      await first.app.close();
      second = await startAgent({ env: SLOW_SAMPLING, dataDir: first.folder });
      expect(valueOf(await pageOf(second), 'runs_total', { status: 'succeeded' })).toBe(1);
    } finally {
      await second?.stop();
      await first.stop();
    }
  });
});

describe('the metrics page with keys', () => {
  let agent: TestAgent;
  beforeAll(async () => {
    const sha256 = createHash('sha256').update('viewer-key').digest('hex');
    agent = await startAgent({
      env: { ...SLOW_SAMPLING, API_KEYS: `viewer-1:viewer:${sha256}`, RATE_LIMIT_PER_MINUTE: '2' },
    });
  });
  afterAll(() => agent.stop());

  it.each([
    ['no key', {}, 401],
    ['an unknown key', { Authorization: 'Bearer wrong' }, 401],
    ['the key of a viewer', { Authorization: 'Bearer viewer-key' }, 200],
  ] as const)('answers %s with %j as it should', async (_, headers, status) => {
    expect((await call(`${agent.url}/metrics`, { headers: { ...headers } })).status).toBe(status);
  });

  it('is not counted by the rate limit', async () => {
    const headers = { Authorization: 'Bearer viewer-key' };
    for (let i = 0; i < 5; i += 1) expect((await call(`${agent.url}/metrics`, { headers })).status).toBe(200);
  });
});
