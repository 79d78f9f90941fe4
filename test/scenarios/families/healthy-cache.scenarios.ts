import type { Scenario } from '../scenario.js';
import { around, type Bundle } from '../world/index.js';
import { type HealthyDefinition, healthyScenarios, recording, usualDay } from './healthy-scenario.js';

const GIB = 1024 ** 3;

/** A person copies the pages that answered. */
function withoutDeadPages(bundle: Bundle): Bundle {
  for (const frame of bundle.frames) {
    const answered = (frame.metrics ?? []).filter(({ status = 200 }) => status !== 0);
    if (answered.length > 0) frame.metrics = answered;
    else delete frame.metrics;
  }
  return bundle;
}

const definitions: readonly HealthyDefinition[] = [
  {
    id: 'lmcache-mp-at-watermark',
    title: 'an LMCache server full to its watermark that finds most of what is asked for',
    relation: 'the server evicts at 0.8: a steady 0.8 with a high hit rate is a full cache at work [LMC-MP]',
    seed: 32_000,
    not: ['lmcache-eviction-thrash', 'lmcache-low-hit', 'host-memory-pressure'],
    build: recording({ engines: [{ maxNumSeqs: 256 }], lmcache: 'mp', intervalSeconds: 60 }, (world) => {
      Object.assign(world.cache().full(), { hitRatio: 0.62, evictedReuseShare: 0.02 });
      world.engine().busy(0.6, { promptTokens: 1600, prefixHitRatio: 0.3 });
      world.run({ frames: 14 });
    }),
  },
  {
    id: 'lmcache-pinned-memory',
    title: 'an LMCache in the engine that holds 120 of 256 GiB of the host pinned',
    relation: 'LMCache pins its pool: Mlocked is large by design [signals §9, rules §10.14]',
    seed: 32_001,
    not: ['host-memory-pressure', 'lmcache-pin-leak'],
    build: recording(
      { engines: [{ maxNumSeqs: 256 }], lmcache: 'in-process', host: { memoryGib: 256 }, nodeExporter: true },
      (world) => {
        world.host.mlockedBytes = 120 * GIB;
        world.host.memoryAvailableBytes = 71 * GIB;
        world.cache().full().hitRatio = 0.4;
        usualDay(0.6)(world);
      },
    ),
  },
  {
    id: 'lmcache-low-hit-behind-prefix-cache',
    title: 'an LMCache that is rarely asked for anything because the GPU’s own cache has it',
    relation: 'a low hit rate is expected where the prefix cache finds most already [rules §7.73]',
    seed: 32_002,
    not: ['lmcache-low-hit', 'lmcache-eviction-thrash'],
    build: recording(
      { gpus: [{ model: 'L40S' }], engines: [{ maxNumSeqs: 128 }], lmcache: 'in-process', intervalSeconds: 60 },
      (world) => {
        world.cache().hitRatio = 0.06;
        world.engine().busy(0.8, { promptTokens: 900, prefixHitRatio: 0.56 });
        world.run({ frames: 38 });
      },
    ),
  },
  {
    id: 'unique-prompts',
    title: 'long prompts that never repeat',
    relation: 'a low prefix hit rate without evidence of reuse: traffic may simply be unique [rules §6.63]',
    seed: 32_003,
    not: ['prefix-cache-low-hit', 'lmcache-disabled-reuse-high'],
    build: recording({ engines: [{ maxNumSeqs: 256 }], intervalSeconds: 60 }, (world) => {
      world.engine().busy(0.5, { promptTokens: 1700, prefixHitRatio: 0.03 });
      world.run({ frames: 16 });
    }),
  },
  {
    id: 'lmcache-counters-zeroed',
    title: 'an LMCache whose counters someone set to zero',
    relation:
      'LMCache counters can be zeroed by a call without a restart: that interval is dropped [LMC-OBS, rules §10.13]',
    seed: 32_004,
    not: ['lmcache-unhealthy', 'lmcache-low-hit', 'engine-crash-loop'],
    build: recording({ engines: [{ maxNumSeqs: 256 }], lmcache: 'mp' }, (world) => {
      world.engine().busy(0.6);
      world.run({ frames: 8 });
      world.cache().reset();
      world.run({ frames: 12 });
    }),
  },
  {
    id: 'cold-start',
    title: 'the first minutes of an engine: compiled on first use, caches empty',
    relation: 'latency of the first two minutes and hits of the first thirty do not count [rules §10.15]',
    seed: 32_005,
    not: ['ttft-slo-prefill', 'ttft-slo-frontend', 'prefix-cache-low-hit'],
    build: recording({ engines: [{ maxNumSeqs: 256, startedSecondsAgo: 15 }] }, (world) => {
      const engine = world.engine().busy(0.35, { prefixHitRatio: 0.02 });
      world.run({
        frames: 24,
        each: (seconds) => {
          engine.pinned = seconds < 80 ? { prefillTime: around(3.4, 1.5) } : {};
        },
      });
    }),
  },
  {
    id: 'model-load',
    title: 'a model is read from a network disk for two minutes before its engine answers',
    relation: 'pressure on I/O while a model loads at start is expected for some minutes [rules §8.84]',
    seed: 32_006,
    not: ['host-io-pressure', 'engine-unreachable', 'gpu-orphan-memory'],
    build: (seed) =>
      withoutDeadPages(
        recording({ engines: [{ startedSecondsAgo: 12, maxNumSeqs: 256 }], host: { cores: 32 } }, (world) => {
          const { host } = world;
          const engine = world.engine().busy(0.3);
          world.run({
            frames: 26,
            each: (seconds) => {
              const isLoading = seconds < 120;
              engine.availability = isLoading ? 'loading' : 'up';
              Object.assign(host.pressure, isLoading ? { ioSome: 38, ioFull: 19 } : { ioSome: 0.4, ioFull: 0.1 });
              host.cpu.iowait = isLoading ? 0.13 : 0.001;
              Object.assign(host.disks.nvme0n1 ?? {}, {
                readBytesPerSecond: isLoading ? 1.1e9 : 4e5,
                waitMs: isLoading ? 38 : 0.4,
              });
            },
          });
        })(seed),
      ),
  },
  {
    id: 'planned-restart',
    title: 'one planned restart of an engine, back within twenty seconds',
    relation: 'a single restart is context: counters fall and begin anew [rules §6.68, §10.13]',
    seed: 32_007,
    not: ['engine-restarted', 'engine-crash-loop', 'engine-unreachable'],
    build: recording({ engines: [{ maxNumSeqs: 256 }], lmcache: 'in-process', kernelLogForm: 'journal' }, (world) => {
      const engine = world.engine().busy(0.5);
      world.run({ frames: 9 });
      engine.availability = 'refused';
      world.run({ frames: 2 });
      engine.restart(world.seconds);
      world.run({ frames: 15 });
    }),
  },
  {
    id: 'speculation-at-low-batch',
    title: 'speculative decoding with few accepted drafts at a small batch',
    relation: 'at a low batch even a low acceptance pays [rules §6.71]',
    seed: 32_008,
    not: ['spec-decode-ineffective'],
    build: recording({ engines: [{ maxNumSeqs: 64 }], intervalSeconds: 60 }, (world) => {
      Object.assign(world.engine(), { draftTokensPerToken: 2, draftAcceptance: 0.24 });
      world.engine().busy(0.06);
      world.run({ frames: 13 });
    }),
  },
];

/** Caches and starts that look poor and are as they should be. */
export const healthyCacheScenarios: readonly Scenario[] = healthyScenarios('healthy-cache', definitions);
