import { setTimeout as delay } from 'node:timers/promises';
import { type Figure, type Topic, say } from './figure.js';
import { childrenOf, cpuSeconds } from './processes.js';
import { type BenchHost, benchHost, expectWholeHost, startService } from './service.js';

const ENGINES = 2;
/** For what is done once: compiled code, the first sample, the version of each engine, clearing away what starting left. */
const SETTLE_MS = 80_000;
const WINDOW_MS = 60_000;
const INTERVALS = [
  { intervalMs: 10_000, bound: { below: 1 } },
  { intervalMs: 5_000, bound: { below: 2 } },
] as const;

/** What it costs a host to be watched. */
export const samplingTopic: Topic = {
  name: 'sampling',
  measure: async () => {
    const host = await benchHost(ENGINES);
    try {
      const idle = await idlePercent(host);
      const figures: Figure[] = [];
      for (const each of INTERVALS) figures.push(...(await measureInterval(host, each, idle)));
      return figures;
    } finally {
      await host.remove();
    }
  },
};

/** What the agent takes when it samples nothing but the host, once a minute. */
async function idlePercent(host: BenchHost): Promise<number> {
  const nothing = { GPU_SOURCE: 'none', ENGINE_URLS: '', KERNEL_LOG: 'none', SAMPLE_INTERVAL_MS: '60000' };
  const service = await startService(host, nothing);
  try {
    say(`idle: ${SETTLE_MS / 1000} s to settle, then ${WINDOW_MS / 1000} s …`);
    await delay(SETTLE_MS);
    return await percentOver(service.pid, WINDOW_MS);
  } finally {
    await service.stop();
  }
}

async function percentOver(pid: number, windowMs: number): Promise<number> {
  const begun = performance.now();
  const before = cpuOfAgent(pid);
  await delay(windowMs);
  const after = cpuOfAgent(pid);
  const elapsed = (performance.now() - begun) / 1000;
  const part = (name: keyof AgentCpu): string => `${(after[name] - before[name]).toFixed(2)} s`;
  const spent = total(after) - total(before);
  say(
    `${elapsed.toFixed(1)} s took ${spent.toFixed(2)} s of CPU time: ` +
      `service ${part('service')}, commands it ran ${part('commands')}, helpers ${part('helpers')}`,
  );
  return (spent / elapsed) * 100;
}

async function measureInterval(
  host: BenchHost,
  { intervalMs, bound }: (typeof INTERVALS)[number],
  idle: number,
): Promise<Figure[]> {
  const service = await startService(host, { SAMPLE_INTERVAL_MS: String(intervalMs) });
  const every = `every ${intervalMs / 1000} s`;
  try {
    say(`sampling ${every}: ${SETTLE_MS / 1000} s to settle, then ${WINDOW_MS / 1000} s …`);
    await delay(SETTLE_MS);
    await expectWholeHost(service, host);
    const starts = host.nvidiaSmi.starts;
    const percent = await percentOver(service.pid, WINDOW_MS);
    const samples = host.nvidiaSmi.starts - starts;
    if (samples < Math.floor(WINDOW_MS / intervalMs) - 1) throw new Error(`only ${samples} samples were taken`);
    const shared = { unit: '% of a core', digits: 2 };
    return [
      { name: `CPU time of sampling ${every}, nvidia-smi itself left out`, value: percent - idle, bound, ...shared },
      { name: `the whole agent meanwhile (idle: ${idle.toFixed(2)} %)`, value: percent, bound: null, ...shared },
    ];
  } finally {
    await service.stop();
  }
}

/** CPU seconds since each of these started. */
interface AgentCpu {
  readonly service: number;
  readonly commands: number;
  readonly helpers: number;
}

/**
 * What a helper waited for is left out: that is nvidia-smi, which costs what the driver makes it cost, and the shell
 * that node-nvidia-smi starts it with.
 */
function cpuOfAgent(pid: number): AgentCpu {
  const { own, endedChildren } = cpuSeconds(pid);
  const helpers = childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child).own, 0);
  return { service: own, commands: endedChildren, helpers };
}

function total({ service, commands, helpers }: AgentCpu): number {
  return service + commands + helpers;
}
