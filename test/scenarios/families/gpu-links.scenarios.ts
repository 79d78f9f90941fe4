import { defineScenario, type Scenario } from '../scenario.js';
import type { GpuModelName, HostWorld } from '../world/index.js';
import { servingWorld, uuidOf } from './gpu-worlds.js';

const family = 'gpu-links';
const PCIE = 'pcie-link-degraded';
const REPLAY = 'pcie-replay-rate';
const NVLINK = 'nvlink-errors';
const FABRIC = 'fabric-unhealthy';
const LINK_ACTIONS = {
  acceptableActions: ['notify-oncall', 'collect-diagnostics'],
  forbiddenActions: ['gpu-reset', 'gpu-reset-clocks'],
} as const;

const pcie: readonly Scenario[] = [
  defineScenario({
    id: 'pcie-four-lanes',
    family,
    kind: 'fault',
    title: 'One of four L40S has four lanes under load',
    relation:
      'Below the maximum of GPU and system while busy, and unlike its siblings: seating, riser, signal [CAP-H100]',
    seed: 601,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'L40S', gpus: 4, level: 0.5 }).run({ frames: 5 });
      world.gpu(3).pcie.width = 4;
      return world.run({ frames: 12 }).bundle();
    },
    truth: {
      rootCauses: [PCIE],
      subjects: { [PCIE]: uuidOf(3) },
      mustNotFind: [REPLAY, 'gpu-clocks-locked-low'],
      ...LINK_ACTIONS,
    },
  }),
  defineScenario({
    id: 'pcie-replays',
    family,
    kind: 'fault',
    title: 'T4 repeats two dozen PCIe packets a minute',
    relation: 'Replays per minute above ceil(k × lanes), here 8, two minutes in a row: signal integrity [DCGM-HW]',
    seed: 606,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'T4' }).run({ frames: 6 });
      world.gpu().pcieReplaysPerMinute = 24;
      return world.run({ frames: 24 }).bundle();
    },
    truth: { rootCauses: [REPLAY], subjects: { [REPLAY]: uuidOf(0) }, mustNotFind: [PCIE], ...LINK_ACTIONS },
  }),
];

const nvlink: readonly Scenario[] = [
  defineScenario({
    id: 'nvlink-recoveries-a100',
    family,
    kind: 'fault',
    title: 'The links of an A100 recover again and again',
    relation: 'Any recovery error in a window is an NVLink failure sign [DCGM-HW]',
    seed: 612,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'A100', gpus: 2, width: 2, dcgm: 'full', intervalSeconds: 15 });
      world.run({ frames: 4 });
      const each = (): void => {
        const { nvlinkErrors } = world.gpu();
        nvlinkErrors.replay += 5;
        nvlinkErrors.recovery += 1;
      };
      return world.run({ frames: 12, each }).bundle();
    },
    truth: {
      rootCauses: [NVLINK],
      subjects: { [NVLINK]: uuidOf(0) },
      mustNotFind: ['gpu-xid-critical'],
      ...LINK_ACTIONS,
    },
  }),
];

const fabric: readonly Scenario[] = (
  [
    ['unhealthy', 'H100', { health: 'Unhealthy' }, 19 * 86_400],
    ['in-progress', 'H200', { state: 'In Progress', status: 'N/A', health: 'N/A' }, 1500],
  ] as const
).map(([id, model, state, bootedSecondsAgo], i) =>
  defineScenario({
    id: `fabric-${id}`,
    family,
    kind: 'fault',
    title: `The NVSwitch fabric of four ${model} is ${id.replace('-', ' ')}`,
    relation: 'Fabric health unhealthy, or still in progress long after the boot: Fabric Manager [NVML enum]',
    seed: 616 + i,
    build: (seed) => {
      const width = i === 1 ? 0 : 2;
      const world = servingWorld(seed, { model, gpus: 4, width, host: { bootedSecondsAgo }, intervalSeconds: 20 });
      for (const gpu of world.gpus) Object.assign(gpu.fabric, state);
      return world.run({ frames: 12 }).bundle();
    },
    truth: {
      rootCauses: [FABRIC],
      mustNotFind: [NVLINK, 'gpu-xid-critical'],
      acceptableActions: ['notify-oncall', 'k8s-cordon'],
      forbiddenActions: ['gpu-reset'],
    },
  }),
);

const harmless: readonly (readonly [
  string,
  GpuModelName,
  number,
  number,
  string,
  string,
  (world: HostWorld) => void,
])[] = [
  [
    'pcie-low-at-rest',
    'L40S',
    2,
    0,
    'Links of idle cards are at generation 1',
    'Generation and width may be reduced when the GPU is not in use [CAP-H100]',
    () => undefined,
  ],
  [
    'pcie-8x-on-all-slots',
    'L4',
    4,
    0.5,
    'All four L4 have 8 lanes: the board is built so',
    'Only a difference from baseline or siblings of the same model counts [rules 23]',
    (world) => {
      for (const gpu of world.gpus) gpu.pcie.width = 8;
    },
  ],
  [
    'fabric-not-there',
    'H100',
    2,
    0.5,
    'A virtual machine without a switch says N/A of the fabric',
    'State not supported or N/A: the feature is absent [rules 27]',
    (world) => {
      for (const gpu of world.gpus) gpu.fabric = { state: 'N/A', status: 'N/A', health: 'N/A' };
    },
  ],
  [
    'pcie-replays-of-the-past',
    'A100',
    1,
    0.5,
    'A large replay total that does not grow',
    'A total that does not grow is history [rules 24]',
    (world) => {
      world.gpu().replays = 48_213;
    },
  ],
];

const twins: readonly Scenario[] = [
  ...harmless.map(([id, model, gpus, level, title, relation, change], i) =>
    defineScenario({
      id,
      family,
      kind: 'healthy',
      title,
      relation,
      seed: 621 + i,
      build: (seed) => {
        const world = servingWorld(seed, { model, gpus, level, intervalSeconds: 15 });
        change(world);
        return world.run({ frames: 20 }).bundle();
      },
      truth: { rootCauses: [], mustNotFind: [PCIE, REPLAY, FABRIC], acceptableActions: [] },
    }),
  ),
];

export const gpuLinksScenarios: readonly Scenario[] = [...pcie, ...nvlink, ...fabric, ...twins];
