import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RunEvent, RunEventLog, type RunStatus } from '@app/core';
import { EventStreams } from './event-streams.js';

const RUN = 'run_1';
const HEARTBEAT_MS = 20;

/** Events of one run in memory, as the store tells of them. */
class MemoryLog extends RunEventLog {
  readonly events: RunEvent[] = [];
  readonly listeners = new Set<() => void>();
  isBroken = false;

  async after(_runId: string, id: number, limit: number): Promise<readonly RunEvent[]> {
    if (this.isBroken) throw new Error('the store is gone');
    return this.events.filter((event) => event.id > id).slice(0, limit);
  }

  onNews(_runId: string, listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  add(event: RunEvent['event'], data: RunEvent['data']): void {
    const id = this.events.length + 1;
    this.events.push({ id, runId: RUN, at: '2026-03-04T10:00:00.000Z', event, data });
    for (const listener of this.listeners) listener();
  }

  ends(status: RunStatus): void {
    this.add('status', { status });
  }
}

/** A reader on a connection of its own. */
class Reader {
  text = '';
  private readonly ended: Promise<void>;

  private constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk));
    this.ended = new Promise((resolve) => response.once('end', resolve));
  }

  static async connect(url: string): Promise<Reader> {
    const request = get(url, { agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return new Reader(response);
  }

  get ids(): number[] {
    return [...this.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  }

  /** The text so far, once it says so. */
  async until(wanted: RegExp): Promise<string> {
    while (!wanted.test(this.text)) await once(this.response, 'data');
    return this.text;
  }

  async whole(): Promise<string> {
    await this.ended;
    return this.text;
  }
}

describe('EventStreams', () => {
  let log: MemoryLog;
  let streams: EventStreams;
  let server: Server;
  let url: string;
  let lastId: number;
  let isEnded: boolean;
  beforeEach(async () => {
    log = new MemoryLog();
    streams = new EventStreams(log, HEARTBEAT_MS);
    lastId = 0;
    isEnded = false;
    server = createServer((_request, response) => streams.start(response, RUN, lastId, isEnded));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });

  /** Resolves when the service has noticed that its readers are gone. */
  async function untilForgotten(): Promise<void> {
    while (streams.count > 0) await new Promise((resolve) => setImmediate(resolve));
  }

  it('sends what there is, then what comes, and ends with the run', async () => {
    log.add('stage', { stage: 'collect' });
    const reader = await Reader.connect(url);
    await reader.until(/id: 1/);
    log.add('finding', { id: 'f1' });
    log.ends('succeeded');
    const text = await reader.whole();
    expect(reader.ids).toEqual([1, 2, 3]);
    expect(text).toMatch(/^retry: \d+\n\n/);
    expect(text).toContain('id: 2\nevent: finding\ndata: {"at":"2026-03-04T10:00:00.000Z","id":"f1"}\n\n');
    expect(reader.response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    expect(reader.response.headers['cache-control']).toContain('no-cache');
  });

  it('does not end with a status that is none of the last', async () => {
    log.ends('awaiting_approval');
    const reader = await Reader.connect(url);
    await reader.until(/id: 1/);
    log.ends('running');
    log.ends('rejected');
    await reader.whole();
    expect(reader.ids).toEqual([1, 2, 3]);
  });

  it('sends only what came after the last event that the reader has', async () => {
    for (let i = 0; i < 5; i += 1) log.add('stage', { stage: 'collect' });
    lastId = 3;
    isEnded = true;
    const reader = await Reader.connect(url);
    await reader.whole();
    expect(reader.ids).toEqual([4, 5]);
  });

  it('sends more than a page of stored events, each once', async () => {
    for (let i = 0; i < 250; i += 1) log.add('stage', { stage: 'collect' });
    isEnded = true;
    const reader = await Reader.connect(url);
    await reader.whole();
    expect(reader.ids).toEqual(log.events.map(({ id }) => id));
  });

  it('says that it is still there while nothing happens', async () => {
    const reader = await Reader.connect(url);
    expect(await reader.until(/(: heartbeat\n\n){2}/)).not.toContain('id:');
  });

  it('forgets a reader who has gone away, and goes on for the others', async () => {
    const [gone, other] = [await Reader.connect(url), await Reader.connect(url)];
    gone.response.destroy();
    while (streams.count > 1) await new Promise((resolve) => setImmediate(resolve));
    expect(log.listeners.size).toBe(1);
    log.ends('cancelled');
    await other.whole();
    expect(other.ids).toEqual([1]);
    await untilForgotten();
    expect(log.listeners.size).toBe(0);
  });

  it('keeps nothing of a reader who left before the stream began', () => {
    streams.start({ destroyed: true } as never, RUN, 0, false);
    expect([streams.count, log.listeners.size]).toEqual([0, 0]);
  });

  it('waits for a reader who does not read, and holds nobody else up', async () => {
    const slow = await Reader.connect(url);
    slow.response.pause();
    // Far more than the buffers of both ends take.
    const blob = 'x'.repeat(256 * 1024);
    for (let i = 0; i < 40; i += 1) log.add('stage', { blob });
    log.ends('succeeded');
    const quick = await Reader.connect(url);
    await quick.whole();
    expect(quick.ids).toHaveLength(41);
    expect(slow.ids.length).toBeLessThan(41);
    slow.response.resume();
    await slow.whole();
    expect(slow.ids).toHaveLength(41);
  });

  it('ends when the store can not be read', async () => {
    const reader = await Reader.connect(url);
    log.isBroken = true;
    log.add('stage', { stage: 'collect' });
    expect(await reader.whole()).not.toContain('id:');
  });

  it('ends all streams on shutdown, and then sends only what there is', async () => {
    log.add('stage', { stage: 'collect' });
    const before = await Reader.connect(url);
    await before.until(/id: 1/);
    streams.endAll();
    await before.whole();
    const after = await Reader.connect(url);
    await after.whole();
    expect([before.ids, after.ids]).toEqual([[1], [1]]);
    await untilForgotten();
  });
});
