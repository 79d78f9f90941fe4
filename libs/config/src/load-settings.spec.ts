import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError } from '@app/core';
import { loadSettings } from './load-settings.js';
import { isLoopbackHost } from './loopback-host.js';
import { analysisSettingsOf } from './settings.js';

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadSettings(env);
  } catch (error) {
    if (error instanceof AppError) return error.details['problems'] as string[];
    throw error;
  }
  return [];
}

describe('loadSettings', () => {
  it('needs nothing to be configured', () => {
    const settings = loadSettings({});
    expect(settings.http).toEqual({
      host: '127.0.0.1',
      port: 3000,
      allowedHosts: [],
      rateLimitPerMinute: 0,
      apiKeys: [],
    });
    expect(settings.sampling).toEqual({ intervalMs: 10000, timeoutMs: 5000 });
    expect(settings.llm).toMatchObject({ enabled: true, apiKey: null, model: 'openai/gpt-oss-20b', timeoutMs: 20000 });
    expect(settings.policy.maxMode).toBe('approve');
    expect(settings.slo).toEqual({ ttftP95Seconds: 2, itlP95Seconds: 0.1 });
  });

  it('names every wrong variable at once, and never its value', () => {
    const problems = problemsOf({
      PORT: 'eighty',
      POLICY_MAX_MODE: 'yolo',
      SAMPLE_INTERVAL_MS: '1',
      API_KEYS: 'hunter2',
    });
    expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual([
      'API_KEYS',
      'POLICY_MAX_MODE',
      'PORT',
      'SAMPLE_INTERVAL_MS',
    ]);
    expect(problems.join(' ')).not.toMatch(/eighty|yolo|hunter2/);
  });

  it('takes an empty variable as not set', () => {
    expect(loadSettings({ PORT: '', GROQ_API_KEY: ' ' }).llm.apiKey).toBeNull();
  });

  it('refuses to listen beyond loopback without keys', () => {
    expect(problemsOf({ HOST: '0.0.0.0' })[0]).toMatch(/^HOST: .*API_KEYS/);
    const key = `ops:operator:${'A1'.repeat(32)}`;
    const settings = loadSettings({ HOST: '0.0.0.0', API_KEYS: key });
    expect(settings.http.apiKeys).toEqual([{ name: 'ops', role: 'operator', sha256: 'a1'.repeat(32) }]);
    expect(settings.http.rateLimitPerMinute).toBe(600);
  });

  it('refuses cluster mode, which is not in this version', () => {
    expect(problemsOf({ DATABASE_URL: 'postgres://db/agent' })[0]).toMatch(/^DATABASE_URL: .*not in this version/);
  });

  it.each([
    ['https://api.groq.com/openai/v1', 'https://api.groq.com'],
    ['http://127.0.0.1:9999/openai/v1/', 'http://127.0.0.1:9999'],
    ['http://127.0.0.1:9999/', 'http://127.0.0.1:9999'],
  ])('cuts the API path off %s', (given, expected) => {
    expect(loadSettings({ GROQ_BASE_URL: given }).llm.baseUrl).toBe(expected);
  });

  it('has nothing to say of settings that have an effect', () => {
    const sources = {
      DCGM_URL: 'http://127.0.0.1:9400/metrics',
      LMCACHE_URLS: 'http://127.0.0.1:7000',
      KERNEL_LOG: '/log',
    };
    expect(loadSettings(sources).notices).toEqual([]);
  });
});

describe('CONFIG_FILE', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'agent-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const file = (text: string): string => {
    writeFileSync(join(folder, 'agent.yaml'), text);
    return join(folder, 'agent.yaml');
  };

  it('overrides durations, SLO and thresholds', () => {
    const path = file(
      'durations: {d1Seconds: 5}\nslo: {ttftP95Seconds: 1}\nthresholds: {queue-backlog: {waiting: 9}}\n',
    );
    const settings = loadSettings({ CONFIG_FILE: path });
    expect(settings.durations).toEqual({ d1Seconds: 5, d1Samples: 3, d2Seconds: 600, d3Seconds: 1800 });
    expect(settings.slo).toEqual({ ttftP95Seconds: 1, itlP95Seconds: 0.1 });
    expect(settings.thresholds).toEqual({ 'queue-backlog': { waiting: 9 } });
  });

  it('puts what a target has of its own before what holds for all', () => {
    const path = file(
      [
        'thresholds: {queue-backlog: {waitingRequests: 9}, host-disk-full: {mediumFreeRatio: 0.2}}',
        'targets:',
        '  local:',
        '    slo: {ttftP95Seconds: 0}',
        '    thresholds: {queue-backlog: {waitingRequests: 20}}',
        '    expectedGpuUuids: [GPU-1]',
        '  elsewhere: {}',
      ].join('\n'),
    );
    const settings = loadSettings({ CONFIG_FILE: path });
    expect(analysisSettingsOf(settings, 'local')).toMatchObject({
      slo: { ttftP95Seconds: 0, itlP95Seconds: 0.1 },
      thresholds: { 'queue-backlog': { waitingRequests: 20 }, 'host-disk-full': { mediumFreeRatio: 0.2 } },
      expectedGpuUuids: ['GPU-1'],
    });
    expect(analysisSettingsOf(settings, 'constructor').thresholds).toEqual(settings.thresholds);
    expect(settings.notices).toEqual([expect.stringContaining('target elsewhere')]);
    expect(problemsOf({ CONFIG_FILE: file('targets: {local: {treshold: 1}}\n') })[0]).toContain('targets.local');
  });

  it('keeps runs for a month, history for a day and the store below a gigabyte unless it says otherwise', () => {
    expect(loadSettings({}).retention).toEqual({ runsDays: 30, historyHours: 24, maxStoreMegabytes: 1024 });
    const settings = loadSettings({ CONFIG_FILE: file('retention: {runsDays: 7, maxStoreMegabytes: 64}\n') });
    expect(settings.retention).toEqual({ runsDays: 7, historyHours: 24, maxStoreMegabytes: 64 });
    expect(settings.notices).toEqual([]);
  });

  it.each([
    'runsDays: 0',
    'historyHours: 0.5',
    'maxStoreMegabytes: 1',
    'runsDays: 1e12',
    'runs: 3',
    'historyHours: soon',
  ])('rejects a retention of %s', (line) => {
    expect(problemsOf({ CONFIG_FILE: file(`retention: {${line}}\n`) })[0]).toMatch(/^CONFIG_FILE retention/);
  });

  it('rejects an unknown key, naming it', () => {
    expect(problemsOf({ CONFIG_FILE: file('treshold: {}\n') })[0]).toContain('treshold');
  });

  it('rejects a file that is not there or is no YAML', () => {
    expect(problemsOf({ CONFIG_FILE: join(folder, 'none.yaml') })[0]).toMatch(/^CONFIG_FILE: .*could not be read/);
    expect(problemsOf({ CONFIG_FILE: file('a: [') })[0]).toMatch(/^CONFIG_FILE: .*could not be read/);
  });
});

describe('isLoopbackHost', () => {
  it.each(['localhost', '127.0.0.1', '127.8.9.1', '::1', '[::1]', 'LOCALHOST'])('knows %s', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });
  it.each(['0.0.0.0', '127.0.0.1.evil.com', 'example.org', '10.0.0.1', '::'])('does not know %s', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});
