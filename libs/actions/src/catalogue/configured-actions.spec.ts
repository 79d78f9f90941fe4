import { describe, expect, it } from '@jest/globals';
import type { PolicyRule, WebhookSettings } from '@app/config';
import { actionSettingProblems, unknownActionTypes } from './configured-actions.js';

const WEBHOOK: WebhookSettings = { url: 'http://127.0.0.1:9/', secret: null, timeoutMs: 1, retries: 0 };

function settings(given: {
  actions?: Record<string, PolicyRule>;
  monitor?: Record<string, object>;
  webhooks?: Record<string, WebhookSettings>;
}) {
  const { actions = {}, monitor = {}, webhooks = {} } = given;
  return {
    policy: { maxMode: 'auto', approvalTtlSeconds: 1, monitorWindowSeconds: 5, actions },
    monitor,
    webhooks,
  } as const;
}

describe('settings of actions', () => {
  it('may name what is in the catalogue', () => {
    const given = settings({
      actions: {
        'gpu-set-power-limit': { gate: 'automatic' },
        'gpu-reset': { gate: 'approval' },
        'vllm-restart': { gate: 'recommend' },
        'notify-oncall': { gate: 'approval' },
        'host-tune': { gate: 'recommend' },
      },
      monitor: { 'k8s-scale': { windowSeconds: 600 } },
      webhooks: { 'vllm-restart': WEBHOOK },
    });
    expect(unknownActionTypes(given)).toEqual([]);
    expect(actionSettingProblems(given)).toEqual([]);
  });

  it('may not name what is not in it, wherever it stands', () => {
    const given = settings({
      actions: { 'gpu-explode': {}, constructor: {} },
      monitor: { 'host-reboot': {} },
      webhooks: { 'notify-on-call': WEBHOOK },
    });
    const keys = ['policy.gpu-explode', 'policy.constructor', 'monitor.host-reboot', 'webhooks.notify-on-call'];
    expect(unknownActionTypes(given)).toEqual(keys);
    expect(actionSettingProblems(given)).toEqual(
      keys.map((key) => `CONFIG_FILE ${key}: there is no such action (GET /actions lists them)`),
    );
  });

  it.each(['gpu-reset', 'vllm-reset-prefix-cache', 'host-kill-process'])('may not make %s automatic', (type) => {
    expect(actionSettingProblems(settings({ actions: { [type]: { gate: 'automatic' } } }))).toEqual([
      expect.stringContaining(`policy.${type}.gate: what is lost for good`),
    ]);
  });

  it('may not make an action of a recommendation', () => {
    const given = settings({ actions: { 'host-fix-time': { gate: 'approval' } }, webhooks: { 'host-tune': WEBHOOK } });
    expect(actionSettingProblems(given)).toEqual([
      expect.stringContaining('policy.host-fix-time.gate'),
      expect.stringContaining('webhooks.host-tune'),
    ]);
  });
});
