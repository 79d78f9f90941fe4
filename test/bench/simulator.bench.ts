import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { type Figure, type Topic, say } from './figure.js';
import { GPUS } from './inputs.js';
import { cpuSeconds } from './processes.js';

const PROGRAM = 'dist/simulator/apps/simulator/src/main.js';
const SETTLE_MS = 10_000;
const WINDOW_MS = 30_000;
const INTERVAL_MS = 1_000;

/** What a simulated host costs while all of it is read every second. */
export const simulatorTopic: Topic = {
  name: 'simulator',
  measure: async () => {
    if (spawnSync('npx', ['nest', 'build', 'simulator'], { stdio: 'inherit' }).status !== 0) {
      throw new Error('the simulator does not build');
    }
    const child = spawn(
      process.execPath,
      [PROGRAM, '--json', '--port', '0', '--gpus', String(GPUS), '--engines', '2'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    try {
      return [await measureReads(child, await announced(child))];
    } finally {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
  },
};

interface Sources {
  readonly nvidiaSmi: string;
  readonly pages: readonly string[];
}

async function announced(child: ChildProcess): Promise<Sources> {
  for await (const chunk of child.stdout ?? []) {
    const { environment } = JSON.parse(String(chunk)) as { environment: Record<string, string> };
    const urls = (name: string): string[] => (environment[name] ?? '').split(',').filter((url) => url !== '');
    return {
      nvidiaSmi: `${environment['PATH']}/nvidia-smi`,
      pages: [
        ...[...urls('ENGINE_URLS'), ...urls('LMCACHE_URLS')].map((url) => `${url}/metrics`),
        ...urls('DCGM_URL'),
        ...urls('NODE_EXPORTER_URL'),
      ],
    };
  }
  throw new Error('the simulator did not start');
}

async function measureReads({ pid = 0 }: ChildProcess, sources: Sources): Promise<Figure> {
  say(`reading ${GPUS} GPUs and ${sources.pages.length} pages every second for ${WINDOW_MS / 1000} s …`);
  await readFor(SETTLE_MS, sources);
  const before = cpuSeconds(pid).own;
  const begun = performance.now();
  const reads = await readFor(WINDOW_MS, sources);
  const spent = cpuSeconds(pid).own - before;
  const value = (spent / ((performance.now() - begun) / 1000)) * 100;
  return {
    name: `CPU time of a simulated host of ${GPUS} GPUs, read every second`,
    value,
    unit: '% of a core',
    bound: { below: 10 },
    digits: 1,
    note: `${reads} reads`,
  };
}

async function readFor(durationMs: number, sources: Sources): Promise<number> {
  const begun = performance.now();
  let reads = 0;
  while (performance.now() - begun < durationMs) {
    await Promise.all([readGpus(sources), ...sources.pages.map(readPage)]);
    reads += 1;
    await delay(Math.max(0, begun + reads * INTERVAL_MS - performance.now()));
  }
  return reads;
}

/** Nothing that is left out may flatter the figure. */
function readGpus({ nvidiaSmi }: Sources): Promise<void> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const child = spawn(nvidiaSmi, ['-q', '-x'], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.on('data', (chunk: Buffer) => (bytes += chunk.length));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 && bytes > 10_000 * GPUS ? resolve() : reject(new Error(`nvidia-smi ended with ${code}`)),
    );
  });
}

async function readPage(url: string): Promise<void> {
  const answer = await fetch(url);
  if (!answer.ok || (await answer.text()).length < 1_000) throw new Error(`${url} answered ${answer.status}`);
}
