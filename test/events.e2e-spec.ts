import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startAgent, type TestAgent } from './support/agent.js';
import { ChangeableHost } from './support/changeable-host.js';
import { call } from './support/http.js';
import { eventsIn, RunClient, type WaitingRun } from './support/run-client.js';

jest.setTimeout(30_000);

/** A reader who stays while the run goes on. */
class LiveReader {
  private text = '';

  private constructor(
    private readonly response: IncomingMessage,
    readonly done: Promise<unknown>,
  ) {
    response.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk));
  }

  static async open(url: string): Promise<LiveReader> {
    const [response] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
    return new LiveReader(response, once(response, 'close'));
  }

  get ids(): number[] {
    return eventsIn(this.text).map(({ id }) => id);
  }

  async until(words: string): Promise<void> {
    while (!this.text.includes(words)) await once(this.response, 'data');
  }

  abort(): void {
    this.response.destroy();
  }
}

describe('events of a run', () => {
  let host: ChangeableHost;
  let agent: TestAgent;
  let client: RunClient;
  beforeAll(async () => {
    host = await ChangeableHost.start(1);
    agent = await startAgent({ binFolder: host.binFolder, env: host.env });
    client = new RunClient(agent.url);
  });
  afterAll(async () => {
    await agent.stop();
    await host.stop();
  });

  const eventsUrl = ({ id }: { readonly id: string }): string => `${client.url}/optimize/runs/${id}/events`;
  const waitingRun = (): Promise<WaitingRun> => client.planned([host.uuidOf(0)]);

  it('come as they happen, also from before the reader came, until the run has ended', async () => {
    const waiting = await waitingRun();
    const reader = await LiveReader.open(eventsUrl(waiting));
    await reader.until('"status":"awaiting_approval"');
    await waiting.decide({ decision: 'approve' });
    await reader.done;
    const answer = await call(eventsUrl(waiting));
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const events = eventsIn(answer.text);
    expect(reader.ids).toEqual(events.map(({ id }) => id));
    expect(reader.ids).toEqual([...new Set(reader.ids)].sort((a, b) => a - b));
    expect(new Set(events.map(({ event }) => event))).toEqual(
      new Set(['stage', 'finding', 'insight', 'action', 'status']),
    );
    const actionStatuses = events.filter(({ event }) => event === 'action').map(({ data }) => data['status']);
    expect(actionStatuses).toEqual(['proposed', 'approved', 'executing', 'verified']);
    const statuses = events.filter(({ event }) => event === 'status').map(({ data }) => data['status']);
    expect(statuses.slice(0, 4)).toEqual(['queued', 'running', 'awaiting_approval', 'running']);
    expect(events.at(-1)).toMatchObject({ event: 'status', data: { status: 'succeeded' } });
    await host.setPersistence(0, false);
  });

  it('can be taken up after any of them', async () => {
    const { id } = await client.run({ mode: 'recommend' });
    const all = await client.events(id);
    for (const at of [0, 1, Math.floor(all.length / 2), all.length - 1]) {
      expect(await client.events(id, all[at]?.id)).toEqual(all.slice(at + 1));
    }
    expect(await client.events(id, 0)).toEqual(all);
  });

  it.each(['x', '-1', '1.5', '1e3', '9'.repeat(16), '1, 2'])('a Last-Event-ID of %s is 400', async (lastId) => {
    const answer = await call(eventsUrl({ id: 'any' }), { headers: { 'Last-Event-ID': lastId } });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()['errors']).toEqual([{ path: 'Last-Event-ID', message: expect.any(String) }]);
  });

  it('of no run are 404', async () => {
    const answer = await call(eventsUrl({ id: 'nope' }));
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({ code: 'run_not_found' });
  });

  it('go on for the others when a reader breaks off', async () => {
    const waiting = await waitingRun();
    const gone = await LiveReader.open(eventsUrl(waiting));
    const reader = await LiveReader.open(eventsUrl(waiting));
    gone.abort();
    await waiting.decide({ decision: 'reject' });
    await reader.done;
    expect(reader.ids).toEqual((await client.events(waiting.id)).map(({ id }) => id));
  });

  it('end when the service is stopped, and go on where they were when it is back', async () => {
    const waiting = await waitingRun();
    const reader = await LiveReader.open(eventsUrl(waiting));
    await reader.until('"status":"awaiting_approval"');
    await agent.app.close();
    await reader.done;
    const restarted = await startAgent({ binFolder: host.binFolder, env: host.env, dataDir: agent.folder });
    try {
      const later = new RunClient(restarted.url);
      expect((await waiting.decide({ decision: 'reject' }, later)).status).toBe(200);
      const rest = await later.events(waiting.id, reader.ids.at(-1));
      const all = await later.events(waiting.id);
      expect(all.map(({ id }) => id)).toEqual([...reader.ids, ...rest.map(({ id }) => id)]);
      expect(rest.at(-1)).toMatchObject({ event: 'status', data: { status: 'rejected' } });
    } finally {
      await restarted.stop();
    }
  });
});
