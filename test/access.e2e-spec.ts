import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAgent, type TestAgent } from './support/agent.js';
import { call, postJson } from './support/http.js';

const sha256 = (key: string): string => createHash('sha256').update(key).digest('hex');

describe('without keys, on loopback', () => {
  let agent: TestAgent;
  beforeAll(async () => {
    agent = await startAgent();
  });
  afterAll(() => agent.stop());

  it.each(['localhost:3000', '127.0.0.1', '[::1]:3000'])('answers the Host %s', async (host) => {
    expect((await call(`${agent.url}/health/live`, { headers: { Host: host } })).status).toBe(200);
  });

  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io:3000'])('refuses the Host %s', async (host) => {
    const answer = await call(`${agent.url}/optimize/status`, { headers: { Host: host } });
    expect(answer.status).toBe(403);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({ code: 'host_not_allowed', status: 403 });
  });

  it.each(['http://evil.example', 'null', 'http://localhost:9', 'not a url'])(
    'refuses a state change from the origin %s',
    async (origin) => {
      const answer = await postJson(`${agent.url}/optimize/run`, {}, { Origin: origin });
      expect(answer.status).toBe(403);
      expect(answer.json()).toMatchObject({ code: 'origin_not_allowed' });
    },
  );

  it('takes a state change from its own page', async () => {
    const answer = await postJson(`${agent.url}/optimize/run?wait=30`, { llm: false }, { Origin: agent.url });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['text/plain', '{"mode":"observe"}'],
    ['application/x-www-form-urlencoded', 'mode=observe'],
    ['multipart/form-data; boundary=x', '--x--'],
  ])('refuses a body of %s with 415', async (type, body) => {
    const answer = await call(`${agent.url}/optimize/run`, { method: 'POST', headers: { 'Content-Type': type }, body });
    expect(answer.status).toBe(415);
    expect(answer.json()).toMatchObject({ code: 'unsupported_media_type' });
  });

  it('sets security headers that do not send a browser to https', async () => {
    const { headers } = await call(`${agent.url}/docs`);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('gives back a well-formed correlation id and replaces any other', async () => {
    const given = await call(`${agent.url}/nowhere`, { headers: { 'X-Correlation-Id': 'night-42' } });
    expect(given.headers['x-correlation-id']).toBe('night-42');
    expect(given.json()['correlationId']).toBe('night-42');
    const odd = await call(`${agent.url}/nowhere`, { headers: { 'X-Correlation-Id': 'a b<script>' } });
    expect(odd.headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('with keys', () => {
  let agent: TestAgent;
  beforeAll(async () => {
    const keys = ['viewer', 'operator', 'approver', 'admin'].map(
      (role) => `${role}-1:${role}:${sha256(`${role}-key`)}`,
    );
    agent = await startAgent({ env: { API_KEYS: keys.join(','), ALLOWED_HOSTS: 'gpu-7.example' } });
  });
  afterAll(() => agent.stop());

  const status = async (path: string, key: string | null, method = 'GET'): Promise<number> => {
    const headers: Record<string, string> = key === null ? {} : { Authorization: `Bearer ${key}` };
    return (await call(`${agent.url}${path}`, { method, headers })).status;
  };

  it('leaves health, documentation and the root open', async () => {
    for (const path of ['/health/live', '/docs', '/docs-json']) expect(await status(path, null)).toBe(200);
    expect(await status('/', null)).toBe(302);
  });

  it('asks for a key everywhere else, and says how to send it', async () => {
    const answer = await call(`${agent.url}/optimize/status`);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.json()).toMatchObject({ code: 'unauthorized' });
    expect(await status('/optimize/status', 'wrong')).toBe(401);
    expect(await status('/optimize/run', null, 'POST')).toBe(401);
  });

  it('takes the key as X-API-Key too', async () => {
    const answer = await call(`${agent.url}/targets`, { headers: { 'X-API-Key': 'viewer-key' } });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['/optimize/status', 'GET', 'viewer', 200],
    ['/optimize/run', 'POST', 'viewer', 403],
    ['/optimize/run', 'POST', 'operator', 202],
    ['/optimize/runs/x/prompt', 'GET', 'viewer', 403],
    ['/optimize/runs/x/prompt', 'GET', 'operator', 404],
    ['/optimize/runs/x/approval', 'POST', 'operator', 403],
    ['/optimize/runs/x/cancel', 'POST', 'viewer', 403],
    ['/optimize/runs/x/cancel', 'POST', 'operator', 404],
    ['/optimize/runs/x/approval', 'POST', 'approver', 400],
    ['/optimize/runs/x/rollback', 'POST', 'operator', 403],
    ['/optimize/runs/x/rollback', 'POST', 'approver', 404],
    ['/optimize/runs/x/events', 'GET', 'viewer', 404],
    ['/safety', 'GET', 'viewer', 200],
    ['/safety/kill-switch', 'PUT', 'viewer', 403],
    ['/targets/local/freeze', 'POST', 'viewer', 403],
    ['/targets/local/freeze', 'DELETE', 'approver', 403],
    ['/targets/local/freeze', 'DELETE', 'admin', 409],
    ['/audit', 'GET', 'approver', 403],
    ['/audit', 'GET', 'admin', 200],
  ])('answers %s %s of a %s with %i', async (path, method, role, expected) => {
    expect(await status(path, `${role}-key`, method)).toBe(expected);
  });

  it('answers the hosts in ALLOWED_HOSTS', async () => {
    expect((await call(`${agent.url}/health/live`, { headers: { Host: 'gpu-7.example:8443' } })).status).toBe(200);
  });

  it('writes the name of the key into the run', async () => {
    const answer = await postJson(`${agent.url}/optimize/run`, {}, { Authorization: 'Bearer operator-key' });
    expect(answer.json()['requestedBy']).toBe('operator-1');
  });
});

describe('with a rate limit', () => {
  let agent: TestAgent;
  beforeAll(async () => {
    agent = await startAgent({ env: { RATE_LIMIT_PER_MINUTE: '3' } });
  });
  afterAll(() => agent.stop());

  it('answers 429 with Retry-After past it, and never counts health', async () => {
    for (let i = 0; i < 5; i += 1) expect((await call(`${agent.url}/health/live`)).status).toBe(200);
    for (let i = 0; i < 3; i += 1) expect((await call(`${agent.url}/targets`)).status).toBe(200);
    const answer = await call(`${agent.url}/targets`);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.json()).toMatchObject({ code: 'rate_limited' });
  });
});
