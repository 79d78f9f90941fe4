import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAgent, type TestAgent } from './support/agent.js';
import { type FakeHost, fakeHost } from './support/fake-host.js';
import { call } from './support/http.js';

const PATHS = [
  '/targets/local/snapshot',
  '/gpu/metrics',
  '/optimize/status',
  '/optimize/runs',
  '/targets/local/findings',
  '/metrics',
];
const ROUNDS = 10;
const REQUESTS_AT_ONCE = 8;

describe('reading under load', () => {
  let host: FakeHost;
  let agent: TestAgent;
  beforeAll(async () => {
    host = fakeHost();
    // Longer than the test, so that every start of nvidia-smi after the first sample is the fault of a read.
    agent = await startAgent({ binFolder: host.binFolder, env: { SAMPLE_INTERVAL_MS: '60000' } });
  });
  afterAll(async () => {
    await agent.stop();
    host.remove();
  });

  it('starts no nvidia-smi, however many ask', async () => {
    // Joins or follows the first background sample; after it nothing is under way any more.
    expect((await call(`${agent.url}/targets/local/snapshot?refresh=true`)).status).toBe(200);
    const started = host.nvidiaSmi.starts;
    expect(started).toBeGreaterThan(0);
    for (let round = 0; round < ROUNDS; round += 1) {
      const wave = PATHS.flatMap((path) => Array.from({ length: REQUESTS_AT_ONCE }, () => call(`${agent.url}${path}`)));
      const statuses = (await Promise.all(wave)).map(({ status }) => status);
      expect(new Set(statuses)).toEqual(new Set([200]));
    }
    expect(host.nvidiaSmi.starts).toBe(started);
  }, 60_000);
});
