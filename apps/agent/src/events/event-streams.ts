import type { ServerResponse } from 'node:http';
import { isTerminal, type RunEvent, RunEventLog, type RunStatus } from '@app/core';

/** Proxies and browsers give up a silent connection after half a minute or so. */
const HEARTBEAT_MS = 15_000;
const PAGE = 100;
/** What a browser waits before it connects again. */
const RETRY_MS = 2_000;

/** Open streams of run events. What is sent comes from the store, so that a stream can be taken up at any event. */
export class EventStreams {
  private readonly open = new Set<EventStream>();
  private isShuttingDown = false;

  constructor(
    private readonly log: RunEventLog,
    private readonly heartbeatMs: number = HEARTBEAT_MS,
  ) {}

  /** How many there are now. */
  get count(): number {
    return this.open.size;
  }

  /**
   * Sends the events after `lastId` and those to come until the run is terminal. While the service shuts down it sends
   * what there is: an error would make a browser give up instead of coming back.
   */
  start(response: ServerResponse, runId: string, lastId: number, isEnded: boolean): void {
    // Whoever left while the run was looked up will not be heard of again.
    if (response.destroyed) return;
    const run = { runId, lastId, isEnded: isEnded || this.isShuttingDown };
    const stream = new EventStream(this.log, response, run, this.heartbeatMs);
    this.open.add(stream);
    response.once('close', () => {
      stream.close();
      this.open.delete(stream);
    });
    stream.start();
  }

  /** On shutdown: readers connect again with their last id, to this service when it is back. */
  endAll(): void {
    this.isShuttingDown = true;
    for (const stream of this.open) stream.end();
  }
}

class EventStream {
  private lastId: number;
  private isSending = false;
  private hasNews = false;
  private isOver = false;
  private stopListening: () => void = () => undefined;
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(
    private readonly log: RunEventLog,
    private readonly response: ServerResponse,
    private readonly run: { readonly runId: string; readonly lastId: number; readonly isEnded: boolean },
    private readonly heartbeatMs: number,
  ) {
    this.lastId = run.lastId;
  }

  start(): void {
    this.response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      Connection: 'keep-alive',
      'X-Accel-Buffering': 'no',
    });
    this.response.flushHeaders();
    this.response.write(`retry: ${RETRY_MS}\n\n`);
    // Before the first look, so that nothing falls in between.
    this.stopListening = this.log.onNews(this.run.runId, () => void this.send());
    this.heartbeat = setInterval(() => this.beat(), this.heartbeatMs);
    this.heartbeat.unref();
    void this.send();
  }

  end(): void {
    if (this.isOver) return;
    this.close();
    this.response.end();
  }

  close(): void {
    this.isOver = true;
    this.stopListening();
    clearInterval(this.heartbeat);
  }

  /** Not to a reader who has not taken what there is: it would pile up. */
  private beat(): void {
    if (!this.response.writableNeedDrain) this.response.write(': heartbeat\n\n');
  }

  /** One at a time; news that come meanwhile are looked at afterwards. */
  private async send(): Promise<void> {
    this.hasNews = true;
    if (this.isSending) return;
    this.isSending = true;
    try {
      while (this.hasNews && !this.isOver) {
        this.hasNews = false;
        await this.sendStored();
      }
    } catch {
      // The store is gone or the reader is; either way the reader comes back with its last id.
      this.end();
    } finally {
      this.isSending = false;
    }
  }

  private async sendStored(): Promise<void> {
    let { isEnded } = this.run;
    for (;;) {
      const events = await this.log.after(this.run.runId, this.lastId, PAGE);
      for (const event of events) {
        if (this.isOver) return;
        if (isEndOf(event)) isEnded = true;
        await this.write(event);
      }
      if (events.length < PAGE) break;
    }
    if (isEnded) this.end();
  }

  private async write({ id, event, at, data }: RunEvent): Promise<void> {
    this.lastId = id;
    const text = `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify({ at, ...data })}\n\n`;
    if (this.response.write(text) || this.isOver) return;
    // A slow reader is waited for: what it has not taken stays in the store.
    await new Promise<void>((resolve) => {
      const go = (): void => {
        this.response.off('drain', go).off('close', go);
        resolve();
      };
      this.response.on('drain', go).on('close', go);
    });
  }
}

function isEndOf({ event, data }: RunEvent): boolean {
  return event === 'status' && isTerminal(data['status'] as RunStatus);
}
