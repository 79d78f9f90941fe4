import { setTimeout as delay } from 'node:timers/promises';
import { type Figure, type Topic, median, say } from './figure.js';
import { GPUS } from './inputs.js';
import { childrenOf, residentMiB } from './processes.js';
import { type BenchHost, benchHost, type RunningService, startService } from './service.js';

const STARTS = 5;
const RUNS = 20;
/** Two samples at the interval. */
const WARM_UP_MS = 3_000;
const RSS_AFTER_MS = 60_000;
const ENVIRONMENT = { SAMPLE_INTERVAL_MS: '1000' };

/** How soon the service listens, how long a run takes and how much memory it holds. */
export const serviceTopic: Topic = {
  name: 'service',
  measure: async () => {
    const host = await benchHost(1);
    try {
      return [await measureStarts(host), ...(await measureService(host))];
    } finally {
      await host.remove();
    }
  },
};

async function measureStarts(host: BenchHost): Promise<Figure> {
  const times: number[] = [];
  for (let i = 0; i < STARTS; i += 1) {
    const begun = performance.now();
    const service = await startService(host, ENVIRONMENT);
    times.push(performance.now() - begun);
    await service.stop();
  }
  return {
    name: `process start to listening, median of ${STARTS}`,
    value: median(times),
    bound: { below: 2000 },
    unit: 'ms',
  };
}

async function measureService(host: BenchHost): Promise<Figure[]> {
  const service = await startService(host, ENVIRONMENT);
  try {
    await delay(WARM_UP_MS);
    const runs = await measureRuns(service);
    say(`waiting ${RSS_AFTER_MS / 1000} s for the resident set to settle …`);
    await delay(RSS_AFTER_MS);
    const value = residentMiB(service.pid);
    for (const child of childrenOf(service.pid)) {
      say(`helper process ${child}: VmRSS ${residentMiB(child).toFixed(0)} MiB`);
    }
    return [runs, { name: 'VmRSS of the service, a minute after the runs', value, bound: { below: 180 }, unit: 'MiB' }];
  } finally {
    await service.stop();
  }
}

async function measureRuns({ url }: RunningService): Promise<Figure> {
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
    if (run.status !== 'succeeded' || run.snapshot.gpus.length < GPUS || run.snapshot.engines.length < 1) {
      throw new Error(`a run did not read the whole host: ${run.status}, ${run.snapshot.gpus.length} GPUs`);
    }
  }
  return {
    name: `run without model, median of ${RUNS}, by wall clock`,
    value: median(times),
    bound: { below: 300 },
    unit: 'ms',
  };
}
