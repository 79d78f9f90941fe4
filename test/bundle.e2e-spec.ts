import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { anNvidiaSmiLog } from '@app/testing/gpu';
import { aKernelLog, anXidMessage, aVllmPage } from '@app/testing/metrics';
import { startAgent, type TestAgent } from './support/agent.js';
import { call, postJson } from './support/http.js';

const START_MS = Date.parse('2026-03-01T12:00:00.000Z');
const at = (second: number): string => new Date(START_MS + second * 1000).toISOString();
const MIB = 1024 * 1024;

/** A minute of a host whose only engine has a queue that does not get shorter. */
function aQueuedBundle(): object {
  const frames = Array.from({ length: 8 }, (_, index) => ({
    at: at(index * 10),
    nvidiaSmi: { stdout: anNvidiaSmiLog().withGpu().build(), exitCode: 0 },
    metrics: [
      {
        url: 'http://10.0.0.5:8000/metrics',
        text: aVllmPage({ running: 32, waiting: 40 + index, kvCacheUsage: 0.5, generationTokens: 1000 * (index + 1) }),
      },
    ],
    files: { '/proc/uptime': `${3600 + index * 10}.00 1.00\n` },
  }));
  return { target: 'rack-3', frames };
}

/** The first recording starts a thread, which on a busy machine takes a while. */
const DEADLINE_MS = 60_000;

describe('POST /analysis', () => {
  jest.setTimeout(DEADLINE_MS);
  let agent: TestAgent;
  let url: string;
  beforeAll(async () => {
    agent = await startAgent();
    url = `${agent.url}/analysis`;
  });
  afterAll(() => agent.stop());

  it('analyses a recording and shows its last frame as parsed', async () => {
    const answer = await postJson(url, aQueuedBundle());

    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({
      target: 'rack-3',
      windowSeconds: 70,
      healthStatus: 'degraded',
      snapshot: { target: 'rack-3', collectedAt: at(70), gpus: [{ index: 0 }], engines: [{ requestsWaiting: 47 }] },
    });
    const { findings } = answer.json() as { findings: { ruleId: string; state: string; subject: { id: string } }[] };
    expect(findings).toContainEqual(
      expect.objectContaining({
        ruleId: 'queue-backlog',
        state: 'confirmed',
        subject: expect.objectContaining({ id: 'http://10.0.0.5:8000' }),
      }),
    );
  });

  it('takes the objectives of the recording before its own', async () => {
    const frames = [
      {
        at: at(60),
        kernelLog: aKernelLog({ form: 'dmesg-iso', lines: [{ sinceBootSeconds: 5, message: anXidMessage() }] }),
      },
    ];
    const answer = await postJson(url, { frames, settings: { sloTtftP95Seconds: 0, sloItlP95Seconds: 0 } });

    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ snapshot: { target: 'local', events: [{ code: 79 }] } });
  });

  it.each([
    ['no body', undefined, 400, 'validation_failed'],
    ['broken JSON', '{"frames": [', 400, 'malformed_request'],
    ['a list', '[]', 400, 'validation_failed'],
    ['an unknown field', JSON.stringify({ frames: [{ at: at(0) }], gpus: [] }), 400, 'validation_failed'],
    ['a frame without a time', JSON.stringify({ frames: [{}] }), 400, 'validation_failed'],
  ])('answers %s as a client error that names the fault', async (_, body, status, code) => {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await call(url, { method: 'POST', headers, ...(body === undefined ? {} : { body }) });

    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({ code });
  });

  it('refuses a body that is not JSON by its type', async () => {
    const answer = await call(url, { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: 'frames' });
    expect(answer.status).toBe(415);
  });

  it('makes gaps of 30 MiB of garbage, and answers others meanwhile', async () => {
    const noise = 'vllm:x{{{ 0x1\u0001 \n'.repeat(7 * 64 * 1024);
    const texts = [noise, `vllm:num_requests_running 1\n${noise}`, `<nvidia_smi_log>${noise}`, noise];
    const bundle = JSON.stringify({
      frames: [
        { at: at(0), metrics: texts.slice(0, 2).map((text) => ({ text })) },
        { at: at(10), nvidiaSmi: { stdout: texts[2] }, kernelLog: texts[3] },
      ],
    });
    expect(bundle.length).toBeGreaterThan(30 * MIB);
    const answered = call(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: bundle });
    const others = await Promise.all(Array.from({ length: 20 }, () => call(`${agent.url}/health/live`)));
    expect(others.map(({ status }) => status)).toEqual(Array(20).fill(200));

    const answer = await answered;
    expect(answer.status).toBe(200);
    const { snapshot } = answer.json() as { snapshot: { gaps: unknown[]; gpus: unknown[] } };
    expect(snapshot.gpus).toEqual([]);
    expect(snapshot.gaps.length).toBeGreaterThan(0);
  });

  it('refuses 65 MiB', async () => {
    const body = JSON.stringify({ frames: [{ at: at(0), kernelLog: 'x'.repeat(65 * MIB) }] });
    const answer = await call(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });

    expect(answer.status).toBe(413);
    expect(answer.json()).toMatchObject({ code: 'payload_too_large' });
  });
});
