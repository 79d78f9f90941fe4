import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Snapshot } from '@app/core';
import { fakeNvidiaSmi } from '@app/testing/gpu';
import { startAgent, type TestAgent } from './support/agent.js';
import { call } from './support/http.js';

const CAPTURES = process.env.CAPTURES_DIR;

function textsBelow(folder: string, ending: string): Map<string, string> {
  if (CAPTURES === undefined) return new Map();
  const names = readdirSync(join(CAPTURES, folder)).filter((name) => name.endsWith(ending));
  return new Map(names.map((name) => [name, readFileSync(join(CAPTURES, folder, name), 'utf8')]));
}

/** Every GPU output beside every engine page beside every host page would be many; each is taken at least once. */
function hosts(): { name: string; gpu: string; engine: string; host: string }[] {
  const gpus = [...textsBelow('nvidia-smi', '.xml')];
  const engines = [...textsBelow('vllm', '.prom'), ...textsBelow('sglang', '.prom')];
  const machines = [...textsBelow('node-exporter', '.prom')];
  return gpus.flatMap(([name, gpu], index) => {
    const [engineName = '', engine = ''] = engines[index % engines.length] ?? [];
    const [hostName = '', host = ''] = machines[index % machines.length] ?? [];
    return [{ name: `${name}, ${engineName} and ${hostName}`, gpu, engine, host }];
  });
}

/** Paths of the snapshot that have no value. */
function nullPaths(value: unknown, path: string): string[] {
  if (value === null) return [path];
  if (Array.isArray(value)) return value.flatMap((item) => nullPaths(item, path));
  if (typeof value !== 'object') return [];
  return Object.entries(value ?? {}).flatMap(([name, part]) => nullPaths(part, path === '' ? name : `${path}.${name}`));
}

/** Where null is the value: the bound of the last bucket, no LoRA, a whole GPU, a device without requests. */
const MEANS_SOMETHING =
  /^engines\.histograms\.\w+\.upperBounds$|^engines\.lora$|^gpus\.processes\.gpuInstanceId$|^system\.diskIo\.averageWaitSeconds$/;

/** A gap explains the value of its own name and everything below it. */
function unexplained(snapshot: Snapshot): string[] {
  const { gpus, system, engines, caches, events } = snapshot;
  const explained = new Set(snapshot.gaps.map(({ signal }) => signal));
  const isExplained = (path: string): boolean => {
    const parts = path.split('.');
    return parts.some((_, length) => explained.has(parts.slice(0, length + 1).join('.')));
  };
  const paths = nullPaths({ gpus, system, engines, caches, events }, '');
  return [...new Set(paths)].filter((path) => !isExplained(path) && !MEANS_SOMETHING.test(path)).sort();
}

const describeCaptures = CAPTURES === undefined ? describe.skip : describe;

describeCaptures('a host made of recorded outputs (set CAPTURES_DIR to run these)', () => {
  jest.setTimeout(120_000);
  const pages = { engine: '', host: '' };
  let server: Server;
  let binFolder: string;
  let agent: TestAgent;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const text = request.url === '/host/metrics' ? pages.host : request.url === '/metrics' ? pages.engine : null;
      response.writeHead(text === null ? 404 : 200).end(text ?? '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    binFolder = mkdtempSync(join(tmpdir(), 'agent-captures-'));
    fakeNvidiaSmi(binFolder, { kind: 'exits', stdout: '' });
    agent = await startAgent({
      binFolder,
      env: {
        ENGINE_URLS: `http://127.0.0.1:${port}`,
        NODE_EXPORTER_URL: `http://127.0.0.1:${port}/host/metrics`,
        SAMPLE_INTERVAL_MS: '60000',
        KERNEL_LOG: 'none',
      },
    });
  });
  afterAll(async () => {
    await agent.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(binFolder, { recursive: true, force: true });
  });

  it.each(hosts())('gives a value or a reason for every field: $name', async ({ gpu, engine, host }) => {
    fakeNvidiaSmi(binFolder, { kind: 'exits', stdout: gpu });
    Object.assign(pages, { engine, host });
    const answer = await call(`${agent.url}/targets/local/snapshot?refresh=true`);
    const snapshot = answer.json() as unknown as Snapshot;

    const described = [...gpu.matchAll(/<gpu id="/g)].length;
    expect(snapshot.gpus).toHaveLength(described);
    expect(snapshot.gpus.map(({ uuid }) => uuid)).toEqual(
      [...gpu.matchAll(/<uuid>\s*(GPU-[^<\s]+)/g)].map((match) => match[1]),
    );
    expect(snapshot.engines).toHaveLength(1);
    expect(snapshot.sections.system.source).toContain('/host/metrics');
    expect(unexplained(snapshot)).toEqual([]);
  });
});
