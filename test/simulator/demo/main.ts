import { setTimeout as delay } from 'node:timers/promises';
import { Operator, type SeenLoopRun } from '../support/acting-agent.js';
import { endProgramsOnSignals } from '../support/child-program.js';
import { type RunningHost, startHost } from '../support/simulated-host.js';
import { startAgent, type WatchingAgent } from '../support/watching-agent.js';
import {
  AGENT_CONFIG,
  AGENT_SETTINGS,
  DEADLINE_SECONDS,
  HEALTHY_SECONDS,
  HOST_OPTIONS,
  LOCKED_MHZ,
  LOWERED_WATTS,
  SHORTENED,
} from './settings.js';
import { chapter, effect, line, plan, verdict } from './story.js';

const LOOK_MS = 100;

function say(...texts: string[]): void {
  for (const text of texts) process.stdout.write(`${text}\n`);
}

function expected(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`the story went another way: ${what}`);
}

/** From a finding over the plan and the approval to the end of the run. */
async function heal(operator: Operator, rule: string): Promise<SeenLoopRun> {
  const found = await operator.untilConfirmed([rule], DEADLINE_SECONDS);
  say(...verdict(found));
  const proposed = await operator.run({ mode: 'approve', maxActions: 1 });
  say(...plan(proposed));
  expected(proposed.status === 'awaiting_approval', `the run is ${proposed.status}`);
  say(line('  approval  a person approves the plan by its hash'));
  const ended = await operator.approve(proposed);
  say(...effect(ended));
  return ended;
}

/** The driver does harm until the setting is in; from then on it obeys, so that the way back is open. */
async function misbehaveOnce(host: RunningHost): Promise<void> {
  await host.behave({ commands: ['gpu-power-limit'], behaviour: 'worsen' });
  const before = await host.state();
  const limits = (state: typeof before): string => state.gpus.map(({ power }) => power.requestedLimitWatts).join();
  while (limits(await host.state()) === limits(before)) await delay(LOOK_MS);
  await host.behave({ commands: ['gpu-power-limit'], behaviour: 'obey' });
}

async function tell(host: RunningHost, agent: WatchingAgent): Promise<void> {
  const operator = new Operator(agent);
  say(line(`A host with two GPUs and a vLLM engine over both: ${host.controlUrl}/state`));
  say(line(`Resource Agent reads it and acts on it as on a real one: ${agent.url}/docs`));
  say(line(`Shortened for the screen by CONFIG_FILE: ${JSON.stringify(SHORTENED)}; a sample each second.`));
  await delay(HEALTHY_SECONDS * 1000);

  say(chapter(`1. A fault: the clocks are locked at ${LOCKED_MHZ} MHz (the agent is not told)`));
  await host.nvidiaSmi('-lgc', LOCKED_MHZ);
  const healed = await heal(operator, 'gpu-clocks-locked-low');
  expected(healed.status === 'succeeded' && healed.outcome?.verdict === 'improved', `the run ${healed.status}`);

  say(
    chapter(
      `2. A harmful action: the power limit is ${LOWERED_WATTS} W, and the driver misbehaves when it is restored`,
    ),
  );
  await host.nvidiaSmi('-pl', LOWERED_WATTS);
  // Its own failure is of no interest once the story has failed.
  const harm = misbehaveOnce(host).catch((error: unknown) => error);
  const undone = await heal(operator, 'gpu-power-cap-throttling');
  expected((await harm) === undefined, 'the driver could not be made to misbehave');
  const limits = (await host.state()).gpus.map(({ power }) => power.requestedLimitWatts);
  say(line(`            the driver shows ${limits.join(' and ')} W again`));
  expected(undone.status === 'rolled_back' && undone.outcome?.rolledBack === true, `the run ${undone.status}`);
  expected(
    limits.every((watts) => watts === Number(LOWERED_WATTS)),
    `the limits are ${limits.join()}`,
  );
  say(line(''), line(`Who decided what, what was done and what was taken back: ${agent.url}/audit`));
}

const isStaying = process.argv.includes('--stay');
const begun = performance.now();
endProgramsOnSignals(0);
say(line('Starting the simulator and the agent …'));
const host = await startHost(HOST_OPTIONS);
try {
  const agent = await startAgent(host, AGENT_SETTINGS, AGENT_CONFIG);
  try {
    await tell(host, agent);
    say(line(`Told in ${Math.round((performance.now() - begun) / 1000)} s.`));
    if (isStaying) {
      say(line('Both go on until Ctrl-C.'));
      // Only a signal ends this, and that ends the process.
      await new Promise(() => setInterval(() => undefined, 60_000));
    }
  } catch (error) {
    say(line(error instanceof Error ? error.message : String(error)));
    process.exitCode = 1;
  } finally {
    await agent.stop();
  }
} finally {
  await host.stop();
}
