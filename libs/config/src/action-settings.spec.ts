import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@app/core';
import { loadSettings } from './load-settings.js';
import type { Settings } from './settings.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function settingsOf(yaml: string, env: Record<string, string> = {}): Settings {
  const path = join(folder, 'agent.yaml');
  writeFileSync(path, yaml);
  return loadSettings({ ...env, CONFIG_FILE: path });
}

function problemsOf(yaml: string, env: Record<string, string> = {}): readonly string[] {
  try {
    settingsOf(yaml, env);
  } catch (error) {
    if (error instanceof AppError) return error.details['problems'] as string[];
    throw error;
  }
  return [];
}

const ruleOf = (keys: string) =>
  settingsOf(`policy: {gpu-set-power-limit: {${keys}}}`).policy.actions['gpu-set-power-limit'];
const windowOf = (yaml: string) => ruleOf(`windows: [${yaml}]`)?.windows?.[0];

describe('CONFIG_FILE policy', () => {
  it('says when an action may be done', () => {
    const rule = 'gate: automatic, targets: [local], deny: ["http://10.0.0.1:8000/"], perDay: 0, coolDownSeconds: 0';
    expect(ruleOf(rule)).toEqual({
      gate: 'automatic',
      targets: ['local'],
      deny: ['http://10.0.0.1:8000'],
      perDay: 0,
      coolDownSeconds: 0,
    });
    expect(loadSettings({}).policy.actions).toEqual({});
  });

  it.each([
    ['"22:00-06:00"', { days: [], fromMinute: 1320, toMinute: 360, timeZone: 'UTC' }],
    ['"8:00 - 24:00"', { days: [], fromMinute: 480, toMinute: 1440, timeZone: 'UTC' }],
    ['{from: "00:00", to: 06:30}', { days: [], fromMinute: 0, toMinute: 390, timeZone: 'UTC' }],
    [
      '{days: [sun, sat], from: "08:00", to: "09:00", timeZone: Europe/Berlin}',
      { days: [0, 6], fromMinute: 480, toMinute: 540, timeZone: 'Europe/Berlin' },
    ],
  ])('takes %s for a window', (yaml, expected) => {
    expect(windowOf(yaml)).toEqual(expected);
  });

  it.each([
    ['windows: ["25:00-06:00"]', 'windows.0.from'],
    ['windows: ["24:01-06:00"]', 'windows.0.from'],
    ['windows: ["08:00-07:60"]', 'windows.0.to'],
    ['windows: ["nightly"]', 'windows.0.from'],
    ['windows: ["08:00-09:00-10:00"]', 'windows.0.to'],
    ['windows: ["08:00-08:00"]', 'windows.0'],
    ['windows: [{from: "08:00"}]', 'windows.0.to'],
    ['windows: [{from: "08:00", to: "09:00", days: [funday]}]', 'windows.0.days.0'],
    ['windows: [{from: "08:00", to: "09:00", days: []}]', 'windows.0.days'],
    ['windows: [{from: "08:00", to: "09:00", timeZone: Mars/Olympus}]', 'windows.0.timeZone'],
    ['windows: [{from: "08:00", to: "09:00", day: mon}]', 'windows.0'],
    ['windows: [8]', 'windows.0'],
    ['windows: "08:00-09:00"', 'windows'],
    ['gate: always', 'gate'],
    ['targets: local', 'targets'],
    ['deny: [""]', 'deny.0'],
    ['perDay: 1.5', 'perDay'],
    ['perDay: -1', 'perDay'],
    ['coolDownSeconds: -1', 'coolDownSeconds'],
    ['coolDownSeconds: 604801', 'coolDownSeconds'],
    ['coolDownSeconds: .nan', 'coolDownSeconds'],
    ['cooldown: 1', ''],
  ])('rejects %s and names the key', (keys, key) => {
    const [problem = ''] = problemsOf(`policy: {gpu-set-power-limit: {${keys}}}`);
    expect(problem.split(': ')[0]).toBe(`CONFIG_FILE policy.gpu-set-power-limit${key === '' ? '' : `.${key}`}`);
  });
});

describe('CONFIG_FILE monitor', () => {
  it('says how long an effect is watched', () => {
    const { monitor } = settingsOf('monitor: {k8s-scale: {settleSeconds: 0, windowSeconds: 600, executeSeconds: 20}}');
    expect(monitor).toEqual({ 'k8s-scale': { settleSeconds: 0, windowSeconds: 600, executeSeconds: 20 } });
  });

  it.each(['settleSeconds: -1', 'windowSeconds: 0', 'windowSeconds: long', 'executeSeconds: 0', 'window: 1'])(
    'rejects %s',
    (keys) => expect(problemsOf(`monitor: {k8s-scale: {${keys}}}`)[0]).toMatch(/^CONFIG_FILE monitor\.k8s-scale/),
  );
});

