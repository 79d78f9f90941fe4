import { defineScenario, type Scenario } from '../scenario.js';
import type { GpuModelName, HostWorld } from '../world/index.js';
import { overheat, servingWorld, summariesWorld, THERMAL_ACTIONS, uuidOf } from './gpu-worlds.js';

const family = 'gpu-power-clocks';
const BRAKE = 'gpu-power-brake';
const LIMIT = 'gpu-power-limit-below-default';
const LOCKED = 'gpu-clocks-locked-low';
const THERMAL = ['gpu-thermal-hw-slowdown', 'gpu-thermal-sw-slowdown'] as const;

const brakeTruth = {
  rootCauses: [BRAKE],
  mustNotFind: [...THERMAL, LOCKED, LIMIT],
  acceptableActions: ['notify-oncall', 'router-remove-backend', 'gpu-set-power-limit'],
  forbiddenActions: ['gpu-reset', 'gpu-reset-clocks', 'gpu-restore-power-limit'],
} as const;
const BRAKE_RELATION = 'Reason 0x80: external power brake of supply or chassis, clocks cut by two or more [NVML]';

const brakes: readonly Scenario[] = [
  defineScenario({
    id: 'power-brake-chassis',
    family,
    kind: 'fault',
    title: 'A power supply of the chassis drops out: all four H100 brake',
    relation: `${BRAKE_RELATION}; a power delivery problem [EXP-RULES]`,
    seed: 201,
    build: (seed) => {
      const world = servingWorld(seed, { gpus: 4, level: 0.45 }).run({ frames: 8 });
      for (const gpu of world.gpus) gpu.throttle('power-brake', 0.4);
      return world.run({ frames: 14 }).bundle();
    },
    truth: brakeTruth,
  }),
  defineScenario({
    id: 'power-brake-pulses',
    family,
    kind: 'fault',
    title: 'Short brakes of an L40S that most samples miss',
    relation: `${BRAKE_RELATION}; time counters are preferred because polls miss short events [rules §0]`,
    seed: 203,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'L40S', intervalSeconds: 15, level: 0.4 }).run({ frames: 6 });
      world.gpu().throttle('power-brake', 0.4, 0.15);
      return world.run({ frames: 24 }).bundle();
    },
    truth: { ...brakeTruth, subjects: { [BRAKE]: uuidOf(0) } },
  }),
];

const limitTruth = {
  rootCauses: [LIMIT],
  subjects: { [LIMIT]: uuidOf(0) },
  mustFind: ['gpu-power-cap-throttling'],
  mustNotFind: [...THERMAL, BRAKE, LOCKED],
  acceptableActions: ['gpu-restore-power-limit'],
  forbiddenActions: ['gpu-reset', 'gpu-set-power-limit', 'gpu-reset-clocks'],
} as const;
const LIMIT_RELATION =
  'Reason 0x04 with the draw at an enforced limit below the default: somebody lowered it [NVML, rules 31]';

const limits: readonly Scenario[] = [
  defineScenario({
    id: 'power-limit-out-of-band',
    family,
    kind: 'fault',
    title: 'H100 is held at 330 of 700 W under long prompts, and nobody asked the driver for it',
    relation: `${LIMIT_RELATION}; enforced is the least of all limiters, this one came out of band`,
    seed: 211,
    build: (seed) => {
      const world = summariesWorld(seed, { intervalSeconds: 30 });
      Object.assign(world.gpu(), { powerLimitWatts: 330, requestedLimitWatts: 700 });
      return world.run({ frames: 28 }).bundle();
    },
    truth: limitTruth,
  }),
  defineScenario({
    id: 'power-limit-a100',
    family,
    kind: 'fault',
    title: 'A100 works at a limit of 210 of 500 W that a benchmark left behind',
    relation: LIMIT_RELATION,
    seed: 215,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'A100', intervalSeconds: 60, level: 0.75 });
      world.gpu().powerLimitWatts = 210;
      return world.run({ frames: 18 }).bundle();
    },
    truth: limitTruth,
  }),
];

