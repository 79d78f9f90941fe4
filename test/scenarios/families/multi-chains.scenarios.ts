import { defineScenario, type Scenario, type ScenarioDefinition } from '../scenario.js';
import { around } from '../world/index.js';
import { NODE, recording } from './healthy-scenario.js';
import { loadedLink, nearlyFull, shortOfMemory, swapping } from './host-conditions.js';

/** Identity of the n-th card, where a scenario names it. */
const card = (n: number): string => `GPU-6d0${n}a41c-77e2-4c0b-a5f1-0c9be24d1a${n}0`;
const cards = (count: number): { uuid: string }[] => Array.from({ length: count }, (_, n) => ({ uuid: card(n) }));
const one = (gpu: number, maxNumSeqs = 256): { gpus: number[]; maxNumSeqs: number } => ({ gpus: [gpu], maxNumSeqs });

const chains: readonly ScenarioDefinition[] = [
  {
    id: 'link-to-remote-cache-to-deferred',
    family: 'multi',
    kind: 'fault',
    title: 'a backup fills the link: the remote cache answers late and requests wait for their KV',
    relation: 'network → remote cache slow → requests deferred [rules §9, rows 90 and 75]',
    seed: 39_020,
    build: recording({ gpus: cards(1), engines: [one(0)], lmcache: 'in-process', intervalSeconds: 15 }, (world) => {
      const cache = world.cache();
      const engine = world.engine().busy(0.45, { promptTokens: 1500 });
      Object.assign(cache, { hasRemote: true, remoteShare: 0.7, hitRatio: 0.45 });
      loadedLink(world.host, 10_000, { rx: 0.12, tx: 0.08 });
      world.run({ frames: 8 });
      loadedLink(world.host, 10_000, { rx: 0.95, tx: 0.2 });
      world.run({ frames: 2 });
      Object.assign(cache, {
        remoteGetMilliseconds: around(1600, 1.6),
        retrieveTokensPerSecond: around(900, 1.5),
        slowRetrievalsPerMinute: 26,
        pingMilliseconds: 55,
      });
      world.run({
        frames: 16,
        each: () => {
          engine.deferred = Math.round(world.random.between(8, 13));
        },
      });
    }),
    truth: {
      rootCauses: ['host-network-saturation'],
      subjects: { 'host-network-saturation': NODE },
      mustFind: ['lmcache-remote-slow', 'requests-deferred'],
      mustNotFind: ['queue-backlog', 'lmcache-unhealthy', 'kv-cache-saturated'],
      acceptableActions: ['lmcache-bypass-add', 'router-rebalance', 'notify-oncall'],
      forbiddenActions: ['lmcache-clear-local', 'gpu-reset'],
    },
  },
  {
    id: 'memory-to-kill-to-restart',
    family: 'multi',
    kind: 'fault',
    title: 'memory ends, the engine is killed, comes back and finds its caches cold',
    relation: 'want of memory → kill → restart [rules §9, row 82]',
    seed: 39_021,
    build: recording(
      { gpus: cards(1), engines: [one(0)], host: { memoryGib: 192 }, kernelLogForm: 'kmsg' },
      (world) => {
        const engine = world.engine().busy(0.5);
        world.run({ frames: 6 });
        shortOfMemory(world.host, 0.03, 9);
        world.run({ frames: 15 });
        world.kernelLog.oomKill(world.host, { pid: engine.workerPid(), name: 'VLLM::EngineCor', cgroup: null });
        engine.availability = 'refused';
        world.run({ frames: 2 });
        engine.restart(world.seconds).serve({ prefixHitRatio: 0.05 });
        world.run({ frames: 10 });
      },
    ),
    truth: {
      rootCauses: ['host-memory-pressure'],
      subjects: { 'host-memory-pressure': NODE },
      mustFind: ['host-oom-kill'],
      mustNotFind: ['engine-crash-loop', 'gpu-lost', 'prefix-cache-low-hit'],
      acceptableActions: ['k8s-patch-resources', 'lmcache-config:l1-size', 'notify-oncall'],
      forbiddenActions: ['vllm-sleep', 'gpu-reset'],
    },
  },
  {
    id: 'memory-to-swap-beside-locked-clocks',
    family: 'multi',
    kind: 'multi',
    title: 'a host that swaps for want of memory, and a GPU with clocks left locked',
    relation: 'swap belongs to the want of memory [rules §9, row 80]; the clocks belong to nothing else',
    seed: 39_022,
    build: recording(
      { gpus: cards(2), engines: [one(0), one(1)], host: { memoryGib: 256 }, intervalSeconds: 15 },
      (world) => {
        for (const engine of world.engines) engine.busy(0.45);
        world.gpu(1).lockedSmMhz = 1200;
        world.run({ frames: 6 });
        shortOfMemory(world.host, 0.05, 11);
        world.run({ frames: 2 });
        swapping(world.host, 8e6);
        world.run({ frames: 14 });
      },
    ),
    truth: {
      rootCauses: ['host-memory-pressure', 'gpu-clocks-locked-low'],
      subjects: { 'host-memory-pressure': NODE, 'gpu-clocks-locked-low': card(1) },
      mustFind: ['host-swap-thrash'],
      mustNotFind: ['gpu-thermal-hw-slowdown', 'host-oom-kill'],
      acceptableActions: ['gpu-reset-clocks', 'k8s-patch-resources', 'lmcache-config:l1-size', 'notify-oncall'],
      forbiddenActions: ['vllm-sleep', 'gpu-reset'],
    },
  },
  {
    id: 'full-disk-to-failed-allocations',
    family: 'multi',
    kind: 'fault',
    title: 'the disk tier of a cache has filled its filesystem and can store no more',
    relation: 'disk full → puts and allocations fail [rules §9, row 83; LMC-MP]',
    seed: 39_023,
    build: recording(
      { gpus: cards(1), engines: [one(0)], lmcache: 'mp', nodeExporter: true, intervalSeconds: 15 },
      (world) => {
        const cache = world.cache();
        world.engine().busy(0.5, { promptTokens: 1400 });
        nearlyFull(world.host, '/var/lib/models', 0.021);
        world.run({ frames: 6 });
        nearlyFull(world.host, '/var/lib/models', 0.004);
        Object.assign(cache, { allocationFailuresPerSecond: 0.9, prefetchFailuresPerSecond: 0.4 });
        world.run({ frames: 14 });
      },
    ),
    truth: {
      rootCauses: ['host-disk-full'],
      subjects: { 'host-disk-full': NODE },
      mustFind: ['lmcache-l1-alloc-failure'],
      mustNotFind: ['lmcache-unhealthy', 'host-memory-pressure'],
      acceptableActions: ['host-free-disk', 'lmcache-config:disk'],
      forbiddenActions: ['lmcache-mp-clear', 'gpu-reset'],
    },
  },
];

/** Chains of consequences, alone and beside another root. */
export const multiChainsScenarios: readonly Scenario[] = chains.map(defineScenario);
