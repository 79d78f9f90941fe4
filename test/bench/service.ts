import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type FakeNvidiaSmi, fakeNvidiaSmi } from '../../libs/testing/src/gpu/index.js';
import { type FakeVllm, aVllmPage, fakeVllm } from '../../libs/testing/src/metrics/index.js';
import { say } from './figure.js';
import { GPUS, atLeast, eightGpuXml } from './inputs.js';

/** What eight GPUs print with a driver of schema 13. */
const MIN_XML_BYTES = 360_000;
const MIN_PAGE_BYTES = 5_000;
const START_TIMEOUT_MS = 30_000;

/** A host with eight GPUs and some engines, all of them made up, for the built service to read. */
export interface BenchHost {
  readonly folder: string;
  readonly nvidiaSmi: FakeNvidiaSmi;
  readonly engines: readonly FakeVllm[];
  remove(): Promise<void>;
}

export async function benchHost(engineCount: number): Promise<BenchHost> {
  const xml = atLeast(MIN_XML_BYTES, eightGpuXml(13, MIN_XML_BYTES));
  const page = atLeast(MIN_PAGE_BYTES, aVllmPage());
  say(
    `input: ${GPUS} GPUs, nvidia-smi -q -x of ${xml.length} bytes; ${engineCount} engines, vLLM page of ${page.length} bytes`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'agent-bench-'));
  const engines = await Promise.all(Array.from({ length: engineCount }, () => fakeVllm(page)));
  return {
    folder,
    nvidiaSmi: fakeNvidiaSmi(folder, { kind: 'exits', stdout: xml }),
    engines,
    remove: async () => {
      await Promise.all(engines.map((engine) => engine.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface RunningService {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** How `npm start` starts node. */
function startCommand(): { readonly args: readonly string[]; readonly environment: Record<string, string> } {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const [, name, value, args] = /^exec env (\w+)=(\w+) node (.+)$/.exec(scripts['start'] ?? '') ?? [];
  if (name === undefined || value === undefined || args === undefined) {
    throw new Error('the start script of package.json is not "exec env NAME=VALUE node …"');
  }
  return { args: args.split(' '), environment: { [name]: value } };
}

/** Starts the built service on the host and waits until it listens. */
export async function startService(host: BenchHost, environment: Record<string, string>): Promise<RunningService> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const command = startCommand();
  const service = spawn(process.execPath, command.args, {
    env: {
      ...command.environment,
      PATH: `${host.folder}${delimiter}${process.env['PATH']}`,
      PORT: String(port),
      DATA_DIR: join(host.folder, 'data'),
      ENGINE_URLS: host.engines.map((engine) => engine.url).join(','),
      ...environment,
    },
    stdio: 'ignore',
  });
  await untilListening(url, service);
  return { url, pid: service.pid ?? 0, stop: () => stop(service) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function untilListening(url: string, service: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      if ((await fetch(`${url}/health/live`)).ok) return;
    } catch (error) {
      if (performance.now() > deadline || service.exitCode !== null) throw error;
    }
    await delay(5);
  }
}

async function stop(service: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => service.once('exit', resolve));
  service.kill('SIGTERM');
  await ended;
}

/** Throws unless the service has read all that the host has: a figure of a service that reads less is none. */
export async function expectWholeHost(service: RunningService, host: BenchHost): Promise<void> {
  const answer = await fetch(`${service.url}/targets/local/snapshot`);
  const { gpus, engines } = (await answer.json()) as { gpus: unknown[]; engines: unknown[] };
  if (gpus.length < GPUS || engines.length < host.engines.length) {
    throw new Error(`the service read ${gpus.length} GPUs and ${engines.length} engines, not the whole host`);
  }
}
