import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Figure, type Topic, say } from './figure.js';
import { type BenchHost, benchHost, expectWholeHost, type RunningService, startService } from './service.js';

const ENGINES = 2;
const PATHS = ['/targets/local/snapshot', '/gpu/metrics', '/optimize/status'];
const REQUESTS_PER_SECOND = 1_000;
const SECONDS = 5;
/** The longest there is, so that no turn of the sampler falls into the requests, on a slow machine either. */
const INTERVAL_MS = 60_000;
const MAX_OPEN = 64;
const BEAT_MS = 10;

/** Whether reading, however often, leaves the machine alone. */
export const readsTopic: Topic = {
  name: 'reads',
  measure: async () => {
    const host = await benchHost(ENGINES);
    try {
      const service = await startService(host, {
        SAMPLE_INTERVAL_MS: String(INTERVAL_MS),
        RATE_LIMIT_PER_MINUTE: '0',
      });
      try {
        return await measureReads(service, host);
      } finally {
        await service.stop();
      }
    } finally {
      await host.remove();
    }
  },
};

async function measureReads(service: RunningService, host: BenchHost): Promise<readonly Figure[]> {
  const begun = performance.now();
  // Joins or follows the sampler's first turn; after it nothing is under way.
  await fetch(`${service.url}/targets/local/snapshot?refresh=true`);
  await expectWholeHost(service, host);
  say(`asking ${REQUESTS_PER_SECOND} times a second for ${SECONDS} s, one after the other of ${PATHS.join(', ')} …`);
  const starts = host.nvidiaSmi.starts;
  const { answered, bytes, seconds } = await ask(service.url);
  // The sampler's next turn comes only after this: every start until now is the fault of a read.
  const started = host.nvidiaSmi.starts - starts;
  say(`${answered} answers with ${(bytes / answered).toFixed(0)} bytes each on average in ${seconds.toFixed(1)} s`);
  // One second of start and five of slack.
  if (performance.now() - begun > INTERVAL_MS - 5_000)
    throw new Error('the answers took so long that the sampler had its turn');
  return [
    { name: 'starts of nvidia-smi by reads', value: started, unit: 'starts', bound: { exactly: 0 } },
    {
      name: 'answers to reads, from one client process beside it',
      value: answered / seconds,
      unit: 'per second',
      bound: { atLeast: REQUESTS_PER_SECOND * 0.95 },
    },
  ];
}

async function ask(url: string): Promise<{ answered: number; bytes: number; seconds: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_OPEN });
  const total = REQUESTS_PER_SECOND * SECONDS;
  const begun = performance.now();
  const answers: Promise<number>[] = [];
  try {
    while (answers.length < total) {
      const due = Math.min(total, ((performance.now() - begun) / 1000) * REQUESTS_PER_SECOND);
      while (answers.length < due) answers.push(read(`${url}${PATHS[answers.length % PATHS.length]}`, agent));
      await delay(BEAT_MS);
    }
    const sizes = await Promise.all(answers);
    const seconds = (performance.now() - begun) / 1000;
    return { answered: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0), seconds };
  } finally {
    agent.destroy();
  }
}

/** Length of the answer; anything but 200 is an error. */
function read(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode === 200 ? resolve(bytes) : reject(new Error(`${url} answered ${response.statusCode}`)),
      );
    });
    request.on('error', reject);
  });
}
