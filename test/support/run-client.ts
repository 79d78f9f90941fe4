import { setTimeout as delay } from 'node:timers/promises';
import type { OptimizationAction, Plan, Run } from '@app/core';
import { type Answer, call } from './http.js';

const PATIENCE_MS = 20_000;
const LOOK_MS = 20;

export interface SseEvent {
  readonly id: number;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Looks until it is so; fails with what it saw last. */
export async function until<Value>(
  look: () => Promise<Value>,
  isSo: (value: Value) => boolean,
  what: string,
): Promise<Value> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await look();
    if (isSo(value)) return value;
    if (Date.now() > deadline) throw new Error(`${what} never came; the last was ${JSON.stringify(value)}`);
    await delay(LOOK_MS);
  }
}

/** The runs of an agent, for a caller with a key or without. */
export class RunClient {
  constructor(
    readonly url: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  post(path: string, body: unknown = {}): Promise<Answer> {
    return this.send('POST', path, body);
  }

  send(method: string, path: string, body: unknown): Promise<Answer> {
    const headers = { 'Content-Type': 'application/json', ...this.headers };
    return call(`${this.url}${path}`, { method, headers, body: JSON.stringify(body) });
  }

  fetch(path: string, method = 'GET'): Promise<Answer> {
    return call(`${this.url}${path}`, { method, headers: this.headers });
  }

  /** A run at its rest: terminal, or waiting for a person. */
  async run(body: object): Promise<Run> {
    const wanted = { llm: false, maxActions: 10, ...body };
    return (await this.post('/optimize/run?wait=60', wanted)).json() as unknown as Run;
  }

  async get(id: string): Promise<Run> {
    return (await this.fetch(`/optimize/runs/${id}`)).json() as unknown as Run;
  }

  /** A run that waits with a plan for all these GPUs: their findings take a moment to be confirmed. */
  planned(uuids: readonly string[]): Promise<WaitingRun> {
    return until(
      async () => new WaitingRun(this, await this.run({ mode: 'approve' })),
      (waiting) =>
        waiting.run.status === 'awaiting_approval' &&
        uuids.every((uuid) => waiting.findAction(uuid)?.status === 'proposed'),
      `a plan for ${uuids.join(', ')}`,
    );
  }

  /** Reads the events to their end, which is that of the run. */
  async events(id: string, lastId?: number): Promise<readonly SseEvent[]> {
    const resume: Record<string, string> = lastId === undefined ? {} : { 'Last-Event-ID': String(lastId) };
    const { text } = await call(`${this.url}/optimize/runs/${id}/events`, { headers: { ...this.headers, ...resume } });
    return eventsIn(text);
  }

  /** The run after its end. */
  async ended(id: string): Promise<Run> {
    await this.events(id);
    return this.get(id);
  }
}

/** A run that has a plan. */
export class WaitingRun {
  constructor(
    private readonly client: RunClient,
    readonly run: Run,
  ) {}

  get id(): string {
    return this.run.id;
  }

  get plan(): Plan {
    if (this.run.plan === null) throw new Error(`run ${this.id} has no plan`);
    return this.run.plan;
  }

  findAction(uuid: string): OptimizationAction | undefined {
    return this.run.plan?.actions.find(({ subject }) => subject.id === uuid);
  }

  actionId(uuid: string): string {
    const id = this.findAction(uuid)?.id;
    if (id === undefined) throw new Error(`the plan has nothing for ${uuid}`);
    return id;
  }

  decide(body: object, client: RunClient = this.client): Promise<Answer> {
    return client.post(`/optimize/runs/${this.id}/approval`, { planHash: this.plan.hash, ...body });
  }
}

export function eventsIn(text: string): SseEvent[] {
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('id: '))
    .map((block) => {
      const [id, event, data] = block.split('\n').map((line) => line.slice(line.indexOf(' ') + 1));
      return { id: Number(id), event: event ?? '', data: JSON.parse(data ?? '') as SseEvent['data'] };
    });
}

export function actionOf(run: Run, uuid: string): OptimizationAction | undefined {
  return run.plan?.actions.find(({ subject }) => subject.id === uuid);
}
