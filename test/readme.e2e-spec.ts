import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Run } from '@app/core';
import { anNvidiaSmiLog } from '@app/testing/gpu';
import { aVllmPage, type FakeVllm, fakeVllm } from '@app/testing/metrics';
import { startAgent, type TestAgent } from './support/agent.js';
import { type FakeHost, fakeHost } from './support/fake-host.js';
import { postJson } from './support/http.js';

const DEADLINE_MS = 20_000;
const REMAP = { correctable: 0, uncorrectable: 1, pending: 'Yes', failure: 'No' };

/** The picture at the top of the README is made here: two GPUs, one engine, durations of three seconds. */
describe('the picture in the README', () => {
  let host: FakeHost;
  let vllm: FakeVllm;
  let agent: TestAgent;
  beforeEach(async () => {
    host = fakeHost();
    host.nvidiaSmi.becomes({
      kind: 'exits',
      stdout: anNvidiaSmiLog().withGpu().withGpu({ remappedRows: REMAP }).build(),
    });
    vllm = await fakeVllm(
      aVllmPage({ running: 48, waiting: 22, waitingCapacity: 22, waitingDeferred: 0, kvCacheUsage: 0.97 }),
    );
    const config = join(host.binFolder, 'agent.yaml');
    // The machine that runs the tests may be busy: that is no part of the picture.
    const ownHost =
      'host-cpu-pressure: { somePressure: 100, usedRatio: 1, loadPerCore: 100 }, host-io-pressure: { somePressure: 100, fullPressure: 100 }';
    writeFileSync(config, `durations: { d1Seconds: 3, d1Samples: 3 }\nthresholds: { ${ownHost} }\n`);
    agent = await startAgent({
      binFolder: host.binFolder,
      env: { CONFIG_FILE: config, ENGINE_URLS: vllm.url, SAMPLE_INTERVAL_MS: '500' },
    });
  });
  afterEach(async () => {
    await agent.stop();
    await vllm.stop();
    host.remove();
  });

  /** Runs until the queue has lasted long enough to be confirmed. */
  async function confirmedRun(deadline: number): Promise<Run> {
    const run = (await postJson(`${agent.url}/optimize/run?wait=20`, { llm: false })).json() as unknown as Run;
    const isConfirmed = run.analysis?.findings.some(
      ({ ruleId, state }) => ruleId === 'queue-backlog' && state === 'confirmed',
    );
    if (isConfirmed === true) return run;
    if (Date.now() > deadline) throw new Error('the queue was never confirmed');
    return confirmedRun(deadline);
  }

  it(
    'is what the agent says',
    async () => {
      const { analysis } = await confirmedRun(Date.now() + DEADLINE_MS / 2);
      const oneLine = (text: string): string => text.replace(/\s+/g, ' ');
      const readme = oneLine(readFileSync('README.md', 'utf8'));
      expect(analysis?.findings.map(({ ruleId }) => ruleId)).toEqual([
        'kv-cache-saturated',
        'gpu-row-remap-pending',
        'queue-backlog',
      ]);
      for (const { severity, ruleId, summary } of analysis?.findings ?? []) {
        expect(readme).toContain(`${severity} ${ruleId}`);
        expect(readme).toContain(oneLine(summary));
      }
      expect(readme).toContain(
        `${analysis?.healthStatus}, score ${analysis?.healthScore} of 100, bottleneck: ${analysis?.primaryBottleneck}`,
      );
    },
    DEADLINE_MS,
  );
});
