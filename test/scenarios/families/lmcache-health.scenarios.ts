import type { Scenario } from '../scenario.js';
import type { HostWorld } from '../world/index.js';
import { type EngineDefinition, engineScenarios, LMCACHE_FLAGS, LMCACHE_MP_FLAGS, NODE } from './engine-scenario.js';

const ENGINE = { maxNumSeqs: 256, flags: LMCACHE_FLAGS };
const ENGINE_OF_SERVER = { maxNumSeqs: 256, flags: LMCACHE_MP_FLAGS };
const INTERNAL = { mode: 'in-process', at: 'internal-api' } as const;
const LONG = { promptTokens: 1400, outputTokens: 220, prefixHitRatio: 0.25 };
const GIB = 1024 ** 3;

const UNHEALTHY_TRUTH = {
  rootCauses: ['lmcache-unhealthy'],
  mustNotFind: ['lmcache-low-hit', 'lmcache-eviction-thrash', 'lmcache-metrics-missing', 'prefix-cache-low-hit'],
  acceptableActions: ['lmcache-health-check', 'lmcache-bypass-add', 'notify-oncall'],
  forbiddenActions: ['lmcache-clear-local', 'lmcache-mp-clear', 'vllm-restart', 'vllm-reset-prefix-cache'],
};

/** A remote tier that serves two thirds of the hits. */
function withRemote(world: HostWorld): void {
  Object.assign(world.cache(), { hasRemote: true, remoteShare: 0.65, hitRatio: 0.42 });
}

/** Every read takes most of a second; requests wait for their blocks before they run. */
function slowRemote(world: HostWorld): void {
  Object.assign(world.cache(), {
    remoteGetMilliseconds: { median: 780, p95: 1900 },
    retrieveTokensPerSecond: { median: 2600, p95: 5200 },
    slowRetrievalsPerMinute: 11,
    pingMilliseconds: 19,
  });
  world.engine().externalWaitSeconds = 0.9;
}

const unhealthy: readonly EngineDefinition[] = [
  {
    id: 'lmcache-unhealthy-in-process',
    kind: 'fault',
    title: 'LMCache says that it is unhealthy, and two fifths of the tokens are no longer found',
    relation: 'unhealthy LMCache answers 0 hits and skips stores without an error [LMC-HEALTH]',
    seed: 20_500,
    machine: { engines: [ENGINE], lmcache: [INTERNAL], intervalSeconds: 30 },
    act: (world) => {
      withRemote(world);
      world.engine().busy(0.4, LONG);
      world.run({ frames: 6 });
      Object.assign(world.cache(), { isHealthy: false, pingErrorCode: -1 });
      world.run({ frames: 14 });
    },
    truth: UNHEALTHY_TRUTH,
  },
  {
    id: 'lmcache-unhealthy-server',
    kind: 'fault',
    title: 'the LMCache server answers its health check with 503',
    relation: 'MP: GET /healthcheck 200 healthy, 503 not [LMC-MP-HTTP]',
    seed: 20_501,
    machine: { gpus: [{ model: 'A100' }], engines: [ENGINE_OF_SERVER], lmcache: [{ mode: 'mp' }], intervalSeconds: 15 },
    act: (world) => {
      world.engine().busy(0.4, LONG);
      world.run({ frames: 6 });
      world.cache().isHealthy = false;
      world.run({ frames: 14 });
    },
    truth: UNHEALTHY_TRUTH,
  },
  {
    id: 'lmcache-remote-unreachable',
    kind: 'fault',
    title: 'pings of the remote tier time out although LMCache calls itself healthy',
    relation: 'remote_ping_error_code −1 = time-out [signals §7]',
    seed: 20_502,
    machine: { engines: [ENGINE], lmcache: [{ mode: 'in-process' }], intervalSeconds: 15 },
    act: (world) => {
      withRemote(world);
      world.engine().busy(0.45, LONG);
      world.run({ frames: 6 });
      Object.assign(world.cache(), { pingErrorCode: -1, remoteShare: 0, hitRatio: 0.15 });
      world.run({ frames: 14 });
    },
    truth: UNHEALTHY_TRUTH,
  },
];

