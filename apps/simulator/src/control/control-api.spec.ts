import { existsSync, readFileSync } from 'node:fs';
import type { INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FAULTS } from '../faults/faults.js';
import { controlApi } from './control-api.js';
import { Simulation } from './simulation.js';

describe('the control API', () => {
  let simulation: Simulation;
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    simulation = await Simulation.start({
      machine: { gpus: 2, engines: 2, warmSeconds: 1 },
      speed: 1,
      isPaused: true,
    });
    app = await controlApi(simulation);
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(async () => {
    await app.close();
    await simulation.stop();
    expect(existsSync(simulation.folder)).toBe(false);
  });

  interface Answer {
    readonly status: number;
    readonly type: string | null;
    readonly body: Record<string, unknown>;
  }
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : {
            headers: { 'Content-Type': 'application/json' },
            body: typeof body === 'string' ? body : JSON.stringify(body),
          }),
    });
    const text = await response.text();
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  };

  it('listens on this machine alone and says that it is simulated', async () => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await call('GET', '/healthz')).body).toEqual({ status: 'ok', simulated: true });
    const { body } = await call('GET', '/state');
    expect(body).toMatchObject({
      simulated: true,
      gpus: [{ index: 0 }, { index: 1 }],
      engines: [{ state: 'serving' }, { state: 'serving' }],
    });
  });

  it('lists every fault with its parameters', async () => {
    const { items } = (await call('GET', '/faults/catalogue')).body as { items: { id: string }[] };
    expect(items.map(({ id }) => id)).toEqual(FAULTS.map(({ id }) => id));
    expect(items[2]).toMatchObject({ id: 'power-brake', parameters: { clockRatio: { default: 0.5 } } });
  });

  it('injects a fault, shows it, and removes it', async () => {
    const { status, body } = await call('POST', '/faults', { fault: 'gpu-off-bus', parameters: { gpu: 1 } });
    expect([status, body['fault']]).toEqual([201, 'gpu-off-bus']);
    expect((await call('GET', '/faults')).body).toEqual({ items: [body] });
    expect((await call('GET', '/state')).body).toMatchObject({ gpus: [{ isPresent: true }, { isPresent: false }] });
    expect(readFileSync(simulation.endpoints.kernelLogFile, 'utf8')).toContain('GPU has fallen off the bus');
    expect((await call('DELETE', `/faults/${String(body['id'])}`)).status).toBe(204);
    expect((await call('GET', '/state')).body).toMatchObject({ gpus: [{ isPresent: true }, { isPresent: true }] });
  });

  it('removes all faults at once', async () => {
    await call('POST', '/faults', { fault: 'power-brake' });
    await call('POST', '/faults', { fault: 'engine-hang' });
    expect((await call('DELETE', '/faults')).status).toBe(204);
    expect((await call('GET', '/faults')).body).toEqual({ items: [] });
  });

  it.each([
    ['POST', '/faults', { fault: 'rain' }, 400, 'there is no fault "rain"'],
    ['POST', '/faults', { fault: 'power-brake', parameters: { gpu: 7 } }, 400, 'there is no GPU 7'],
    ['POST', '/faults', { fault: 3 }, 400, 'fault must be a string'],
    ['POST', '/faults', { fault: 'power-brake', gpu: 1 }, 400, 'property gpu should not exist'],
    ['POST', '/faults', '{"fault', 400, 'JSON'],
    ['DELETE', '/faults/power-brake-99', undefined, 404, 'power-brake-99'],
    ['GET', '/nothing', undefined, 404, '/nothing'],
    ['POST', '/advance', { seconds: 1e9 }, 400, 'seconds'],
    ['POST', '/behaviours', { commands: ['rm'] }, 400, 'commands'],
    ['POST', '/behaviours', { behaviour: 'sulk' }, 400, 'behaviour'],
  ])('answers %s %s of %j with a problem', async (method, path, body, status, detail) => {
    const answer = await call(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.type).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status, detail: expect.stringContaining(detail), instance: path });
  });

  it('answers 409 for a fault that is there already', async () => {
    await call('POST', '/faults', { fault: 'power-cap' });
    expect((await call('POST', '/faults', { fault: 'power-cap' })).status).toBe(409);
    await call('DELETE', '/faults');
  });

  it('makes the machine older only while it is paused', async () => {
    const tokens = (): number => simulation.live.view().engines[0]?.counters.promptTokens ?? 0;
    const before = tokens();
    expect((await call('POST', '/advance', { seconds: 20 })).body).toMatchObject({ isPaused: true });
    expect(tokens()).toBeGreaterThan(before);
    await call('POST', '/resume');
    expect(await call('POST', '/advance', { seconds: 1 })).toMatchObject({ status: 409 });
    await call('POST', '/pause');
  });

  it('lets an action be refused', async () => {
    const engineUrl = simulation.endpoints.engineUrls[0] ?? '';
    const { body } = await call('POST', '/behaviours', { commands: ['engine-pause'], behaviour: 'fail' });
    expect(body).toMatchObject({
      'engine-pause': { behaviour: 'fail', slowSeconds: 0 },
      'engine-sleep': { behaviour: 'obey' },
    });
    expect((await fetch(`${engineUrl}/pause`, { method: 'POST' })).status).toBe(500);
    await call('POST', '/behaviours', {});
    expect((await fetch(`${engineUrl}/pause`, { method: 'POST' })).status).toBe(200);
  });
});
