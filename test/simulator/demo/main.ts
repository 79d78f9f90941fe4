import { setTimeout as delay } from 'node:timers/promises';
import { endProgramsOnSignals } from '../support/child-program.js';
import { getJson, postJson } from '../support/json-http.js';
import { type RunningHost, startHost } from '../support/simulated-host.js';
import { startAgent, type WatchingAgent } from '../support/watching-agent.js';
import {
  AFTERMATH_SECONDS,
  AGENT_CONFIG,
  AGENT_SETTINGS,
  DEADLINE_SECONDS,
  FAULT,
  HEALTHY_SECONDS,
  HOST_OPTIONS,
} from './settings.js';
import { line, progress, type SeenRun, verdict } from './story.js';

const LOOK_MS = 4_000;

function say(...texts: string[]): void {
  for (const text of texts) process.stdout.write(`${text}\n`);
}

/** Shows how the host is until the time is over or the rule has confirmed; false when it has not. */
async function follow(agent: WatchingAgent, seconds: number, rule: string | null): Promise<boolean> {
  const begun = performance.now();
  for (;;) {
    await delay(LOOK_MS);
    const [analysis, snapshot] = await Promise.all([
      agent.findings(),
      getJson<NonNullable<SeenRun['snapshot']>>(`${agent.url}/targets/local/snapshot`),
    ]);
    const passed = (performance.now() - begun) / 1000;
    say(progress(passed, snapshot, analysis));
    if (analysis.items.some(({ ruleId, state }) => ruleId === rule && state === 'confirmed')) return true;
    if (passed >= seconds) return rule === null;
  }
}

async function tell(host: RunningHost, agent: WatchingAgent): Promise<void> {
  say(line(`A host with two GPUs and a vLLM engine: ${host.controlUrl}/state`));
  say(line(`Resource Agent reads it as it would read a real one: ${agent.url}/docs`));
  await follow(agent, HEALTHY_SECONDS, null);
  await host.inject(FAULT.id);
  say(line(`FAULT ${FAULT.title} (the agent is not told)`));
  if (!(await follow(agent, DEADLINE_SECONDS, FAULT.rule))) {
    say(line(`${FAULT.rule} was not confirmed within ${DEADLINE_SECONDS} s`));
    process.exitCode = 1;
    return;
  }
  await follow(agent, AFTERMATH_SECONDS, null);
  say(...verdict(await postJson<SeenRun>(`${agent.url}/optimize/run?wait=30`, { llm: false })));
}

const isStaying = process.argv.includes('--stay');
endProgramsOnSignals(0);
say(line('Starting the simulator and the agent …'));
const host = await startHost(HOST_OPTIONS);
try {
  const agent = await startAgent(host, AGENT_SETTINGS, AGENT_CONFIG);
  try {
    await tell(host, agent);
    if (isStaying) {
      say(line('Both go on until Ctrl-C.'));
      // Only a signal ends this, and that ends the process.
      await new Promise(() => setInterval(() => undefined, 60_000));
    }
  } finally {
    await agent.stop();
  }
} finally {
  await host.stop();
}
