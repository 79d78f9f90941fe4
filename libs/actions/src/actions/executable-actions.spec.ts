import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Settings } from '@app/config';
import { isSignalPath } from '@app/core';
import { SetClock } from '@app/testing/workflow';
import type { Action } from '../action.js';
import { ACTIONS } from '../catalogue/actions.js';
import { executableActions } from './executable-actions.js';

const WEBHOOK = { url: 'http://127.0.0.1:1/hook', secret: null, timeoutMs: 1_000, retries: 0 };
/** Classes that others are made of. */
const BASES = [
  'gpu.action.ts',
  'lmcache.action.ts',
  'read-only.action.ts',
  'vllm-switch.action.ts',
  'webhook.action.ts',
];

function actionsWith(changes: Partial<Pick<Settings, 'webhooks' | 'kubernetes'>> = {}): readonly Action[] {
  const urls = { dcgmUrl: null, nodeExporterUrl: null, engineUrls: [], lmcacheUrls: [] };
  const settings = {
    sources: { gpu: 'auto', kernelLog: 'none', ...urls },
    store: { dataDir: 'data' },
    webhooks: {},
    kubernetes: null,
    ...changes,
  } as const;
  return executableActions({ settings, clock: new SetClock() });
}

describe('the actions that can be done', () => {
  const own = actionsWith();
  const everywhere = Object.fromEntries(ACTIONS.map(({ type }) => [type, WEBHOOK]));

  it('are all of the files beside them', () => {
    const folder = new URL('.', import.meta.url);
    const files = readdirSync(folder).filter((name) => name.endsWith('.action.ts') && !BASES.includes(name));
    const written = files.flatMap((name) =>
      [...readFileSync(new URL(name, folder), 'utf8').matchAll(/^ {2}readonly type = '([^']+)';$/gm)].map(
        (match) => match[1],
      ),
    );
    expect([...written].sort()).toEqual(own.map(({ type }) => type).sort());
  });

  it('are of the catalogue, each once', () => {
    const types = own.map(({ type }) => type);
    expect(new Set(types).size).toBe(types.length);
    expect(types.filter((type) => ACTIONS.every((definition) => definition.type !== type))).toEqual([]);
  });

  it('are no recommendations', () => {
    const recommended = ACTIONS.filter(({ gate }) => gate === 'recommend').map(({ type }) => type);
    const done = actionsWith({ webhooks: everywhere }).map(({ type }) => type);
    expect(done.filter((type) => recommended.includes(type))).toEqual([]);
  });

  it.each(own.map((action) => [action.type, action] as const))('agree with the catalogue on %s', (type, action) => {
    const definition = ACTIONS.find((each) => each.type === type);
    const isChange = definition?.risk !== 'read-only';
    expect(action.undo !== null).toBe(isChange && definition?.reversible === true);
    for (const { signal, minimumChangeRatio } of action.watched) {
      expect(isSignalPath(signal)).toBe(true);
      expect(minimumChangeRatio).toBeGreaterThan(0);
    }
    // A read-only action has no effect to be watched, and a change must not go unwatched.
    expect(action.watched.length > 0).toBe(isChange);
    expect(action.executeWithinMs).toBeGreaterThan(0);
  });

  it('are done by webhooks where nothing of our own does them', () => {
    const types = actionsWith({ webhooks: everywhere }).map(({ type }) => type);
    const changeable = ACTIONS.filter(({ gate }) => gate !== 'recommend').map(({ type }) => type);
    expect([...types].sort()).toEqual([...changeable].sort());
  });

  it('scale by a webhook only where no cluster is configured', () => {
    const webhooks = { 'k8s-scale': WEBHOOK };
    const kindOf = (actions: readonly Action[]): string | undefined =>
      actions.find(({ type }) => type === 'k8s-scale')?.constructor.name;
    expect(kindOf(actionsWith({ webhooks }))).toBe('WebhookAction');
    expect(kindOf(actionsWith({ webhooks, kubernetes: { kubeconfig: null, deployments: [] } }))).toBe('K8sScaleAction');
    expect(kindOf(own)).toBe('K8sScaleAction');
  });

  it.each(['sglang-flush-cache', 'sglang-release-memory', 'host-kill-process', 'lmcache-mp-clear'])(
    'do not include %s by themselves',
    (type) => {
      expect(own.some((action) => action.type === type)).toBe(false);
    },
  );

  it('say why they can not be done where nothing is configured', async () => {
    const reasons = await Promise.all(
      own.filter(({ type }) => /^(vllm|lmcache|k8s|engine|notify)/.test(type)).map((action) => action.unavailable()),
    );
    for (const reason of reasons) expect(reason).toMatch(/configured/);
  });
});