const remote: readonly EngineDefinition[] = [
  {
    id: 'lmcache-remote-slow',
    kind: 'fault',
    title: 'the remote tier delivers 2600 tokens a second where computing them gives 20 000; the network is quiet',
    relation: 'retrieving slower than computing costs time; num_slow_retrieval_* counts it [LMC-OBS]',
    seed: 20_510,
    machine: { engines: [ENGINE], lmcache: [{ mode: 'in-process' }], intervalSeconds: 15 },
    act: (world) => {
      withRemote(world);
      world.engine().busy(0.4, LONG);
      world.run({ frames: 6 });
      slowRemote(world);
      world.run({ frames: 18, each: () => (world.engine().deferred = Math.round(world.random.near(11, 0.15))) });
    },
    truth: {
      rootCauses: ['lmcache-remote-slow'],
      mustFind: ['requests-deferred'],
      mustNotFind: [
        'host-network-saturation',
        'queue-backlog',
        'max-num-seqs-bound',
        'kv-cache-saturated',
        'lora-thrash',
      ],
      acceptableActions: ['lmcache-bypass-add', 'lmcache-config:remote', 'lmcache-config:min-retrieve-tokens'],
      forbiddenActions: ['k8s-scale', 'vllm-config:max-num-seqs', 'lmcache-clear-local'],
    },
  },
  {
    id: 'lmcache-remote-slow-by-network',
    kind: 'twin',
    title: 'the same slow remote tier behind a link that a backup keeps at 94 %',
    relation:
      'a link at 80 % of its speed and more is saturated [AWESOME]; it comes before the slow remote tier [rules §9]',
    seed: 20_511,
    machine: { engines: [ENGINE], lmcache: [{ mode: 'in-process' }], intervalSeconds: 15, target: NODE },
    act: (world) => {
      withRemote(world);
      world.engine().busy(0.4, LONG);
      world.run({ frames: 6 });
      Object.assign(world.host.network.eth0 ?? {}, { rxBytesPerSecond: 2.93e9, txBytesPerSecond: 9e8 });
      slowRemote(world);
      world.run({ frames: 18, each: () => (world.engine().deferred = Math.round(world.random.near(12, 0.15))) });
    },
    truth: {
      rootCauses: ['host-network-saturation'],
      subjects: { 'host-network-saturation': NODE },
      mustFind: ['lmcache-remote-slow', 'requests-deferred'],
      mustNotFind: ['queue-backlog', 'max-num-seqs-bound', 'kv-cache-saturated'],
      acceptableActions: ['lmcache-bypass-add', 'router-rebalance', 'notify-oncall'],
      forbiddenActions: ['vllm-config:max-num-seqs', 'lmcache-clear-local'],
    },
  },
  {
    id: 'lmcache-remote-quick',
    kind: 'twin',
    title: 'a remote tier of 25 000 tokens a second, with a slow read now and then',
    relation:
      'a remote tier pays where it is quicker than computing [rules §7.75]; times of remote reads are in ms [LMC-OBS]',
    seed: 20_512,
    machine: { gpus: [{ model: 'L40S' }], engines: [ENGINE], lmcache: [{ mode: 'in-process' }], intervalSeconds: 15 },
    act: (world) => {
      withRemote(world);
      Object.assign(world.cache(), { slowRetrievalsPerMinute: 0.3 });
      world.engine().busy(0.5, { ...LONG, promptTokens: 900 });
      world.run({ frames: 20 });
    },
    truth: { rootCauses: [], mustNotFind: ['lmcache-remote-slow', 'requests-deferred', 'host-network-saturation'] },
  },
];

