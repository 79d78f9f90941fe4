import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Settings } from '@app/config';
import { type FakeJsonServer, fakeJsonServer, type FakeReply } from '@app/testing/actions';
import { SetClock } from '@app/testing/workflow';
import { type Alert, Notifier } from './notifier.js';

const ALERT: Alert = {
  target: 'local',
  runId: 'run-1',
  title: 'A rollback has failed',
  text: 'The limit of GPU 0 is still 200 W.',
  findingIds: ['a-rule:gpu'],
};

describe('Notifier', () => {
  let dataDir: string;
  let server: FakeJsonServer;
  let reply: FakeReply;
  let logged: ReturnType<typeof jest.spyOn>;
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'notifier-'));
    reply = {};
    server = await fakeJsonServer({ 'POST /hook': () => reply });
    logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  });
  afterEach(async () => {
    logged.mockRestore();
    await server.stop();
    rmSync(dataDir, { recursive: true });
  });

  const notifier = (isConfigured = true): Notifier => {
    const webhook = { url: `${server.url}/hook`, secret: null, timeoutMs: 5_000, retries: 0 };
    const webhooks: Settings['webhooks'] = isConfigured ? { 'notify-oncall': webhook } : {};
    return new Notifier({
      settings: { webhooks, store: { dataDir } },
      clock: new SetClock(),
      wait: () => Promise.resolve(),
    });
  };

  it('tells the on-call person what has happened, and the log as well', async () => {
    expect(await notifier().alert(ALERT)).toBe(true);
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      operation: 'execute',
      type: 'notify-oncall',
      target: 'local',
      runId: 'run-1',
      parameters: { title: ALERT.title, note: ALERT.text, findingIds: ['a-rule:gpu'] },
    });
    expect(logged).toHaveBeenCalledWith(expect.objectContaining({ message: ALERT.title, text: ALERT.text }));
  });

  it('only logs where no webhook is configured', async () => {
    expect(await notifier(false).alert(ALERT)).toBe(false);
    expect(notifier(false).unavailable()).toMatch(/No webhook/);
    expect(server.requests).toEqual([]);
    expect(logged).toHaveBeenCalledTimes(1);
  });

  it('tells each incident once, after a restart too', async () => {
    await notifier().alert(ALERT);
    expect(await notifier().alert(ALERT)).toBe(true);
    expect(server.requests).toHaveLength(1);
    await notifier().alert({ ...ALERT, runId: 'run-2' });
    expect(server.requests).toHaveLength(2);
  });

  it('tells again what nobody has heard', async () => {
    reply = { status: 500 };
    expect(await notifier().alert(ALERT)).toBe(false);
    reply = {};
    expect(await notifier().alert(ALERT)).toBe(true);
    const [first, second] = server.requests.map(({ headers }) => headers['idempotency-key']);
    expect(first).toBe(second);
  });

  it('keeps what was told for its owner only', async () => {
    await notifier().alert(ALERT);
    const folder = join(dataDir, 'notifications');
    const [file = ''] = readdirSync(folder);
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });
});
