import { describe, expect, it } from '@jest/globals';
import type { PolicyRule, TimeWindow } from '@app/config';
import { FRAME_GPU_UUID } from '@app/testing/analysis';
import { aGuardInput, aPastActionEnded, type GuardInputOptions } from '@app/testing/guardrails';
import { policyGuardrail } from './policy.guardrail.js';

// Inputs are judged on Sunday, 1 March 2026, at 12:02 UTC.
const window = (values: Partial<TimeWindow>): TimeWindow => ({
  days: [],
  fromMinute: 12 * 60,
  toMinute: 13 * 60,
  timeZone: 'UTC',
  ...values,
});
const judged = (rule: PolicyRule | null, options: GuardInputOptions = {}) =>
  policyGuardrail.check(aGuardInput({ ...options, settings: { rule, ...options.settings } }));
const used = (secondsAgo: number, type = 'gpu-set-power-limit') =>
  aPastActionEnded(secondsAgo, { runId: `run-${secondsAgo}`, type, phase: 'failed' });
const DAY = 86_400;

describe('policy', () => {
  it.each<[string, PolicyRule | null, GuardInputOptions?]>([
    ['what it says nothing about', null],
    ['on a target that it lists', { targets: ['local'] }],
    ['on a GPU that it lists, however it is written', { targets: [FRAME_GPU_UUID.toLowerCase()] }],
    ['on what it does not forbid', { deny: ['elsewhere', 'GPU-2'] }],
    ['in the first minute of a window', { windows: [window({ fromMinute: 12 * 60 + 2 })] }],
    ['on a day of a window', { windows: [window({ days: [0] })] }],
    [
      'in a window over midnight that began yesterday',
      { windows: [window({ days: [6], fromMinute: 1380, toMinute: 780 })] },
    ],
    [
      'in a window of another time zone',
      { windows: [window({ fromMinute: 13 * 60, toMinute: 14 * 60, timeZone: 'Europe/Berlin' })] },
    ],
    [
      'within the budget of the day',
      { perDay: 2 },
      { input: { journal: [used(60), used(DAY), used(60, 'gpu-lock-clocks')] } },
    ],
    ['what is lost for good, with API keys', null, { action: { risk: 'destructive' } }],
  ])('allows %s', (_, rule, options = {}) => {
    expect(judged(rule, options)).toMatchObject({ verdict: 'allow' });
  });

  it.each<[string, PolicyRule | null, string, GuardInputOptions?]>([
    ['a recommendation', null, 'recommendation', { action: { gate: 'recommend' } }],
    ['what it has made a recommendation', { gate: 'recommend' }, 'recommendation'],
    ['a target that it forbids, although it lists it', { targets: ['local'], deny: ['local'] }, 'forbids'],
    ['a GPU that it forbids, however it is written', { deny: [FRAME_GPU_UUID.toLowerCase()] }, 'forbids'],
    [
      'a peer that it forbids',
      { deny: ['GPU-2'] },
      'forbids the action on GPU-2',
      { action: { members: [FRAME_GPU_UUID, 'GPU-2'] } },
    ],
    [
      'a peer that it does not list',
      { targets: [FRAME_GPU_UUID] },
      'does not list GPU-2',
      { action: { members: [FRAME_GPU_UUID, 'GPU-2'] } },
    ],
    ['everything, with an empty list of targets', { targets: [] }, 'does not list'],
    ['the last minute of a window, which is its end', { windows: [window({ toMinute: 12 * 60 + 2 })] }, 'other times'],
    ['another day', { windows: [window({ days: [1, 2] })] }, 'other times'],
    [
      'a window over midnight that did not begin yesterday',
      { windows: [window({ days: [0], fromMinute: 1380, toMinute: 780 })] },
      'other times',
    ],
    ['everything, with an empty list of windows', { windows: [] }, 'other times'],
    ['what is beyond the budget of the day', { perDay: 1 }, '1 of 1', { input: { journal: [used(DAY - 1)] } }],
    ['everything, with a budget of nothing', { perDay: 0 }, '0 of 0'],
    [
      'what is lost for good, without API keys',
      null,
      'API_KEYS',
      { action: { risk: 'destructive' }, settings: { hasApiKeys: false } },
    ],
    ['with a budget when the journal can not be read', { perDay: 1 }, 'journal', { input: { journal: null } }],
    ['with a window when the time is not known', { windows: [window({})] }, 'time', { input: { nowMs: NaN } }],
    ['when the policy can not be read', undefined as unknown as null, 'policy'],
  ])('denies %s', (_, rule, reason, options = {}) => {
    expect(judged(rule, options)).toEqual({ verdict: 'deny', reason: expect.stringContaining(reason) });
  });
});
