import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WebhookSettings } from '@app/config';
import { type FakeJsonServer, fakeJsonServer, type FakeReply } from '@app/testing/actions';
import { SetClock } from '@app/testing/workflow';
import { outputOf, type WebhookCall, WebhookExecutor } from './webhook.executor.js';

const CALL: WebhookCall = {
  operation: 'execute',
  runId: 'run-1',
  actionId: 'action-1',
  type: 'gpu-drain',
  target: 'local',
  subject: { kind: 'gpu', id: 'GPU-1', label: 'GPU 0' },
  members: ['GPU-1'],
  parameters: {},
  idempotencyKey: 'run-1:action-1:execute',
};

describe('WebhookExecutor', () => {
  let server: FakeJsonServer;
  let replies: (FakeReply | 'break' | 'hang')[];
  let pauses: number[];
  beforeEach(async () => {
    replies = [];
    pauses = [];
    server = await fakeJsonServer({ 'POST /hook': () => replies.shift() ?? { body: {} } });
  });
  afterEach(() => server.stop());

  const clock = new SetClock();
  const webhook = (overrides: Partial<WebhookSettings> = {}): WebhookSettings => ({
    url: `${server.url}/hook`,
    secret: 'shared-secret',
    timeoutMs: 5_000,
    retries: 2,
    ...overrides,
  });
  const executor = (): WebhookExecutor =>
    new WebhookExecutor({ clock, wait: (ms) => Promise.resolve(void pauses.push(ms)) });

  it('posts the call with a time and a signature over both', async () => {
    await executor().post(webhook(), CALL);
    const [request] = server.requests;
    const timestamp = String(clock.now() / 1000);
    const digest = createHmac('sha256', 'shared-secret')
      .update(`${timestamp}.${request?.body ?? ''}`)
      .digest('hex');
    expect(JSON.parse(request?.body ?? '')).toEqual(CALL);
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'run-1:action-1:execute',
      'x-resource-agent-timestamp': timestamp,
      'x-resource-agent-signature': `sha256=${digest}`,
    });
  });

  it('does not sign without a secret', async () => {
    await executor().post(webhook({ secret: null }), CALL);
    expect(server.requests[0]?.headers['x-resource-agent-signature']).toBeUndefined();
  });

  it.each([
    ['a server error', { status: 503 } as const, 500],
    ['a broken connection', 'break' as const, 500],
    ['a busy server', { status: 429, headers: { 'retry-after': '7' } }, 7_000],
    [
      'a server that is busy until a time',
      { status: 429, headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' } },
      9_000,
    ],
    ['a server that is busy for days', { status: 429, headers: { 'retry-after': '999999' } }, 30_000],
  ])('tries again after %s', async (_, reply, pauseMs) => {
    replies = [reply];
    expect(await executor().post(webhook(), CALL)).toMatchObject({ kind: 'answer', status: 200 });
    expect(pauses).toEqual([pauseMs]);
    expect(new Set(server.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('waits longer each time, and ends with the last answer', async () => {
    replies = [{ status: 500 }, { status: 500 }, { status: 502 }, { status: 200 }];
    expect(await executor().post(webhook(), CALL)).toMatchObject({ status: 502 });
    expect(pauses).toEqual([500, 1_000]);
  });

  it.each([400, 401, 404, 302])('takes a %i at its word', async (status) => {
    replies = [{ status, headers: { location: '/elsewhere' } }];
    expect(await executor().post(webhook(), CALL)).toMatchObject({ status });
    expect(server.requests).toHaveLength(1);
  });

  it('gives up on a receiver that does not answer', async () => {
    replies = ['hang'];
    const result = await executor().post(webhook({ timeoutMs: 50, retries: 0 }), CALL);
    expect(outputOf(result, 'execute')).toEqual({
      isAccepted: false,
      isDefinite: false,
      text: 'The webhook did not answer within 50 ms (execute).',
    });
  });

  it('says what came of it without the address', async () => {
    replies = [{ status: 403, body: 'not you' }];
    const output = outputOf(await executor().post(webhook(), CALL), 'undo');
    expect(output).toEqual({
      isAccepted: false,
      isDefinite: true,
      text: 'The webhook answered undo with HTTP status 403. It wrote: "not you"',
    });
  });
});
