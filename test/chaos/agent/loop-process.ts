import { setTimeout as delay } from 'node:timers/promises';
import { isTerminal } from '@app/core';
import { writeImage } from './code-image.js';
import { openLoop } from './loop.js';
import type { AgentCalls, AgentMessage, AgentOptions, CallMessage, Inspection } from './messages.js';
import { Mortality } from './mortality.js';

/** As many samples as an effect is compared with have to be there before the first run. */
const WARM_UP_MS = 200;
const WAIT_MS = 20_000;
const by = 'chaos';

const options = JSON.parse(process.argv[2] ?? '') as AgentOptions;
const mortality = new Mortality(options.death);
const loop = openLoop(options, mortality, (stage, status) => {
  tell({ kind: 'stage', stage, status });
  if (stage !== null) mortality.enter(stage);
});
const { runs, store, journal, safety } = loop;

const calls: AgentCalls = {
  start: async ({ target, mode, key }) => {
    const request = { target, mode, objective: 'balanced', maxActions: 2, llm: false } as const;
    return (await runs.start(request, { requestedBy: by, idempotencyKey: key })).id;
  },
  waitFor: (runId) => runs.waitFor(runId, WAIT_MS),
  decide: async (runId, decision, planHash) => void (await runs.decide(runId, { decision, planHash }, by)),
  cancel: async (runId) => void (await runs.cancel(runId, by)),
  rollback: async (runId) => void (await runs.rollback(runId, by)),
  inspect,
  arm: async (death) => void (mortality.death = death),
};

/** The parent asks for it once, so that every later start is a quick one. */
if (process.send === undefined) void writeWarmImage();
else void serve();

async function inspect(runId: string): Promise<Inspection> {
  const run = await runs.get(runId);
  return { run, journal: await journal.ofRun(runId), freeze: await safety.freezeOf(run.target) };
}

async function serve(): Promise<void> {
  // Without its parent nobody would ever end it.
  process.on('disconnect', () => process.exit());
  process.on('message', (message) => void answer(message as CallMessage));
  const { items } = await store.list({ limit: 2 });
  const left = await Promise.all(items.map(({ id }) => inspect(id)));
  tell({ kind: 'found', left: left.filter(isUnfinished) });
  await runs.onApplicationBootstrap();
  await delay(WARM_UP_MS);
  tell({ kind: 'ready' });
}

function isUnfinished({ run, journal: entries }: Inspection): boolean {
  return !isTerminal(run.status) || entries.some(({ phase }) => phase === 'undoing');
}

async function answer({ id, method, args }: CallMessage): Promise<void> {
  try {
    const call = calls[method] as (...values: readonly unknown[]) => Promise<unknown>;
    tell({ kind: 'answer', id, value: (await call(...args)) ?? null });
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    tell({ kind: 'refusal', id, code: code ?? 'unexpected', text: message });
  }
}

function tell(message: AgentMessage): void {
  if (process.connected) process.send?.(message);
}

async function writeWarmImage(): Promise<void> {
  await loop.graph.describe();
  writeImage();
  process.exit();
}
