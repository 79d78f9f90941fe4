import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkedSettings } from './checked-settings.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function checked(yaml: string) {
  const path = join(folder, 'agent.yaml');
  writeFileSync(path, yaml);
  return checkedSettings({ CONFIG_FILE: path });
}

describe('checkedSettings', () => {
  it('takes what names actions of the catalogue', () => {
    expect(checked('policy: {gpu-set-power-limit: {perDay: 2}}').policy.actions).toHaveProperty('gpu-set-power-limit');
  });

  it('is a configuration error, naming each, for actions that do not exist and gates that can not be', () => {
    const yaml = 'policy: {gpu-explode: {}, gpu-reset: {gate: automatic}}\nmonitor: {k8s-scal: {windowSeconds: 9}}\n';
    expect(() => checked(yaml)).toThrow(
      expect.objectContaining({
        code: 'configuration_invalid',
        message: expect.stringMatching(/policy\.gpu-explode[^]*monitor\.k8s-scal[^]*policy\.gpu-reset\.gate/),
      }),
    );
  });
});
