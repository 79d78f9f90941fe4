import { setTimeout as delay } from 'node:timers/promises';
import { endProgramsOnSignals } from '../support/child-program.js';
import { startHost } from '../support/simulated-host.js';
import { startAgent, type WatchingAgent } from '../support/watching-agent.js';
import { type Expectation, EXPECTATIONS } from './expectations.js';
import { inLanes } from './lanes.js';
import { judge, lastJudgement, type Verdict } from './judge.js';
import {
  AGENT_CONFIG,
  AGENT_SETTINGS,
  BASELINE_SECONDS,
  DEADLINE_SECONDS,
  HOST_OPTIONS,
  QUIET_SECONDS,
} from './settings.js';

const LOOK_MS = 1_000;
/** Faults at the same time, each on a host of its own: most of the time is waiting. */
const LANES = 2;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Each fault meets a host and an agent that know of no other: some of what they see is remembered for a day. */
async function measure(expectation: Expectation): Promise<Verdict> {
  const host = await startHost(HOST_OPTIONS);
  try {
    const left = Object.fromEntries((expectation.withoutSources ?? []).map((name) => [name, '']));
    const agent = await startAgent(host, { ...AGENT_SETTINGS, ...left }, JSON.stringify(AGENT_CONFIG));
    try {
      await delay(BASELINE_SECONDS * 1000);
      if (expectation.fault !== null) await host.inject(expectation.fault, expectation.parameters);
      return await watch(expectation, agent);
    } finally {
      await agent.stop();
    }
  } finally {
    await host.stop();
  }
}

async function watch(expectation: Expectation, agent: WatchingAgent): Promise<Verdict> {
  const begun = performance.now();
  const limit = expectation.isQuiet === true ? QUIET_SECONDS : DEADLINE_SECONDS;
  for (;;) {
    await delay(LOOK_MS);
    const analysis = await agent.findings();
    const seconds = (performance.now() - begun) / 1000;
    const verdict =
      judge(expectation, analysis, seconds) ?? (seconds < limit ? null : lastJudgement(expectation, analysis));
    if (verdict !== null) return verdict;
  }
}

function row({ fault, rules, notEvaluated, why }: Expectation, { isMet, found }: Verdict): string {
  const expected =
    rules?.join(' or ') ?? notEvaluated?.map((rule) => `${rule} not evaluated`).join(' or ') ?? 'nothing above info';
  return `${isMet ? 'ok  ' : 'MISS'} ${(fault ?? 'healthy').padEnd(24)}${expected}\n${' '.repeat(29)}found: ${found}\n${' '.repeat(29)}why: ${why}`;
}

const asked = process.argv.slice(2);
const chosen = EXPECTATIONS.filter(({ fault }) => asked.length === 0 || asked.includes(fault ?? 'healthy'));
const unknown = asked.filter((name) => !EXPECTATIONS.some(({ fault }) => (fault ?? 'healthy') === name));
if (unknown.length > 0) throw new Error(`there is no fault ${unknown.join(', ')}`);
endProgramsOnSignals(130);

say(`simulated host: ${HOST_OPTIONS.join(' ')}`);
say(`agent: ${JSON.stringify(AGENT_SETTINGS)}, CONFIG_FILE ${JSON.stringify(AGENT_CONFIG)}\n`);
const begun = performance.now();
let missed = 0;
for await (const verdict of inLanes(
  LANES,
  chosen.map((expectation) => () => measure(expectation)),
)) {
  const expectation = chosen[verdict.position];
  if (!verdict.value.isMet) missed += 1;
  if (expectation !== undefined) say(row(expectation, verdict.value));
}
say(`\n${chosen.length} rows, ${missed} missed, ${((performance.now() - begun) / 60_000).toFixed(1)} minutes`);
if (missed > 0) process.exitCode = 1;
