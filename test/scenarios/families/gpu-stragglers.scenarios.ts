import { defineScenario, type Scenario } from '../scenario.js';
import type { HostWorld } from '../world/index.js';
import { overheat, servingWorld, type ServingOptions, THERMAL_ACTIONS, uuidOf } from './gpu-worlds.js';

const family = 'gpu-stragglers';
const STRAGGLER = 'gpu-tp-straggler';
const RELATION = 'Synchronised steps run at the speed of the slowest member; utilisation is 100 % on all [rules 47]';

interface StragglerCase {
  readonly id: string;
  readonly root: string;
  readonly member: number;
  readonly title: string;
  readonly options: ServingOptions;
  readonly frames: number;
  readonly change: (world: HostWorld) => void;
  readonly acceptable: readonly string[];
  readonly forbidden: readonly string[];
}

const CASES: readonly StragglerCase[] = [
  {
    id: 'straggler-hot-member',
    root: 'gpu-thermal-hw-slowdown',
    member: 2,
    title: 'One of four H100 of a tensor-parallel group is too hot',
    options: { gpus: 4, width: 4, level: 0.5 },
    frames: 14,
    change: (world) => {
      overheat(world.gpu(2), 'hw-thermal', 0.48);
    },
    acceptable: THERMAL_ACTIONS.acceptableActions,
    forbidden: THERMAL_ACTIONS.forbiddenActions,
  },
  {
    id: 'straggler-limited-member',
    root: 'gpu-power-limit-below-default',
    member: 5,
    title: 'One of eight H100 has half the power limit of its peers',
    options: { gpus: 8, width: 8, level: 0.7, intervalSeconds: 60 },
    frames: 16,
    change: (world) => {
      world.gpu(5).powerLimitWatts = 260;
    },
    acceptable: ['gpu-restore-power-limit'],
    forbidden: ['gpu-reset', 'gpu-reset-clocks', 'gpu-set-power-limit'],
  },
  {
    id: 'straggler-sglang',
    root: 'gpu-clocks-locked-low',
    member: 3,
    title: 'One of four H200 of an SGLang group has its clock locked',
    options: { model: 'H200', gpus: 4, width: 4, engine: { kind: 'sglang' }, level: 0.5, intervalSeconds: 20 },
    frames: 12,
    change: (world) => {
      world.gpu(3).lockedSmMhz = 1200;
    },
    acceptable: ['gpu-reset-clocks'],
    forbidden: ['gpu-reset', 'gpu-restore-power-limit'],
  },
];

const faults: readonly Scenario[] = CASES.map((one, i) =>
  defineScenario({
    id: one.id,
    family,
    kind: 'fault',
    title: one.title,
    relation: RELATION,
    seed: 801 + i,
    build: (seed) => {
      const world = servingWorld(seed, one.options).run({ frames: 6 });
      one.change(world);
      return world.run({ frames: one.frames }).bundle();
    },
    truth: {
      rootCauses: [one.root],
      subjects: { [one.root]: uuidOf(one.member) },
      mustFind: [STRAGGLER],
      acceptableActions: one.acceptable,
      forbiddenActions: one.forbidden,
    },
  }),
);

const twins: readonly Scenario[] = [
  defineScenario({
    id: 'straggler-none-all-locked',
    family,
    kind: 'twin',
    title: 'All four members are locked alike: slow, and nobody lags',
    relation: 'A straggler differs from the median of its group [rules 47]',
    seed: 811,
    build: (seed) => {
      const world = servingWorld(seed, { gpus: 4, width: 4, level: 0.4 }).run({ frames: 6 });
      for (const gpu of world.gpus) gpu.lockedSmMhz = 1200;
      return world.run({ frames: 14 }).bundle();
    },
    truth: {
      rootCauses: ['gpu-clocks-locked-low'],
      mustNotFind: [STRAGGLER],
      acceptableActions: ['gpu-reset-clocks'],
      forbiddenActions: ['gpu-reset', 'gpu-restore-power-limit'],
    },
  }),
  defineScenario({
    id: 'straggler-none-replicas',
    family,
    kind: 'twin',
    title: 'Two replicas of one GPU each: one brakes and the other does not wait for it',
    relation: 'Only members of one tensor- or pipeline-parallel group wait for each other [rules 47]',
    seed: 812,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'A100', gpus: 2, level: 0.35 }).run({ frames: 6 });
      world.gpu(1).throttle('power-brake', 0.5);
      return world.run({ frames: 14 }).bundle();
    },
    truth: {
      rootCauses: ['gpu-power-brake'],
      subjects: { 'gpu-power-brake': uuidOf(1) },
      mustNotFind: [STRAGGLER, 'gpu-thermal-hw-slowdown'],
      acceptableActions: ['notify-oncall', 'router-remove-backend', 'gpu-set-power-limit'],
      forbiddenActions: ['gpu-reset', 'gpu-restore-power-limit'],
    },
  }),
  defineScenario({
    id: 'straggler-none-even-group',
    family,
    kind: 'healthy',
    title: 'Eight H100 work evenly: temperatures and draws differ as they always do',
    relation: 'Members within a few percent of each other are a healthy group [rules 47]',
    seed: 813,
    build: (seed) => {
      const world = servingWorld(seed, { gpus: 8, width: 8, level: 0.6, dcgm: 'full' });
      world.gpus.forEach((gpu, i) => {
        gpu.inletOffsetCelsius = (i % 4) * 2;
        gpu.coolingFactor = 1 + (i % 3) * 0.08;
      });
      return world.run({ frames: 14 }).bundle();
    },
    truth: { rootCauses: [], mustNotFind: [STRAGGLER], acceptableActions: [] },
  }),
];

export const gpuStragglersScenarios: readonly Scenario[] = [...faults, ...twins];
