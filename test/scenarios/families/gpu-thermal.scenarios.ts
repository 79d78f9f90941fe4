import { defineScenario, type Scenario } from '../scenario.js';
import { overheat, servingWorld, THERMAL_ACTIONS, uuidOf, warmTo } from './gpu-worlds.js';

const family = 'gpu-thermal';
const NOT_THERMAL = ['gpu-power-brake', 'gpu-clocks-locked-low', 'gpu-power-limit-below-default'] as const;
const hwTruth = {
  rootCauses: ['gpu-thermal-hw-slowdown'],
  subjects: { 'gpu-thermal-hw-slowdown': uuidOf(0) },
  mustNotFind: NOT_THERMAL,
  ...THERMAL_ACTIONS,
} as const;
const HW_RELATION =
  'Reason 0x40: clock reduced by a factor of 2 or more because the temperature is too high; 0x08 is set with it [NVML]';
const SW_RELATION = 'Reason 0x20: GPU or memory above its maximum operating temperature, clocks are lowered [NVML]';

const throttled: readonly Scenario[] = [
  defineScenario({
    id: 'thermal-hw-a100',
    family,
    kind: 'fault',
    title: 'A100 slows down for its temperature, sampled every 15 s',
    relation: HW_RELATION,
    seed: 102,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'A100', intervalSeconds: 15, level: 0.5 }).run({ frames: 5 });
      overheat(world.gpu(), 'hw-thermal', 0.5);
      return world.run({ frames: 16 }).bundle();
    },
    truth: hwTruth,
  }),
  defineScenario({
    id: 'thermal-hw-comes-and-goes',
    family,
    kind: 'fault',
    title: 'A slowdown of a few seconds at a time that most samples miss and the time counter shows',
    relation: 'Time counters are preferred when available because a 15 s poll misses short events [rules §0, NVML]',
    seed: 107,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'A100', intervalSeconds: 15 }).run({ frames: 6 });
      overheat(world.gpu(), 'hw-thermal', 0.5, 0.18);
      return world.run({ frames: 24 }).bundle();
    },
    truth: hwTruth,
  }),
  defineScenario({
    id: 'thermal-hw-all-eight',
    family,
    kind: 'fault',
    title: 'The room is too warm: all eight H100 slow down together',
    relation: `Several GPUs hot: room or chassis [rules 1]. ${HW_RELATION}`,
    seed: 109,
    build: (seed) => {
      const world = servingWorld(seed, { gpus: 8, width: 8, level: 0.45 }).run({ frames: 6 });
      for (const gpu of world.gpus) overheat(gpu, 'hw-thermal', 0.5);
      return world.run({ frames: 12 }).bundle();
    },
    truth: { ...hwTruth, subjects: {}, mustNotFind: [...NOT_THERMAL, 'gpu-tp-straggler'] },
  }),
  defineScenario({
    id: 'thermal-sw-h100',
    family,
    kind: 'fault',
    title: 'The driver keeps an H100 below its maximum operating temperature for ten minutes',
    relation: SW_RELATION,
    seed: 111,
    build: (seed) => {
      const world = servingWorld(seed, { intervalSeconds: 30, level: 0.4 }).run({ frames: 4 });
      overheat(world.gpu(), 'sw-thermal', 0.84);
      return world.run({ frames: 22 }).bundle();
    },
    truth: {
      rootCauses: ['gpu-thermal-sw-slowdown'],
      subjects: { 'gpu-thermal-sw-slowdown': uuidOf(0) },
      mustNotFind: ['gpu-thermal-hw-slowdown', ...NOT_THERMAL],
      acceptableActions: ['notify-oncall', 'gpu-set-power-limit', 'router-rebalance'],
      forbiddenActions: THERMAL_ACTIONS.forbiddenActions,
    },
  }),
];

const warm: readonly Scenario[] = [
  ...(
    [
      ['L40S', 86],
      ['RTX3080', 91],
    ] as const
  ).map(([model, celsius], i) =>
    defineScenario({
      id: `thermal-near-limit-${model.toLowerCase()}`,
      family,
      kind: 'fault',
      title: `${model} works a few degrees below its slowdown`,
      relation: 'Few degrees left before the slowdown threshold, no clock taken yet [NVML, GPUD-TEMP]',
      seed: 121 + i,
      build: (seed) => {
        const world = servingWorld(seed, { model, intervalSeconds: 15, level: 0.6 }).run({ frames: 4 });
        warmTo(world.gpu(), celsius);
        return world.skip(200).run({ frames: 12 }).bundle();
      },
      truth: {
        rootCauses: ['gpu-temp-near-limit'],
        subjects: { 'gpu-temp-near-limit': uuidOf(0) },
        mustNotFind: ['gpu-thermal-hw-slowdown', 'gpu-thermal-sw-slowdown'],
        acceptableActions: ['notify-oncall'],
        forbiddenActions: THERMAL_ACTIONS.forbiddenActions,
      },
    }),
  ),
  defineScenario({
    id: 'thermal-memory-h100',
    family,
    kind: 'fault',
    title: 'HBM of an H100 is at its limit while the chip is cool',
    relation: 'Memory near its own maximum operating temperature, here 95 °C [NVML threshold type 2, XML-A100]',
    seed: 126,
    build: (seed) => {
      const world = servingWorld(seed, { level: 0.75, dcgm: true }).run({ frames: 6 });
      world.gpu().memoryOffsetCelsius = 29;
      return world.run({ frames: 12 }).bundle();
    },
    truth: {
      rootCauses: ['gpu-memory-temp-high'],
      subjects: { 'gpu-memory-temp-high': uuidOf(0) },
      mustNotFind: ['gpu-thermal-hw-slowdown', 'gpu-temp-near-limit'],
      acceptableActions: ['notify-oncall', 'gpu-set-power-limit'],
      forbiddenActions: THERMAL_ACTIONS.forbiddenActions,
    },
  }),
  defineScenario({
    id: 'thermal-fan-failed',
    family,
    kind: 'fault',
    title: 'The fans of a working RTX 3080 stand still and it gets hotter from minute to minute',
    relation:
      'Fan at 0 % under load with the temperature rising towards the limit: fan failed or disconnected [rules 22]',
    seed: 129,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'RTX3080', level: 0.7 }).run({ frames: 6 });
      world.gpu().fanPercent = 0;
      const each = (): void => {
        world.gpu().inletOffsetCelsius += 1.7;
      };
      return world.run({ frames: 18, each }).bundle();
    },
    truth: {
      rootCauses: ['gpu-fan-failure'],
      subjects: { 'gpu-fan-failure': uuidOf(0) },
      mustNotFind: ['gpu-thermal-hw-slowdown'],
      acceptableActions: ['notify-oncall'],
      forbiddenActions: ['gpu-reset'],
    },
  }),
];

export const gpuThermalScenarios: readonly Scenario[] = [...throttled, ...warm];
