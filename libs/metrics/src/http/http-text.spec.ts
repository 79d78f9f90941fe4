import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { fetchText } from './http-text.js';

const OPTIONS = { timeoutMs: 2_000, maxBytes: 1_000 };
const running: (Server | TcpServer)[] = [];

async function listening(server: Server | TcpServer): Promise<string> {
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const aServer = (listener: RequestListener): Promise<string> => listening(createServer(listener));

/** Answers with these bytes and closes the connection. */
function aServerThatSays(bytes: string): Promise<string> {
  return listening(
    createTcpServer((socket) => socket.once('data', () => socket.end(bytes)).on('error', () => undefined)),
  );
}

describe('fetchText', () => {
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });

  it('reads a text with the headers it was given', async () => {
    const url = await aServer(({ headers }, answer) => answer.end(`ü ${headers.authorization} ${headers.accept}`));

    expect(await fetchText(url, { ...OPTIONS, headers: { authorization: 'Basic eA==' } })).toEqual({
      ok: true,
      text: 'ü Basic eA== text/plain, application/json',
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['identity', Buffer.from],
  ])('reads a text in the encoding %s', async (encoding, encode) => {
    const url = await aServer((_, answer) => answer.setHeader('content-encoding', encoding).end(encode('a page')));

    expect(await fetchText(url, OPTIONS)).toEqual({ ok: true, text: 'a page' });
  });

  it.each([
    ['as it is', undefined, (text: string) => text],
    ['out of a small body', 'gzip', gzipSync],
  ])('reads no more than it was allowed to, %s', async (_, encoding, encode) => {
    const url = await aServer((__, answer) => {
      if (encoding !== undefined) answer.setHeader('content-encoding', encoding);
      answer.end(encode('x'.repeat(1_001)));
    });

    expect(await fetchText(url, OPTIONS)).toEqual({
      ok: false,
      status: 'failed',
      reason: 'answered with more than 1000 bytes',
    });
    expect(await fetchText(url, { ...OPTIONS, maxBytes: 1_001 })).toMatchObject({ ok: true });
  });

  it.each([
    ['headers', (): void => undefined],
    ['the rest of the body', (answer: Parameters<RequestListener>[1]): unknown => answer.write('a part')],
  ])('gives up at the deadline when %s do not come, and the connection with it', async (_, begin) => {
    let closed = Promise.resolve<unknown>(null);
    const url = await aServer((request, answer) => {
      closed = new Promise((resolve) => request.socket.once('close', resolve));
      begin(answer);
    });

    expect(await fetchText(url, { ...OPTIONS, timeoutMs: 100 })).toEqual({
      ok: false,
      status: 'timeout',
      reason: 'did not answer within 100 ms',
    });
    await closed;
  });

  it.each([
    [401, 'denied'],
    [403, 'denied'],
    [404, 'failed'],
    [204, 'failed'],
    [503, 'failed'],
  ])('tells status %i', async (httpStatus, status) => {
    const url = await aServer((_, answer) => answer.writeHead(httpStatus).end());

    expect(await fetchText(url, OPTIONS)).toEqual({
      ok: false,
      status,
      reason: `answered with HTTP status ${httpStatus}`,
    });
  });

  it.each([
    ['a redirect', 'HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n', /unexpected redirect/],
    ['a body that ends early', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', /ECONNRESET/],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n', /HPE_/],
    ['nothing', '', /ECONNRESET/],
    ['another protocol', 'HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: ws\r\n\r\n', /closed|ECONNRESET/],
    ['an encoding nobody asked for', 'HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx', /content encoding br/],
    ['a broken encoding', 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip', /Z_DATA_ERROR/],
  ])('fails on %s', async (_, bytes, reason) => {
    const answer = await fetchText(await aServerThatSays(bytes), OPTIONS);

    expect(answer).toMatchObject({ ok: false, status: 'failed', reason: expect.stringMatching(reason) });
  });

  it.each([
    ['http://127.0.0.1:1', /^refused the connection \(ECONNREFUSED\)$/],
    ['https://127.0.0.1:1', /^refused the connection \(ECONNREFUSED\)$/],
    ['no address', /^could not be read: ERR_INVALID_URL$/],
    ['ftp://127.0.0.1:1', /^could not be read: ERR_INVALID_PROTOCOL$/],
  ])('never throws: %s', async (url, reason) => {
    expect(await fetchText(url, OPTIONS)).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
  });
});
