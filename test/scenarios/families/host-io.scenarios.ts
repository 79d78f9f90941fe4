import { defineScenario, type Scenario, type ScenarioDefinition, type Truth } from '../scenario.js';
import { loadedLink, nearlyFull, slowDisk } from './host-conditions.js';
import { NODE, recording } from './healthy-scenario.js';

const GIB = 1024 ** 3;
const ENGINE = { engines: [{ maxNumSeqs: 256 }] } as const;

function onHost(rule: string, truth: Omit<Partial<Truth>, 'rootCauses'>): Truth {
  return { rootCauses: [rule], subjects: { [rule]: NODE }, ...truth };
}

const disks: readonly ScenarioDefinition[] = [
  ...(
    [
      ['root-medium', '/', 0.072, 'below 10 % available [AWESOME, KUBELET]'],
      ['root-high', '/', 0.037, 'below 5 % available [NODE-MIXIN]'],
      ['models-critical', '/var/lib/models', 0.018, 'below 3 % available [NODE-MIXIN]'],
    ] as const
  ).map(([name, mount, ratio, words], i): ScenarioDefinition => ({
    id: `disk-full-${name}`,
    family: 'host-io',
    kind: 'fault',
    title: `${Math.round(ratio * 1000) / 10} % of ${mount} are left`,
    relation: `a filesystem of root, models or logs with ${words}`,
    seed: 37_010 + i,
    build: recording({ ...ENGINE, nodeExporter: true, intervalSeconds: 30 }, (world) => {
      world.engine().busy(0.5);
      nearlyFull(world.host, mount, ratio);
      world.run({ frames: 12 });
    }),
    truth: onHost('host-disk-full', { acceptableActions: ['host-free-disk', 'lmcache-config:disk'] }),
  })),
  {
    id: 'disk-full-of-inodes',
    family: 'host-io',
    kind: 'fault',
    title: 'half of the space is free, and two percent of the inodes',
    relation: 'inodes below 5 % [rules §8.83]',
    seed: 37_013,
    build: recording({ ...ENGINE, nodeExporter: true }, (world) => {
      Object.assign(world.host.filesystems['/'] ?? {}, { freeFiles: 5.6e5 });
      world.engine().busy(0.5);
      world.run({ frames: 14 });
    }),
    truth: onHost('host-disk-full', { acceptableActions: ['host-free-disk', 'lmcache-config:disk'] }),
  },
  {
    id: 'disk-full-within-the-day',
    family: 'host-io',
    kind: 'fault',
    title: 'core dumps fill a disk that will be full in eleven hours',
    relation: 'predicted full within 24 hours at the trend of six hours [NODE-MIXIN]',
    seed: 37_014,
    build: recording(
      { gpus: [], nvidiaSmi: false, nodeExporter: true, intervalSeconds: 600, host: { cores: 16 } },
      (world) => {
        const seconds = 17.5 * 3600;
        const place = { sizeBytes: 1760 * GIB, availableBytes: 620 * GIB };
        Object.assign(world.host.filesystems['/'] ?? {}, { ...place, filledPerSecond: place.availableBytes / seconds });
        world.run({ frames: 40 });
      },
    ),
    truth: onHost('host-disk-full', { acceptableActions: ['host-free-disk', 'lmcache-config:disk'] }),
  },
  {
    id: 'io-waits-for-a-slow-disk',
    family: 'host-io',
    kind: 'fault',
    title: 'an image pull on a disk that takes 190 ms for a request',
    relation: 'tasks wait for I/O in 20 % of the time with a disk above 100 ms [AWESOME, PSI]',
    seed: 37_015,
    build: recording({ ...ENGINE, nodeExporter: true }, (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 6 });
      slowDisk(world.host);
      world.run({ frames: 18 });
    }),
    truth: onHost('host-io-pressure', {
      mustNotFind: ['host-swap-thrash', 'host-memory-pressure', 'host-disk-full'],
      acceptableActions: ['host-tune', 'lmcache-bypass-add'],
    }),
  },
  {
    id: 'io-wait-of-the-cpus',
    family: 'host-io',
    kind: 'fault',
    title: 'a fifth of the CPU time waits for a disk that is quick for each request',
    relation: 'tasks wait for I/O in 20 % of the time with iowait above 10 % [AWESOME, PSI]',
    seed: 37_016,
    build: recording({ gpus: [{ model: 'A100' }], ...ENGINE, host: { cores: 16 }, intervalSeconds: 30 }, (world) => {
      world.engine().busy(0.4);
      world.run({ frames: 4 });
      slowDisk(world.host, { waitMs: 28, iowait: 0.21, some: 34, full: 18 });
      world.run({ frames: 12 });
    }),
    truth: onHost('host-io-pressure', {
      mustNotFind: ['host-cpu-pressure', 'host-memory-pressure'],
      acceptableActions: ['host-tune', 'lmcache-bypass-add'],
    }),
  },
];

const links: readonly ScenarioDefinition[] = [
  {
    id: 'link-saturated-by-download',
    family: 'host-io',
    kind: 'fault',
    title: 'a model download takes 93 % of a link of 10 Gbit/s',
    relation: 'received or sent from 80 % of the link’s speed on [AWESOME]',
    seed: 37_020,
    build: recording({ ...ENGINE, intervalSeconds: 15 }, (world) => {
      world.engine().busy(0.5);
      loadedLink(world.host, 10_000, { rx: 0.06, tx: 0.04 });
      world.run({ frames: 5 });
      loadedLink(world.host, 10_000, { rx: 0.93, tx: 0.07 });
      world.run({ frames: 14 });
    }),
    truth: onHost('host-network-saturation', {
      mustNotFind: ['lmcache-remote-slow'],
      acceptableActions: ['lmcache-bypass-add', 'router-rebalance', 'notify-oncall'],
    }),
  },
  {
    id: 'link-drops-packets',
    family: 'host-io',
    kind: 'fault',
    title: 'an overrun ring: three of a hundred packets are dropped at a fifth of the link’s speed',
    relation: 'errors and drops above 1 % of the packets [AWESOME]',
    seed: 37_021,
    build: recording({ ...ENGINE, nodeExporter: true }, (world) => {
      world.engine().busy(0.5);
      loadedLink(world.host, 25_000, { rx: 0.2, tx: 0.16 });
      Object.assign(world.host.network.eth0 ?? {}, { dropsPerSecond: 24_000, errorsPerSecond: 60 });
      world.run({ frames: 18 });
    }),
    truth: onHost('host-network-saturation', {
      acceptableActions: ['lmcache-bypass-add', 'router-rebalance', 'notify-oncall'],
    }),
  },
];

/** Disks and links that are full or slow. */
export const hostIoScenarios: readonly Scenario[] = [...disks, ...links].map(defineScenario);
