import { setTimeout as delay } from 'node:timers/promises';
import { effect, line, plan, verdict } from '../demo/story.js';
import { Operator } from '../support/acting-agent.js';
import { endProgramsOnSignals } from '../support/child-program.js';
import { type RunningHost, startHost } from '../support/simulated-host.js';
import { startAgent, type WatchingAgent } from '../support/watching-agent.js';

/** One fault from the finding to the kept action, with every duration, window and interval as it is by default. */
const HOST_OPTIONS = ['--gpus', '2', '--engines', '1', '--product', 'h100', '--seed', '7'];
const LOCKED_MHZ = '900';
/** The agent has this much of the healthy host before the fault. */
const BASELINE_SECONDS = 60;
/** Three samples over a minute confirm a finding; this is the end of patience. */
const DEADLINE_SECONDS = 180;

const begun = performance.now();

function say(...texts: string[]): void {
  const seconds = String(Math.round((performance.now() - begun) / 1000)).padStart(4);
  for (const text of texts) process.stdout.write(`${seconds} s  ${text}\n`);
}

async function tell(host: RunningHost, agent: WatchingAgent): Promise<boolean> {
  const operator = new Operator(agent);
  say(line(`default durations and windows: findings after 60 s, 120 s before and after an action, a sample each 10 s`));
  await delay(BASELINE_SECONDS * 1000);
  await host.nvidiaSmi('-lgc', LOCKED_MHZ);
  say(line(`somebody locks the clocks at ${LOCKED_MHZ} MHz`));
  say(...verdict(await operator.untilConfirmed(['gpu-clocks-locked-low'], DEADLINE_SECONDS)));
  const proposed = await operator.run({ mode: 'approve', maxActions: 1 });
  say(...plan(proposed));
  const ended = await operator.approve(proposed);
  say(...effect(ended));
  const clocks = (await host.state()).gpus.map(({ clocks: { lockedMhz } }) => lockedMhz);
  return ended.status === 'succeeded' && ended.outcome?.verdict === 'improved' && clocks.every((lock) => lock === null);
}

endProgramsOnSignals(0);
const host = await startHost(HOST_OPTIONS);
try {
  const agent = await startAgent(host, {}, '{}');
  try {
    const isKept = await tell(host, agent);
    say(line(isKept ? 'found, approved, done, proved and kept: 1 passed' : 'it went another way: 1 failed'));
    if (!isKept) process.exitCode = 1;
  } catch (error) {
    say(line(error instanceof Error ? error.message : String(error)));
    process.exitCode = 1;
  } finally {
    await agent.stop();
  }
} finally {
  await host.stop();
}
