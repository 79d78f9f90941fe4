import { describe, expect, it } from '@jest/globals';
import type { ActionDefinition } from '@app/core';
import { aFindingOf, aTask } from '@app/testing/actions';
import { aFrame, aFrameEngine, aFrameGpu, FRAME_ENGINE_ID, FRAME_GPU_UUID } from '@app/testing/analysis';
import type { ActionTask } from '../action.js';
import { DeviceUnreadableError } from '../action.js';
import { ACTIONS } from '../catalogue/actions.js';
import type { HttpResult } from '../executors/http-request.js';
import type { WebhookCall } from '../executors/webhook.executor.js';
import { WebhookAction } from './webhook.action.js';

const WEBHOOK = { url: 'http://127.0.0.1:1/hook', secret: null, timeoutMs: 1_000, retries: 2 };
const GPU = { kind: 'gpu', id: FRAME_GPU_UUID, label: 'GPU 0' } as const;

function definitionOf(type: string): ActionDefinition {
  const found = ACTIONS.find((action) => action.type === type);
  if (found === undefined) throw new Error(`no ${type}`);
  return found;
}

/** Answers each call from a list, and writes them down. */
function hook(...answers: readonly (HttpResult | string)[]) {
  const left = [...answers];
  const calls: WebhookCall[] = [];
  const post = (_webhook: unknown, call: WebhookCall): Promise<HttpResult> => {
    calls.push(call);
    const answer = left.shift() ?? '{}';
    return Promise.resolve(
      typeof answer === 'string' ? { kind: 'answer', status: 200, headers: {}, text: answer } : answer,
    );
  };
  return { calls, post };
}

function action(type: string, executor = hook()): WebhookAction {
  return new WebhookAction(definitionOf(type), WEBHOOK, executor);
}

describe('WebhookAction', () => {
  const task: ActionTask = aTask('gpu-drain', GPU);

  it('reads, does and undoes by one call each', async () => {
    const state = '{"done":false,"state":{"serving":true}}';
    const executor = hook(
      state,
      '{}',
      '{"done":true,"state":{"serving":false}}',
      '{}',
      '{"done":false,"state":{"serving":true}}',
    );
    const drain = new WebhookAction({ ...definitionOf('gpu-drain'), reversible: true }, WEBHOOK, executor);
    const before = await drain.read(task);
    expect(drain.isReached(before)).toBe(false);
    expect(await drain.execute(task, before)).toMatchObject({ isAccepted: true });
    const after = await drain.read(task);
    expect(drain.isReached(after)).toBe(true);
    expect(drain.isRestored(after, before)).toBe(false);
    await drain.undo?.(task, before);
    expect(drain.isRestored(await drain.read(task), before)).toBe(true);
    expect(executor.calls.map(({ operation }) => operation)).toEqual(['read', 'execute', 'read', 'undo', 'read']);
    expect(executor.calls[3]).toMatchObject({
      subject: GPU,
      before: { serving: true },
      idempotencyKey: 'run-1:action-1:undo',
    });
  });

  it('asks each read anew, and each change by the same key', async () => {
    const answer = '{"done":false,"state":{}}';
    const executor = hook(answer, answer, '{}', '{}');
    const drain = action('gpu-drain', executor);
    await drain.read(task);
    await drain.read(task);
    await drain.execute(task, {});
    await drain.execute(task, {});
    const keys = executor.calls.map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe('run-1:action-1:execute');
  });

  it.each([
    ['no JSON', 'ok'],
    ['no state', '{"done":true}'],
    ['a word for done', '{"done":"yes","state":{}}'],
    ['an error', { kind: 'answer', status: 500, headers: {}, text: '' } as const],
    ['nothing', { kind: 'failure', isUnsent: true, reason: 'could not be reached' } as const],
  ])('does not know the state after %s', async (_, answer) => {
    await expect(action('gpu-drain', hook(answer)).read(task)).rejects.toThrow(DeviceUnreadableError);
  });

  it('compares states whatever the order of their keys', () => {
    const one = { done: false, state: { a: 1, b: { c: 2, d: 3 } } };
    const other = { done: false, state: { b: { d: 3, c: 2 }, a: 1 } };
    expect(action('gpu-drain').isRestored(one, other)).toBe(true);
    expect(action('gpu-drain').isRestored({ done: false, state: { a: 2 } }, one)).toBe(false);
  });

  it('undoes nothing that the catalogue calls final', () => {
    expect(action('gpu-reset').undo).toBeNull();
    expect(action('k8s-cordon').undo).not.toBeNull();
  });

  it.each([
    ['gpu-reset', GPU, {}, FRAME_GPU_UUID, {}],
    ['router-remove-backend', GPU, {}, FRAME_ENGINE_ID, { backend: FRAME_ENGINE_ID }],
    ['vllm-restart', GPU, {}, FRAME_ENGINE_ID, {}],
    ['k8s-cordon', GPU, {}, FRAME_GPU_UUID, { node: 'gpu-host' }],
    [
      'host-kill-process',
      { kind: 'host', id: 'local', label: 'gpu-host' } as const,
      { pid: 4711 },
      'local',
      { pid: 4711 },
    ],
  ])('proposes %s for what it is done to', (type, subject, parameters, id, expected) => {
    const result = action(type).propose({ type, parameters }, aFindingOf(subject), aFrame(0));
    expect(result).toMatchObject({ proposal: { subject: { id }, members: [id], parameters: expected } });
  });

  it('proposes nothing without a parameter that nobody knows', () => {
    const host = aFindingOf({ kind: 'host', id: 'local', label: 'gpu-host' });
    const result = action('host-kill-process').propose({ type: 'host-kill-process', parameters: {} }, host, aFrame(0));
    expect(result).toEqual({ kind: 'impossible', reason: 'the parameter pid is not known' });
    const two = aFrame(0, { engines: [aFrameEngine(), aFrameEngine({ id: 'http://127.0.0.1:8001' })] });
    expect(action('vllm-restart').propose({ type: 'vllm-restart', parameters: {} }, host, two)).toMatchObject({
      reason: expect.stringMatching(/which of 2 engines/),
    });
  });

  it('is not done to what is not there', () => {
    const gone = aFrame(0, { gpus: [aFrameGpu({ uuid: 'GPU-99999999-2222-3333-4444-555555555555' })] });
    expect(action('gpu-drain').preconditions(task, gone)).toEqual([{ text: 'GPU 0 is there.', holds: false }]);
    expect(action('gpu-drain').preconditions(task, aFrame(0))).toEqual([]);
  });

  it('takes as long as all attempts may take', () => {
    expect(action('gpu-drain').executeWithinMs).toBe(3 * 31_000);
  });
});