const failures: readonly EngineDefinition[] = [
  {
    id: 'lmcache-allocations-fail',
    kind: 'fault',
    title: 'the server’s first tier has no room for what is to be loaded; allocations fail all the time',
    relation: 'l1_allocation_failure and l2_prefetch_failure{reason=l1_oom} should be 0 [LMC-MP]',
    seed: 20_520,
    machine: { engines: [ENGINE_OF_SERVER], lmcache: [{ mode: 'mp', capacityGib: 20 }], intervalSeconds: 15 },
    act: (world) => {
      world.engine().busy(0.5, LONG);
      world.run({ frames: 5 });
      Object.assign(world.cache(), {
        allocationFailuresPerSecond: 0.7,
        prefetchFailuresPerSecond: 0.4,
        usageRatio: 0.79,
      });
      world.run({ frames: 16 });
    },
    truth: {
      rootCauses: ['lmcache-l1-alloc-failure'],
      mustNotFind: ['lmcache-unhealthy', 'host-disk-full', 'host-memory-pressure'],
      acceptableActions: ['lmcache-config:l1-size', 'lmcache-health-check'],
      forbiddenActions: ['lmcache-mp-clear', 'vllm-restart'],
    },
  },
  {
    id: 'lmcache-failed-once-at-start',
    kind: 'twin',
    title: 'some allocations failed in the first seconds after the start and none since',
    relation: 'a single burst at start-up is no fault [rules §7.76]',
    seed: 20_521,
    machine: {
      engines: [{ ...ENGINE_OF_SERVER, startedSecondsAgo: 120 }],
      lmcache: [{ mode: 'mp' }],
      intervalSeconds: 15,
    },
    act: (world) => {
      world.engine().busy(0.4, LONG);
      world.run({ frames: 2 });
      world.cache().counters.allocationFailures += 37;
      world.run({ frames: 18 });
    },
    truth: { rootCauses: [], mustNotFind: ['lmcache-l1-alloc-failure', 'lmcache-unhealthy', 'lmcache-low-hit'] },
  },
  {
    id: 'lmcache-disk-tier-full',
    kind: 'fault',
    title: 'the disk of the second tier has 1.6 % left and stores fail',
    relation: 'less than 3 % available is critical [NODE-MIXIN]; a full disk comes before failed puts [rules §9]',
    seed: 20_522,
    machine: {
      engines: [ENGINE],
      lmcache: [{ mode: 'in-process' }],
      intervalSeconds: 30,
      nodeExporter: true,
      target: NODE,
    },
    act: (world) => {
      world.host.filesystems['/var/lib/lmcache'] = {
        device: '/dev/nvme2n1',
        type: 'xfs',
        sizeBytes: 900 * GIB,
        availableBytes: 14.5 * GIB,
        files: 40e6,
        freeFiles: 39e6,
        filledPerSecond: 2e5,
      };
      world.engine().busy(0.45, LONG);
      world.cache().allocationFailuresPerSecond = 0.5;
      world.run({ frames: 18 });
    },
    truth: {
      rootCauses: ['host-disk-full'],
      subjects: { 'host-disk-full': NODE },
      mustFind: ['lmcache-l1-alloc-failure'],
      mustNotFind: ['lmcache-unhealthy', 'host-memory-pressure'],
      acceptableActions: ['host-free-disk', 'lmcache-config:disk'],
      forbiddenActions: ['vllm-restart', 'lmcache-mp-clear'],
    },
  },
  {
    id: 'lmcache-pins-leak',
    kind: 'fault',
    title: 'pinned objects become more and more for forty minutes, and some are unpinned by force',
    relation: 'pinned_memory_objs_count returns to its baseline; forced_unpin_count should not grow [LMC-OBS]',
    seed: 20_523,
    machine: { engines: [ENGINE], lmcache: [INTERNAL], intervalSeconds: 60 },
    act: (world) => {
      Object.assign(world.cache(), { pinnedPerMinute: 9, forcedUnpinsPerMinute: 1.4 });
      world.engine().busy(0.4, LONG);
      world.run({ frames: 41 });
    },
    truth: {
      rootCauses: ['lmcache-pin-leak'],
      mustNotFind: ['lmcache-unhealthy', 'lmcache-l1-alloc-failure', 'lmcache-low-hit'],
      forbiddenActions: ['lmcache-clear-local', 'lmcache-controller-pin'],
    },
  },
  {
    id: 'lmcache-pins-come-and-go',
    kind: 'twin',
    title: 'pinned objects follow the traffic up and down',
    relation: 'pins are held while requests run [LMC-OBS]; only an unbroken rise is a leak [rules §7.77]',
    seed: 20_524,
    machine: { gpus: [{ model: 'A100' }], engines: [ENGINE], lmcache: [INTERNAL], intervalSeconds: 60 },
    act: (world) => {
      world.engine().busy(0.5, LONG);
      world.run({
        frames: 41,
        each: (seconds) => {
          const wave = 40 + 30 * Math.sin(seconds / 300);
          world.cache().pinnedObjects = Math.max(0, Math.round(world.random.near(wave, 0.12)));
        },
      });
    },
    truth: { rootCauses: [], mustNotFind: ['lmcache-pin-leak', 'lmcache-low-hit', 'lmcache-unhealthy'] },
  },
];

export const lmcacheHealthScenarios: readonly Scenario[] = engineScenarios('lmcache-health', [
  ...unhealthy,
  ...remote,
  ...failures,
]);
