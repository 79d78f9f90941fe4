import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readerEnvironment } from '../apps/simulator/src/cli/announcement.js';
import { Simulation } from '../apps/simulator/src/control/simulation.js';
import { startAgent, type TestAgent } from './support/agent.js';
import { postJson } from './support/http.js';

interface SeenRun {
  readonly status: string;
  readonly plan: { readonly actions: readonly { readonly type: string; readonly status: string }[] };
  readonly outcome: { readonly verdict: string } | null;
}

const TYPE = 'gpu-persistence-on';
/** Seconds instead of minutes; a sample each half second, which is the fastest. */
const CONFIG = {
  durations: { d1Seconds: 0.5, d1Samples: 2, d2Seconds: 0.5 },
  policy: { [TYPE]: { gate: 'automatic', coolDownSeconds: 0 } },
  monitor: { [TYPE]: { settleSeconds: 0, windowSeconds: 2 } },
};
const MOST_RUNS = 100;

/** Not slow, but on a busy machine. */
jest.setTimeout(60_000);

describe('the loop on a simulated host', () => {
  let simulation: Simulation;
  let agent: TestAgent;

  beforeAll(async () => {
    // Without an engine there is no load that comes and goes, and no chance in what is judged.
    const machine = { gpus: 1, product: 'h100', engines: 0, seed: 7 } as const;
    simulation = await Simulation.start({ machine, speed: 1, isPaused: false });
    const { PATH: binFolder, NODE_EXPORTER_URL } = readerEnvironment(simulation);
    const file = join(simulation.folder, 'agent.yaml');
    writeFileSync(file, JSON.stringify(CONFIG));
    const env = {
      NODE_EXPORTER_URL,
      CONFIG_FILE: file,
      SAMPLE_INTERVAL_MS: '500',
      POLICY_MAX_MODE: 'auto',
    };
    agent = await startAgent({ binFolder, env });
    const { machine: live } = simulation.live;
    await simulation.change(() => live.gpu(0).setPersistence(false));
  });
  afterAll(async () => {
    await agent.stop();
    await simulation.stop();
  });

  async function run(mode: string): Promise<SeenRun> {
    const answer = await postJson(`${agent.url}/optimize/run?wait=30`, { mode, llm: false, maxActions: 1 });
    expect(answer.status).toBe(200);
    return answer.json() as unknown as SeenRun;
  }
  const isPersistent = (): boolean | undefined => simulation.live.view().gpus[0]?.isPersistent;

  it('plans what was found, and executes nothing in mode recommend', async () => {
    let seen = await run('recommend');
    for (let runs = 1; seen.plan.actions.length === 0 && runs < MOST_RUNS; runs += 1) seen = await run('recommend');
    expect(seen.plan.actions).toMatchObject([{ type: TYPE, status: 'proposed' }]);
    expect(isPersistent()).toBe(false);
  });

  it('has failed where the driver denies it, with nothing changed', async () => {
    simulation.host.behave(['gpu-persistence'], { behaviour: 'deny', slowSeconds: 0 });
    expect(await run('auto')).toMatchObject({
      status: 'failed',
      plan: { actions: [{ type: TYPE, status: 'failed' }] },
    });
    expect(isPersistent()).toBe(false);
  });

  it('is done, watched and kept where the driver obeys', async () => {
    simulation.host.behave(['gpu-persistence'], { behaviour: 'obey', slowSeconds: 0 });
    const kept = await run('auto');
    expect(kept).toMatchObject({ status: 'succeeded', plan: { actions: [{ type: TYPE, status: 'verified' }] } });
    expect(isPersistent()).toBe(true);
  });
});
