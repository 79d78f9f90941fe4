import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { getJson, postJson } from '../simulator/support/json-http.js';
import { type RunningHost, startHost } from '../simulator/support/simulated-host.js';
import { startAgent } from '../simulator/support/watching-agent.js';
import { type Figure, median, say, type Topic } from './figure.js';
import { GPUS } from './inputs.js';

const WAITING = 8;
const DEADLINE_MS = 60_000;
const LOOK_MS = 250;
const RUN = { mode: 'approve', llm: false, maxActions: 1 } as const;

interface WaitingRun {
  readonly id: string;
  readonly status: string;
  readonly plan: { readonly hash: string; readonly actions: readonly { readonly type: string }[] } | null;
}

/** How long a person waits for the effect of an approval while others wait as well. */
export const approvalTopic: Topic = {
  name: 'approval',
  measure: async () => {
    if (spawnSync('npx', ['nest', 'build', 'simulator'], { stdio: 'inherit' }).status !== 0) {
      throw new Error('the simulator does not build');
    }
    const host = await startHost(['--gpus', String(GPUS), '--engines', '1', '--seed', '5']);
    try {
      return await measureApprovals(host);
    } finally {
      await host.stop();
    }
  },
};

async function measureApprovals(host: RunningHost): Promise<readonly Figure[]> {
  await setPersistence(host, '0');
  const agent = await startAgent(
    host,
    { SAMPLE_INTERVAL_MS: '1000', COLLECT_TIMEOUT_MS: '900' },
    JSON.stringify({ durations: { d1Seconds: 2, d1Samples: 2, d2Seconds: 3 }, monitor: shortWindows() }),
  );
  try {
    await until(async () => (await agent.findings()).items.filter(isPersistenceOff).length >= GPUS);
    const runs: WaitingRun[] = [];
    for (let made = 0; made < WAITING; made += 1) {
      runs.push(await postJson<WaitingRun>(`${agent.url}/optimize/run?wait=30`, RUN));
    }
    const waiting = runs.filter(({ status, plan }) => status === 'awaiting_approval' && plan?.actions.length === 1);
    if (waiting.length < WAITING) throw new Error(`${waiting.length} of ${WAITING} runs wait for approval`);
    say(`${WAITING} runs with one action each wait for approval; each is approved in turn …`);
    return await approveEach(agent.url, waiting);
  } finally {
    await agent.stop();
  }
}

/** The first of them acts; the others are denied by the guardrails, since one knob is turned at a time: that is an effect too. */
async function approveEach(url: string, waiting: readonly WaitingRun[]): Promise<readonly Figure[]> {
  const answers: number[] = [];
  const effects: number[] = [];
  for (const { id, plan } of waiting) {
    const begun = performance.now();
    const effect = untilExecuting(url, id, begun);
    await postJson(`${url}/optimize/runs/${id}/approval`, { decision: 'approve', planHash: plan?.hash });
    answers.push(performance.now() - begun);
    effects.push(await effect);
    await until(async () => (await getJson<WaitingRun>(`${url}/optimize/runs/${id}`)).status !== 'running');
  }
  const note = (values: readonly number[]): string =>
    `longest of ${values.length}: ${Math.max(...values).toFixed(0)} ms`;
  return [
    {
      name: `approval to the begin of the execution, with ${WAITING} actions waiting, median`,
      value: median(effects),
      unit: 'ms',
      bound: { below: 100 },
      note: note(effects),
    },
    { name: 'approval to its answer, median', value: median(answers), unit: 'ms', bound: null, note: note(answers) },
  ];
}

/** From the event stream, as a person at a screen sees it. */
async function untilExecuting(url: string, id: string, begun: number): Promise<number> {
  const response = await fetch(`${url}/optimize/runs/${id}/events`, { signal: AbortSignal.timeout(DEADLINE_MS) });
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    // Leaving the loop cancels the stream.
    if (/"stage":"execute","state":"begun"/.test(text)) return performance.now() - begun;
  }
  throw new Error(`run ${id} ended without an execution`);
}

function isPersistenceOff({ ruleId, state }: { readonly ruleId: string; readonly state: string }): boolean {
  return ruleId === 'persistence-mode-off' && state === 'confirmed';
}

function shortWindows(): Readonly<Record<string, { settleSeconds: number; windowSeconds: number }>> {
  return { 'gpu-persistence-on': { settleSeconds: 0, windowSeconds: 3 } };
}

function setPersistence({ environment }: RunningHost, value: string): Promise<void> {
  const child: ChildProcess = spawn(join(environment['PATH'] ?? '', 'nvidia-smi'), ['-pm', value], { stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`nvidia-smi -pm ended with ${code}`))));
  });
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await delay(LOOK_MS);
  }
}
