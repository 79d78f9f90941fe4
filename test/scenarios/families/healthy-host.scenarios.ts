import type { Scenario } from '../scenario.js';
import { type HealthyDefinition, healthyScenarios, recording, usualDay } from './healthy-scenario.js';

const GIB = 1024 ** 3;
const ONE_ENGINE = { engines: [{ maxNumSeqs: 256 }] } as const;

const definitions: readonly HealthyDefinition[] = [
  {
    id: 'much-memory-used',
    title: 'a small host with a fifth of its memory available',
    relation: 'memory is short below 10 % available, and free memory says nothing [AWESOME, signals §9]',
    seed: 34_000,
    not: ['host-memory-pressure'],
    build: recording({ ...ONE_ENGINE, host: { memoryGib: 64, cores: 16 } }, (world) => {
      world.host.memoryAvailableBytes = 13 * GIB;
      usualDay(0.5)(world);
    }),
  },
  {
    id: 'sixty-percent-cpu',
    title: 'a host that computes at two thirds with a load below its cores',
    relation: 'CPU use below 90 %, short waits and a load below the cores are no pressure [NODE-MIXIN]',
    seed: 34_001,
    not: ['host-cpu-pressure', 'cpu-starved-engine'],
    build: recording({ ...ONE_ENGINE, host: { cores: 32 } }, (world) => {
      const { host } = world;
      Object.assign(host.cpu, { user: 0.55, system: 0.08, steal: 0.01 });
      host.pressure.cpuSome = 7;
      usualDay(0.6, 24)(world);
    }),
  },
  {
    id: 'limit-hit-now-and-then',
    title: 'a control group that meets its CPU limit in some periods of a hundred',
    relation: 'throttling counts from a quarter of the periods [K8S-MIXIN]',
    seed: 34_002,
    not: ['cgroup-cpu-throttled', 'cpu-starved-engine'],
    build: recording({ ...ONE_ENGINE, host: { cpuLimitCores: 8 }, intervalSeconds: 30 }, (world) => {
      world.host.cgroup.throttledRatio = 0.06;
      usualDay(0.6, 18)(world);
    }),
  },
  {
    id: 'disk-three-quarters-full',
    title: 'disks at 78 and 84 %, and filling slowly',
    relation: 'space is short below 10 % available or when it ends within a day [AWESOME, NODE-MIXIN]',
    seed: 34_003,
    not: ['host-disk-full'],
    build: recording({ ...ONE_ENGINE, nodeExporter: true, intervalSeconds: 60 }, (world) => {
      const { filesystems } = world.host;
      Object.assign(filesystems['/'] ?? {}, { availableBytes: 97 * GIB, filledPerSecond: 40_000 });
      Object.assign(filesystems['/var/lib/models'] ?? {}, { availableBytes: 560 * GIB });
      usualDay(0.5, 14)(world);
    }),
  },
  {
    id: 'link-half-used',
    title: 'a link at half of its speed and some dropped packets',
    relation: 'a link is saturated from 80 % of its speed, or with errors above 1 % of packets [AWESOME]',
    seed: 34_004,
    not: ['host-network-saturation'],
    build: recording({ ...ONE_ENGINE, nodeExporter: true }, (world) => {
      Object.assign(world.host.network.eth0 ?? {}, {
        rxBytesPerSecond: 1.6e9,
        txBytesPerSecond: 6e8,
        dropsPerSecond: 12,
      });
      usualDay(0.5)(world);
    }),
  },
  {
    id: 'short-writeback',
    title: 'twenty seconds in which a log is written out',
    relation: 'one sample of anything that needs a duration says nothing [rules §10.8]',
    seed: 34_005,
    not: ['host-io-pressure'],
    build: recording({ ...ONE_ENGINE, nodeExporter: true }, (world) => {
      const { host } = world;
      world.engine().busy(0.5);
      world.run({
        frames: 22,
        each: (seconds) => {
          const isWriting = seconds > 80 && seconds <= 100;
          Object.assign(host.pressure, isWriting ? { ioSome: 42, ioFull: 24 } : { ioSome: 0.4, ioFull: 0.2 });
          Object.assign(host.disks.nvme0n1 ?? {}, {
            writeBytesPerSecond: isWriting ? 9e8 : 2e6,
            waitMs: isWriting ? 48 : 0.4,
          });
        },
      });
    }),
  },
  {
    id: 'two-nodes-well-placed',
    title: 'an engine whose CPUs are on the node of its GPU',
    relation: 'placement is wrong only when the nodes differ [rules §8.88]',
    seed: 34_006,
    not: ['numa-misplacement'],
    build: recording(
      {
        gpus: [{ numaNode: 0 }, { numaNode: 1 }],
        engines: [
          { gpus: [0], cpusAllowed: '0-31' },
          { gpus: [1], cpusAllowed: '32-63' },
        ],
        host: { cores: 64, numaNodes: ['0-31', '32-63'] },
        intervalSeconds: 60,
      },
      usualDay(0.6, 14),
    ),
  },
  {
    id: 'clock-within-milliseconds',
    title: 'a clock some milliseconds off, and synchronised',
    relation: 'an offset counts from 50 ms on [AWESOME, NODE-MIXIN]',
    seed: 34_007,
    not: ['host-clock-skew'],
    build: recording({ ...ONE_ENGINE, nodeExporter: true, intervalSeconds: 60 }, (world) => {
      world.host.clock = { synchronized: true, offsetSeconds: -0.006 };
      usualDay(0.5, 15)(world);
    }),
  },
  {
    id: 'virtual-machine-with-little-steal',
    title: 'a virtual machine from which its neighbours take two percent',
    relation: 'steal counts from 10 % on [AWESOME]',
    seed: 34_008,
    not: ['host-cpu-pressure'],
    build: recording(
      {
        gpus: [{ model: 'T4' }],
        engines: [{ maxNumSeqs: 32 }],
        host: { cores: 8, memoryGib: 30 },
        intervalSeconds: 30,
      },
      (world) => {
        world.host.cpu.steal = 0.02;
        usualDay(0.5)(world);
      },
    ),
  },
];

/** Hosts with work to do and room left. */
export const healthyHostScenarios: readonly Scenario[] = healthyScenarios('healthy-host', definitions);
