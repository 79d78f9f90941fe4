import { defineScenario, type Scenario } from '../scenario.js';
import { around, type Bundle } from '../world/index.js';
import { loadedLink, shortOfMemory, slowDisk } from './host-conditions.js';
import { NODE, recording, usualDay } from './healthy-scenario.js';

const GIB = 1024 ** 3;
const ENGINE = { engines: [{ maxNumSeqs: 256 }] } as const;

interface Harmless {
  readonly id: string;
  readonly title: string;
  readonly relation: string;
  readonly seed: number;
  /** What it looks like. */
  readonly not: readonly string[];
  readonly build: (seed: number) => Bundle;
}

/** They look like a fault of the host and are none. */
const harmless: readonly Harmless[] = [
  {
    id: 'swap-used-without-traffic',
    title: '7 of 8 GiB of swap are used and nothing moves',
    relation: 'used swap without traffic holds stale pages and harms nobody [rules §8.81, §10.14]',
    seed: 38_000,
    not: ['host-swap-thrash', 'host-memory-pressure'],
    build: recording({ ...ENGINE, intervalSeconds: 15 }, (world) => {
      world.host.swapUsedBytes = 7 * GIB;
      world.engine().busy(0.5);
      world.skip(60);
      Object.assign(world.host.counters, { swapOutPages: 1_911_402, swapInPages: 84_117 });
      world.run({ frames: 16 });
    }),
  },
  {
    id: 'page-cache-fills-control-group',
    title: 'a control group at 98 % of its limit, half of it page cache',
    relation: 'working set is current − inactive_file: the kernel takes page cache back [signals §9, rules §10.14]',
    seed: 38_001,
    not: ['cgroup-memory-near-limit', 'host-memory-pressure', 'host-oom-kill'],
    build: recording({ ...ENGINE, host: { memoryLimitGib: 96 }, intervalSeconds: 15 }, (world) => {
      Object.assign(world.host.cgroup, { currentBytes: 94.2 * GIB, inactiveFileBytes: 47 * GIB });
      usualDay(0.5)(world);
    }),
  },
  {
    id: 'little-free-much-available',
    title: 'one of 256 GiB is free, and 110 GiB are available',
    relation: 'MemAvailable counts, never MemFree [signals §9]',
    seed: 38_002,
    not: ['host-memory-pressure'],
    build: recording({ ...ENGINE, host: { memoryGib: 256 } }, (world) => {
      world.host.memoryAvailableBytes = 110 * GIB;
      usualDay(0.5)(world);
    }),
  },
  {
    id: 'old-kills-since-boot',
    title: 'counters tell of five kills before the recording began',
    relation: 'totals at first sight without an increase are history [rules §8.82]',
    seed: 38_003,
    not: ['host-oom-kill', 'cgroup-memory-near-limit'],
    build: recording({ ...ENGINE, host: { memoryLimitGib: 128 }, hasKernelLog: false }, (world) => {
      world.engine().busy(0.5);
      world.skip(60);
      Object.assign(world.host.counters, { oomKills: 5, oom: 2, oomKill: 2, max: 311, high: 90 });
      world.run({ frames: 16 });
    }),
  },
  {
    id: 'full-filesystems-that-are-none',
    title: 'a full tmpfs and full read-only images',
    relation: 'tmpfs and read-only squashfs are not disks that fill up [rules §8.83]',
    seed: 38_004,
    not: ['host-disk-full'],
    build: recording({ ...ENGINE, nodeExporter: true }, (world) => {
      const still = { filledPerSecond: 0, files: 1e5, freeFiles: 0, availableBytes: 0 };
      Object.assign(world.host.filesystems, {
        '/run/lock': { ...still, device: 'tmpfs', type: 'tmpfs', sizeBytes: 5_242_880 },
        '/snap/core22/1612': { ...still, device: '/dev/loop3', type: 'squashfs', sizeBytes: 6.6e7, readOnly: true },
      });
      usualDay(0.5)(world);
    }),
  },
  {
    id: 'nvme-always-busy',
    title: 'an NVMe disk that is never idle and answers within a millisecond',
    relation: 'utilisation of an NVMe disk is not its saturation [signals §9, rules §8.84]',
    seed: 38_005,
    not: ['host-io-pressure'],
    build: recording({ ...ENGINE, nodeExporter: true }, (world) => {
      Object.assign(world.host.disks.nvme0n1 ?? {}, { readBytesPerSecond: 2.6e9, requestBytes: 131_072, waitMs: 0.9 });
      Object.assign(world.host.pressure, { ioSome: 9, ioFull: 3 });
      world.host.cpu.iowait = 0.02;
      usualDay(0.5)(world);
    }),
  },
  {
    id: 'link-of-unknown-speed',
    title: 'a virtual link with much traffic and no known speed',
    relation: 'speed −1 is unknown: what is 80 % of it cannot be said [rules §8.90]',
    seed: 38_006,
    not: ['host-network-saturation'],
    build: recording({ ...ENGINE }, (world) => {
      loadedLink(world.host, 10_000, { rx: 1.3, tx: 0.6 });
      Object.assign(world.host.network.eth0 ?? {}, { speedMegabits: -1 });
      usualDay(0.5)(world);
    }),
  },
  {
    id: 'bus-without-known-node',
    title: 'a GPU of which the kernel does not know the node',
    relation: 'numa_node −1 is unknown [signals §9]',
    seed: 38_007,
    not: ['numa-misplacement'],
    build: recording(
      {
        gpus: [{ numaNode: -1 }],
        engines: [{ cpusAllowed: '32-63' }],
        host: { cores: 64, numaNodes: ['0-31', '32-63'] },
        intervalSeconds: 60,
      },
      usualDay(0.5, 14),
    ),
  },
  {
    id: 'no-cpu-limit',
    title: 'an engine without a CPU limit whose API server and loop take a core each',
    relation: 'without a limit nothing throttles, and a busy loop is normal [rules §8.86, §10.7]',
    seed: 38_008,
    not: ['cgroup-cpu-throttled', 'cpu-starved-engine', 'host-cpu-pressure'],
    build: recording({ ...ENGINE, host: { cores: 16 }, intervalSeconds: 30 }, (world) => {
      const engine = world.engine();
      engine.pinned = { apiServerCores: 0.9 };
      world.host.pressure.cpuSome = 11;
      usualDay(0.7)(world);
    }),
  },
];

