import { describe, expect, it } from '@jest/globals';
import { ACTIONS } from '@app/actions';
import { actionLine } from './action-lines.js';

function line(type: string, isDescribed: boolean = false): string {
  const action = ACTIONS.find((entry) => entry.type === type);
  if (!action) throw new Error(`no action ${type}`);
  return actionLine(action, isDescribed);
}

describe('an action of the closed list', () => {
  it.each([
    ['gpu-restore-power-limit', ' gpu-restore-power-limit (reversible, approval): Restore the default power limit.'],
    [
      'gpu-set-power-limit',
      ' gpu-set-power-limit (reversible, approval): Set the power limit. Parameters: watts: number above 0 to 2000.',
    ],
    [
      'vllm-config:max-num-seqs',
      ' vllm-config:max-num-seqs (disruptive, recommend): Change --max-num-seqs. Parameters: value?: integer from 1 to 65536; direction?: raise or lower.',
    ],
    ['vllm-sleep', ' vllm-sleep (disruptive, approval): Put the engine to sleep. Parameters: level?: 1.'],
    ['k8s-cordon', ' k8s-cordon (reversible, approval): Cordon the node. Parameters: node: name from the data.'],
  ])('%s', (type, expected) => {
    expect(line(type)).toBe(expected);
  });

  it('tells every parameter of the catalogue, in one line without a way out of the block', () => {
    for (const action of ACTIONS) {
      const text = actionLine(action, true);
      expect(text).not.toMatch(/[<>`"\n]|undefined|\[object/);
      for (const name of Object.keys(action.parameters.properties)) expect(text).toContain(`${name}`);
    }
  });

  it('can say what the action does', () => {
    expect(line('gpu-reset-clocks', true)).toContain('so that the GPU can reach its maximum clock again');
  });
});
