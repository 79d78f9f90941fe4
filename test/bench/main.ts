import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
// Not the barrel: it loads jest, which a bench is not run by.
import { anNvidiaSmiLog, fakeNvidiaSmi } from '../../libs/testing/src/gpu/index.js';
import { aVllmPage, fakeVllm } from '../../libs/testing/src/metrics/index.js';

/** What the figures are promised for; smaller inputs would flatter them. */
const MIN_GPUS = 8;
/** What eight GPUs print with a driver of schema 13. */
const MIN_XML_BYTES = 360_000;
const MIN_PAGE_BYTES = 5_000;
const STARTS = 5;
const RUNS = 20;
const RSS_AFTER_MS = 60_000;
const BOUND = { listeningMs: 2000, runMs: 300, rssMiB: 180 } as const;

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly bound: number;
  readonly unit: string;
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

function startService(port: number, engineUrl: string): ChildProcess {
  return spawn(process.execPath, ['--max-semi-space-size=2', 'dist/apps/agent/apps/agent/src/main.js'], {
    env: {
      PATH: `${folder}${delimiter}${process.env['PATH']}`,
      PORT: String(port),
      DATA_DIR: join(folder, 'data'),
      ENGINE_URLS: engineUrl,
      SAMPLE_INTERVAL_MS: '1000',
    },
    stdio: 'ignore',
  });
}

async function untilListening(url: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      if ((await fetch(`${url}/health/live`)).ok) return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function stop(service: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => service.once('exit', resolve));
  service.kill('SIGTERM');
  await ended;
}

function residentMiB(pid: number | string): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib ?? 0) / 1024;
}

function childrenOf(pid: number): string[] {
  const isChild = (entry: string): boolean => {
    try {
      return new RegExp(`^PPid:\\s+${pid}$`, 'm').test(readFileSync(`/proc/${entry}/status`, 'utf8'));
    } catch {
      return false; // It ended between the listing and the look.
    }
  };
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && isChild(entry));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function measureStarts(engineUrl: string): Promise<Figure> {
  const times: number[] = [];
  for (let i = 0; i < STARTS; i += 1) {
    const port = await freePort();
    const begun = performance.now();
    const service = startService(port, engineUrl);
    await untilListening(`http://127.0.0.1:${port}`);
    times.push(performance.now() - begun);
    await stop(service);
  }
  return {
    name: `process start to listening, median of ${STARTS}`,
    value: median(times),
    bound: BOUND.listeningMs,
    unit: 'ms',
  };
}

async function measureRuns(url: string): Promise<Figure> {
  const times: number[] = [];
  for (let i = 0; i < RUNS; i += 1) {
    const begun = performance.now();
    const answer = await fetch(`${url}/optimize/run?wait=30`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ llm: false }),
    });
    const run = (await answer.json()) as { status: string; snapshot: { gpus: unknown[]; engines: unknown[] } };
    times.push(performance.now() - begun);
    if (run.status !== 'succeeded' || run.snapshot.gpus.length < MIN_GPUS || run.snapshot.engines.length < 1) {
      throw new Error(`a run did not read the whole host: ${run.status}, ${run.snapshot.gpus.length} GPUs`);
    }
  }
  return {
    name: `run without model, median of ${RUNS}, by wall clock`,
    value: median(times),
    bound: BOUND.runMs,
    unit: 'ms',
  };
}

async function measureService(engineUrl: string): Promise<Figure[]> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const service = startService(port, engineUrl);
  const pid = service.pid ?? 0;
  await untilListening(url);
  // Two samples at an interval of one second.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const runs = await measureRuns(url);
  process.stdout.write(`waiting ${RSS_AFTER_MS / 1000} s for the resident set to settle …\n`);
  await new Promise((resolve) => setTimeout(resolve, RSS_AFTER_MS));
  const rss = residentMiB(pid);
  for (const child of childrenOf(pid)) {
    process.stdout.write(`helper process ${child}: VmRSS ${residentMiB(child).toFixed(0)} MiB\n`);
  }
  await stop(service);
  return [
    runs,
    { name: 'VmRSS of the service, a minute after the runs', value: rss, bound: BOUND.rssMiB, unit: 'MiB' },
  ];
}

const log = anNvidiaSmiLog({ schema: 13 });
for (let i = 0; i < MIN_GPUS; i += 1) log.withGpu();
/** The list of clocks is most of what a real GPU prints, and nothing that we read. */
const clocks = Array.from(
  { length: 800 },
  (_, i) => `<supported_graphics_clock>${1980 - i} MHz</supported_graphics_clock>`,
);
const supported = `<supported_clocks><supported_mem_clock><value>2619 MHz</value>${clocks.join('\n')}</supported_mem_clock></supported_clocks>`;
const xml = log.build().replaceAll('</gpu>', `${supported}</gpu>`);
const page = aVllmPage();
process.stdout.write(
  `input: ${MIN_GPUS} GPUs, nvidia-smi -q -x of ${xml.length} bytes, vLLM page of ${page.length} bytes\n`,
);
if (xml.length < MIN_XML_BYTES || page.length < MIN_PAGE_BYTES)
  throw new Error('the inputs are smaller than the bench promises');
const folder = mkdtempSync(join(tmpdir(), 'agent-bench-'));
fakeNvidiaSmi(folder, { kind: 'exits', stdout: xml });
const vllm = await fakeVllm(page);
try {
  const figures = [await measureStarts(vllm.url), ...(await measureService(vllm.url))];
  for (const { name, value, bound, unit } of figures) {
    const verdict = value < bound ? 'ok' : 'TOO MUCH';
    process.stdout.write(`${name}: ${value.toFixed(0)} ${unit} (bound ${bound} ${unit}) ${verdict}\n`);
  }
  if (figures.some(({ value, bound }) => !(value < bound))) process.exitCode = 1;
} finally {
  await vllm.stop();
  rmSync(folder, { recursive: true, force: true });
}
