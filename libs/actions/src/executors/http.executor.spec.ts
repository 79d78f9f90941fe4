import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FakeJsonServer, fakeJsonServer } from '@app/testing/actions';
import { DeviceUnreadableError } from '../action.js';
import { HttpExecutor } from './http.executor.js';

describe('HttpExecutor', () => {
  let server: FakeJsonServer;
  beforeEach(async () => {
    server = await fakeJsonServer({
      'GET /state': () => ({ body: { is_sleeping: false } }),
      'PUT /bypass/add': () => ({ body: { status: 'success' } }),
    });
  });
  afterEach(() => server.stop());
  const executor = (): HttpExecutor => new HttpExecutor([`${server.url}/`]);

  it('reads JSON of a configured address', async () => {
    expect(await executor().read(server.url, '/state')).toEqual({ is_sleeping: false });
  });

  it('puts values into the query, encoded', async () => {
    const query = { backend_name: 'Remote Backend&locations=*' };
    const output = await executor().change(server.url, { method: 'PUT', path: '/bypass/add', query });
    expect(output.isAccepted).toBe(true);
    expect(server.requests[0]?.path).toBe('/bypass/add?backend_name=Remote+Backend%26locations%3D*');
  });

  it('asks nobody but the configured addresses', async () => {
    const output = await new HttpExecutor([]).change(server.url, { method: 'PUT', path: '/bypass/add' });
    expect(output).toMatchObject({
      isAccepted: false,
      isDefinite: true,
      text: expect.stringContaining('not a configured'),
    });
    expect(server.requests).toEqual([]);
  });

  it('keeps credentials of an address out of its name and sends them along', async () => {
    const withPassword = server.url.replace('http://', 'http://agent:p%40ss@');
    const secured = new HttpExecutor([withPassword]);
    expect(secured.baseUrls).toEqual([server.url]);
    await secured.read(server.url, '/state');
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('agent:p@ss').toString('base64')}`);
  });

  it.each([
    ['a redirect, which is not followed', { status: 302, headers: { location: '/state' } }, /It redirects/],
    ['a missing path', { status: 404 }, /does not offer this/],
    ['an error', { status: 500, body: 'boom' }, /HTTP status 500. It wrote: "boom"/],
    ['no JSON', { body: '<html>' }, /no JSON/],
    ['too much', { body: 'x'.repeat(70_000) }, /more than 65536 bytes/],
  ])('does not know the state after %s', async (_, reply, reason) => {
    server.routes['GET /state'] = () => reply;
    const reading = executor().read(server.url, '/state');
    await expect(reading).rejects.toThrow(DeviceUnreadableError);
    await expect(reading).rejects.toThrow(reason);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    [{ status: 400, body: 'no such backend' }, true],
    [{ status: 302, headers: { location: '/elsewhere' } }, true],
    [{ status: 408 }, false],
    [{ status: 503 }, false],
    ['break' as const, false],
  ])('tells whether the refusal %j is final: %s', async (reply, isDefinite) => {
    server.routes['PUT /bypass/add'] = () => reply;
    const output = await executor().change(server.url, { method: 'PUT', path: '/bypass/add' });
    expect(output).toMatchObject({ isAccepted: false, isDefinite });
  });

  it('gives up on a server that does not answer, which may still do it', async () => {
    server.routes['PUT /bypass/add'] = () => 'hang';
    const output = await executor().change(server.url, { method: 'PUT', path: '/bypass/add', timeoutMs: 50 });
    expect(output).toMatchObject({
      isAccepted: false,
      isDefinite: false,
      text: expect.stringContaining('within 50 ms'),
    });
  });

  it('is sure that a refused connection has done nothing', async () => {
    const dead = executor();
    await server.stop();
    server = await fakeJsonServer({});
    const output = await dead.change(dead.baseUrls[0] ?? '', { method: 'PUT', path: '/bypass/add' });
    expect(output).toMatchObject({
      isAccepted: false,
      isDefinite: true,
      text: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
