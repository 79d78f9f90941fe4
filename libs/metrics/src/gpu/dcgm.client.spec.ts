import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { aDcgmPage } from '@app/testing/gpu';
import { DcgmClient } from './dcgm.client.js';

describe('DcgmClient', () => {
  let server: Server | null = null;

  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
    server = null;
  });

  async function serving(body: string, onRequest: (url: string, authorization: string) => void): Promise<string> {
    server = createServer((request, response) => {
      onRequest(request.url ?? '', request.headers.authorization ?? '');
      response.end(body);
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('fetches the page that it was given, and shows no credentials', async () => {
    const requests: string[] = [];
    const page = aDcgmPage();
    const address = await serving(page, (url, authorization) => requests.push(`${url} ${authorization}`));
    const client = new DcgmClient(`http://me:s%40cret@${address}/gpu/metrics?all=1`);
    expect(await client.read({ timeoutMs: 5000 })).toEqual({ ok: true, text: page });
    expect(requests).toEqual([`/gpu/metrics?all=1 Basic ${Buffer.from('me:s@cret').toString('base64')}`]);
    expect(client.source).toBe(`dcgm-exporter at http://${address}/gpu/metrics`);
  });

  it('reads no page without end', async () => {
    const address = await serving('x'.repeat(9 * 1024 * 1024), () => undefined);
    expect(await new DcgmClient(`http://${address}/metrics`).read({ timeoutMs: 5000 })).toEqual(
      expect.objectContaining({ ok: false, status: 'failed', reason: expect.stringContaining('more than') }),
    );
  });
});