/** They look like one fault of the host and are another. */
const others: readonly Scenario[] = [
  defineScenario({
    id: 'io-pressure-by-want-of-memory',
    family: 'host-twins',
    kind: 'twin',
    title: 'the disk is busy because the host swaps for want of memory',
    relation: 'swap and waits for I/O are consequences of want of memory [rules §9, row 80]',
    seed: 38_020,
    build: recording({ ...ENGINE, nodeExporter: true, host: { memoryGib: 128 } }, (world) => {
      const { host } = world;
      world.engine().busy(0.5);
      world.run({ frames: 6 });
      shortOfMemory(host, 0.03, 16);
      world.run({ frames: 3 });
      host.swapInBytes = 9e6;
      host.swapOutBytes = 1.6e7;
      host.swapUsedBytes = 5.2 * GIB;
      slowDisk(host, { waitMs: 140, iowait: 0.14, some: 37, full: 24 });
      world.run({ frames: 18 });
    }),
    truth: {
      rootCauses: ['host-memory-pressure'],
      subjects: { 'host-memory-pressure': NODE },
      mustFind: ['host-swap-thrash', 'host-io-pressure'],
      mustNotFind: ['host-disk-full'],
      acceptableActions: ['k8s-patch-resources', 'lmcache-config:l1-size', 'notify-oncall'],
      forbiddenActions: ['vllm-sleep', 'gpu-reset'],
    },
  }),
  defineScenario({
    id: 'remote-cache-slow-on-a-free-link',
    family: 'host-twins',
    kind: 'twin',
    title: 'a remote cache that answers slowly while the link is nearly idle',
    relation:
      'retrieval slower than the prefill that it saves, and slow retrievals growing [LMC-OBS]; the link is not its cause',
    seed: 38_021,
    build: recording({ ...ENGINE, lmcache: 'in-process', intervalSeconds: 15 }, (world) => {
      const cache = world.cache();
      Object.assign(cache, { hasRemote: true, remoteShare: 0.7, hitRatio: 0.45 });
      world.engine().busy(0.45, { promptTokens: 1500 });
      loadedLink(world.host, 25_000, { rx: 0.05, tx: 0.03 });
      world.run({ frames: 8 });
      Object.assign(cache, {
        remoteGetMilliseconds: around(1400, 1.6),
        retrieveTokensPerSecond: around(950, 1.5),
        slowRetrievalsPerMinute: 22,
        pingMilliseconds: 48,
      });
      // The engine waits for what it retrieves.
      world.engine().externalWaitSeconds = 0.45;
      world.run({ frames: 16 });
    }),
    truth: {
      rootCauses: ['lmcache-remote-slow'],
      mustNotFind: ['host-network-saturation', 'lmcache-unhealthy'],
      acceptableActions: [
        'lmcache-bypass-add',
        'lmcache-config:remote',
        'lmcache-config:min-retrieve-tokens',
        'host-tune',
      ],
      forbiddenActions: ['lmcache-clear-local', 'gpu-reset'],
    },
  }),
];

/** Look-alikes of faults of the host. */
export const hostTwinsScenarios: readonly Scenario[] = [
  ...harmless.map(({ not, ...rest }) =>
    defineScenario({ ...rest, family: 'host-twins', kind: 'twin', truth: { rootCauses: [], mustNotFind: not } }),
  ),
  ...others,
];
