import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAgent, type TestAgent } from './support/agent.js';
import { call, postJson } from './support/http.js';

describe('wrong input', () => {
  let agent: TestAgent;
  beforeAll(async () => {
    agent = await startAgent();
  });
  afterAll(() => agent.stop());

  it.each([
    [{ mode: 'yolo' }, 'mode'],
    [{ mode: null }, 'mode'],
    [{ objective: 'fame' }, 'objective'],
    [{ maxActions: 11 }, 'maxActions'],
    [{ maxActions: 1.5 }, 'maxActions'],
    [{ llm: 'yes' }, 'llm'],
    [{ target: '' }, 'target'],
    [{ tarjet: 'local' }, 'tarjet'],
  ])('%j is 400 and names the field', async (body, path) => {
    const answer = await postJson(`${agent.url}/optimize/run`, body);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    const problem = answer.json();
    expect(problem).toMatchObject({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      code: 'validation_failed',
      instance: '/optimize/run',
    });
    expect(problem['errors']).toEqual(expect.arrayContaining([{ path, message: expect.any(String) }]));
  });

  it.each(['[]', '"observe"', '3', 'null'])('a body of %s, which is no object, is 400', async (body) => {
    const answer = await call(`${agent.url}/optimize/run`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
  });

  it('broken JSON is 400', async () => {
    const answer = await call(`${agent.url}/optimize/run`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"mode":',
    });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'malformed_request' });
  });

  it('a body over 1 MiB is 413', async () => {
    const answer = await postJson(`${agent.url}/optimize/run`, { target: 'x'.repeat(1_100_000) });
    expect(answer.status).toBe(413);
    expect(answer.json()).toMatchObject({ code: 'payload_too_large' });
  });

  it.each(['wait=abc', 'wait=', 'wait=-1', 'wait=121', 'wait=1&wait=2', 'wiat=1'])('?%s is 400', async (query) => {
    expect((await postJson(`${agent.url}/optimize/run?${query}`, {})).status).toBe(400);
  });

  it.each(['limit=0', 'limit=x', 'status=done', 'cursor=%22', 'sort=up'])('runs?%s is 400', async (query) => {
    expect((await call(`${agent.url}/optimize/runs?${query}`)).status).toBe(400);
  });

  it('an Idempotency-Key that is none is 400', async () => {
    const answer = await postJson(`${agent.url}/optimize/run`, {}, { 'Idempotency-Key': 'a'.repeat(256) });
    expect(answer.status).toBe(400);
  });

  it.each([
    ['GET', '/nowhere', 'route_not_found'],
    ['DELETE', '/optimize/run', 'route_not_found'],
    ['GET', '/optimize/runs/run_00000000-0000-4000-8000-000000000000', 'run_not_found'],
    ['GET', "/optimize/runs/'%20OR%201=1", 'run_not_found'],
    ['GET', '/optimize/runs/..%2f..%2fetc', 'run_not_found'],
    ['GET', '/optimize/runs/%ff', 'not_found'],
    ['POST', '/optimize/runs/nope/cancel', 'run_not_found'],
    ['POST', '/optimize/runs/nope/rollback', 'run_not_found'],
    ['GET', '/optimize/runs/nope/events', 'run_not_found'],
    ['DELETE', '/targets/mars/freeze', 'target_not_found'],
    ['GET', '/targets/mars', 'target_not_found'],
    ['GET', '/targets/mars/snapshot', 'target_not_found'],
    ['GET', '/targets/mars/findings', 'target_not_found'],
  ])('%s %s is 404', async (method, path, code) => {
    const answer = await call(`${agent.url}${path}`, { method });
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({ code, status: 404 });
  });

  it('an unknown target in a run is 404', async () => {
    const answer = await postJson(`${agent.url}/optimize/run`, { target: 'mars' });
    expect(answer.status).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'target_not_found' });
  });

  it.each([
    [{}, 'decision'],
    [{ decision: 'maybe', planHash: 'a' }, 'decision'],
    [{ decision: 'expire', planHash: 'a' }, 'decision'],
    [{ decision: 'approve' }, 'planHash'],
    [{ decision: 'approve', planHash: 7 }, 'planHash'],
    [{ decision: 'approve', planHash: 'a', actionIds: [] }, 'actionIds'],
    [{ decision: 'approve', planHash: 'a', actionIds: 'action-1' }, 'actionIds'],
    [{ decision: 'approve', planHash: 'a', actionIds: null }, 'actionIds'],
    [{ decision: 'reject', planHash: 'a', comment: 3 }, 'comment'],
    [{ decision: 'approve', planHash: 'a', actions: [] }, 'actions'],
  ])('an approval of %j is 400 and names the field', async (body, path) => {
    const answer = await postJson(`${agent.url}/optimize/runs/x/approval`, body);
    expect(answer.status).toBe(400);
    expect(answer.json()['errors']).toEqual(expect.arrayContaining([{ path, message: expect.any(String) }]));
  });

  it('a well-formed approval of a run that does not exist is 404', async () => {
    const answer = await postJson(`${agent.url}/optimize/runs/x/approval`, { decision: 'reject', planHash: 'a' });
    expect(answer.status).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'run_not_found' });
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'cursor=%22', 'cursor=nonsense', 'runId=', 'kind=plan'])(
    'audit?%s is 400',
    async (query) => {
      expect((await call(`${agent.url}/audit?${query}`)).status).toBe(400);
    },
  );

  it('auto, which is above the POLICY_MAX_MODE of a fresh installation, is 403', async () => {
    const answer = await postJson(`${agent.url}/optimize/run`, { mode: 'auto' });
    expect(answer.status).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'mode_not_allowed' });
  });
});

describe('a mode above POLICY_MAX_MODE', () => {
  it('is 403', async () => {
    const agent = await startAgent({ env: { POLICY_MAX_MODE: 'observe' } });
    const answer = await postJson(`${agent.url}/optimize/run`, { mode: 'recommend' });
    await agent.stop();
    expect(answer.status).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'mode_not_allowed' });
  });
});