describe('CONFIG_FILE webhooks', () => {
  const SECRET = { ONCALL_SECRET: ' s3cret ' };
  const FULL = 'url: "https://hooks.example.org/x", secretEnv: ONCALL_SECRET, timeoutSeconds: 1.5, retries: 0';

  it('has defaults for all but the address, where that is this machine', () => {
    expect(settingsOf('webhooks: {notify-oncall: {url: "http://localhost:9/x"}}').webhooks).toEqual({
      'notify-oncall': { url: 'http://localhost:9/x', secret: null, timeoutMs: 10_000, retries: 2 },
    });
  });

  it('reads the secret from the environment', () => {
    expect(settingsOf(`webhooks: {notify-oncall: {${FULL}}}`, SECRET).webhooks).toEqual({
      'notify-oncall': { url: 'https://hooks.example.org/x', secret: 's3cret', timeoutMs: 1_500, retries: 0 },
    });
  });

  it.each([[{}], [{ ONCALL_SECRET: ' ' }]])('rejects a secret that is not set (%j), naming the variable', (env) => {
    expect(problemsOf(`webhooks: {notify-oncall: {${FULL}}}`, env)).toEqual([
      'CONFIG_FILE webhooks.notify-oncall.secretEnv: the environment variable ONCALL_SECRET is not set',
    ]);
  });

  it.each([
    ['url: "http://10.0.0.9/x"', 'secretEnv', 'only requests to this machine'],
    ['url: "http://127.0.0.1.example.org/x"', 'secretEnv', 'only requests to this machine'],
    ['url: "ftp://127.0.0.1/x"', 'url', 'http or https'],
    ['url: "127.0.0.1:9"', 'url', 'http or https'],
    ['url: "http://me:hunter2@127.0.0.1/x"', 'url', 'credentials'],
    ['url: "http://127.0.0.1/x", secretEnv: hunter2', 'secretEnv', 'environment variable'],
    ['url: "http://127.0.0.1/x", timeoutSeconds: 0', 'timeoutSeconds', ''],
    ['url: "http://127.0.0.1/x", retries: 11', 'retries', ''],
    ['secretEnv: ONCALL_SECRET', 'url', ''],
  ])('rejects {%s}, naming the key and never the value', (keys, key, reason) => {
    const problems = problemsOf(`webhooks: {notify-oncall: {${keys}}}`, SECRET);
    expect(problems).toEqual([expect.stringContaining(`CONFIG_FILE webhooks.notify-oncall.${key}: `)]);
    expect(problems[0]).toContain(reason);
    expect(problems[0]).not.toMatch(/hunter2|s3cret|example/);
  });

  it('rejects a secret in the file', () => {
    const [problem] = problemsOf('webhooks: {notify-oncall: {url: "http://127.0.0.1/x", secret: hunter2}}');
    expect(problem).toMatch(/^CONFIG_FILE webhooks\.notify-oncall: .*secret/);
  });
});

describe('CONFIG_FILE kubernetes', () => {
  const deploymentOf = (keys: string) => `kubernetes: {deployments: [{namespace: ml, deployment: chat, ${keys}}]}`;

  it('names the deployments that may be scaled, and within which bounds', () => {
    const yaml = `${deploymentOf('minReplicas: 1, maxReplicas: 3')}`.replace(
      '{deployments',
      '{kubeconfig: /k, deployments',
    );
    expect(settingsOf(yaml).kubernetes).toEqual({
      kubeconfig: '/k',
      deployments: [{ namespace: 'ml', deployment: 'chat', minReplicas: 1, maxReplicas: 3, engines: [] }],
    });
    expect(loadSettings({}).kubernetes).toBeNull();
  });

  it('knows engines by their address', () => {
    const { kubernetes } = settingsOf(deploymentOf('minReplicas: 0, maxReplicas: 1, engines: ["http://e:8000/"]'));
    expect(kubernetes).toMatchObject({ kubeconfig: null, deployments: [{ engines: ['http://e:8000'] }] });
  });

  it.each([
    ['minReplicas: 2, maxReplicas: 1', 'maxReplicas'],
    ['minReplicas: -1, maxReplicas: 1', 'minReplicas'],
    ['minReplicas: 0, maxReplicas: 0', 'maxReplicas'],
    ['minReplicas: 1', 'maxReplicas'],
    ['minReplicas: 1, maxReplicas: 2, engines: [""]', 'engines.0'],
  ])('rejects {%s}', (keys, key) => {
    expect(problemsOf(deploymentOf(keys))[0]).toContain(`CONFIG_FILE kubernetes.deployments.0.${key}: `);
  });

  it.each([
    ['kubernetes: {}', 'kubernetes.deployments'],
    ['kubernetes: {deployments: [], context: x}', 'kubernetes'],
    ['kubernetes: {deployments: [{namespace: A_b, deployment: c, minReplicas: 1, maxReplicas: 1}]}', 'namespace'],
  ])('rejects %s', (yaml, key) => {
    expect(problemsOf(yaml)[0]).toContain(key);
  });

  it('rejects the same deployment twice', () => {
    const one = '{namespace: ml, deployment: chat, minReplicas: 1, maxReplicas: 2}';
    expect(problemsOf(`kubernetes: {deployments: [${one}, ${one}]}`)).toEqual([
      'CONFIG_FILE kubernetes.deployments.1.deployment: is listed twice',
    ]);
  });
});

describe('docs/policy.md', () => {
  it('has an example that can be used as it stands', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/policy.md'), 'utf8');
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(text) ?? [];
    const settings = settingsOf(example, { ONCALL_SECRET: 'x', DEPLOY_SECRET: 'y' });
    expect(settings.notices).toEqual([]);
    expect(Object.keys(settings.policy.actions).length).toBeGreaterThan(2);
    expect(Object.keys(settings.webhooks).length).toBeGreaterThan(1);
    expect(settings.kubernetes?.deployments).toHaveLength(1);
  });
});