const lockedTruth = {
  rootCauses: [LOCKED],
  subjects: { [LOCKED]: uuidOf(0) },
  mustNotFind: [...THERMAL, BRAKE, LIMIT, 'gpu-power-cap-throttling'],
  acceptableActions: ['gpu-reset-clocks'],
  forbiddenActions: ['gpu-reset', 'gpu-restore-power-limit', 'gpu-set-power-limit'],
} as const;
const LOCKED_RELATION =
  'A steady clock far below the maximum under load without any reason bit: -lgc left behind [MAN]';

const locks: readonly (readonly [GpuModelName, number, number])[] = [
  ['A100', 1005, 15],
  // Default application clock of the card [XML-T4].
  ['T4', 585, 60],
];

const locked: readonly Scenario[] = locks.map(([model, megahertz, intervalSeconds], i) =>
  defineScenario({
    id: `clocks-locked-${model.toLowerCase()}`,
    family,
    kind: 'fault',
    title: `${model} serves at ${megahertz} MHz and no reason says why`,
    relation: LOCKED_RELATION,
    seed: 221 + i,
    build: (seed) => {
      const world = servingWorld(seed, {
        model,
        intervalSeconds,
        level: 0.4,
        ...(model === 'T4' ? { smiSchema: 11 } : {}),
      });
      if (i === 0) world.run({ frames: 6 });
      world.gpu().lockedSmMhz = megahertz;
      return world.run({ frames: 14 }).bundle();
    },
    truth: lockedTruth,
  }),
);

/** The same service, the same growing queue, five causes. */
const causes: readonly (readonly [string, string, (world: HostWorld) => void, Scenario['truth']])[] = [
  [
    'lowered-limit',
    LIMIT_RELATION,
    (world) => {
      world.gpu().powerLimitWatts = 230;
    },
    limitTruth,
  ],
  [
    'locked-clocks',
    LOCKED_RELATION,
    (world) => {
      world.gpu().lockedSmMhz = 1095;
    },
    lockedTruth,
  ],
  [
    'heat',
    'Reason 0x40: temperature too high, clock cut by two or more [NVML]',
    (world) => {
      overheat(world.gpu(), 'hw-thermal', 0.5);
    },
    {
      rootCauses: ['gpu-thermal-hw-slowdown'],
      subjects: { 'gpu-thermal-hw-slowdown': uuidOf(0) },
      mustNotFind: [BRAKE, LOCKED, LIMIT],
      ...THERMAL_ACTIONS,
    },
  ],
  [
    'power-brake',
    BRAKE_RELATION,
    (world) => {
      world.gpu().throttle('power-brake', 0.5);
    },
    { ...brakeTruth, subjects: { [BRAKE]: uuidOf(0) } },
  ],
  [
    'plain-overload',
    'More arrives than is served at full clocks: capacity, no hardware [rules 49]',
    (world) => {
      world.engine().overload(1.3, 400);
    },
    {
      rootCauses: ['queue-backlog'],
      subjects: { 'queue-backlog': 'http://127.0.0.1:8000' },
      mustFind: ['ttft-slo-queue'],
      mustNotFind: [...THERMAL, BRAKE, LOCKED, LIMIT],
      acceptableActions: ['k8s-scale', 'router-rebalance'],
      forbiddenActions: ['gpu-reset', 'gpu-reset-clocks', 'gpu-restore-power-limit'],
    },
  ],
];

const sameQueue: readonly Scenario[] = causes.map(([cause, relation, change, truth], i) =>
  defineScenario({
    id: `slow-summaries-by-${cause}`,
    family,
    kind: 'twin',
    title: `A queue of long prompts grows on an H100: ${cause.replace('-', ' ')}`,
    relation: `${relation}; clocks give the speed of prompts, speed and arrivals the queue`,
    seed: 231 + i,
    build: (seed) => {
      const world = summariesWorld(seed, { intervalSeconds: 30, level: 0.8 }).run({ frames: 4 });
      change(world);
      return world.run({ frames: 26 }).bundle();
    },
    truth: { ...truth, mustFind: [...(truth.mustFind ?? []), 'queue-backlog'] },
  }),
);

export const gpuPowerClocksScenarios: readonly Scenario[] = [...brakes, ...limits, ...locked, ...sameQueue];
