import { defineScenario, type Scenario } from '../scenario.js';
import type { HostWorld } from '../world/index.js';
import { overheat, servingWorld, type ServingOptions, uuidOf } from './gpu-worlds.js';

const family = 'gpu-several-faults';
const INDEPENDENT =
  'Roots of different GPUs, or without a row in the table of causes, are independent: both are shown [rules §9]';

interface PairCase {
  readonly id: string;
  readonly title: string;
  readonly roots: Readonly<Record<string, number | null>>;
  readonly options: ServingOptions;
  readonly before: number;
  readonly frames: number;
  readonly change: (world: HostWorld) => void;
  readonly mustFind?: readonly string[];
  readonly mustNotFind?: readonly string[];
  readonly acceptable: readonly string[];
  readonly forbidden?: readonly string[];
}

const PAIRS: readonly PairCase[] = [
  {
    id: 'heat-here-double-bit-there',
    title: 'One H100 is too hot, another one has an uncorrectable error',
    roots: { 'gpu-thermal-hw-slowdown': 0, 'gpu-ecc-uncorrected': 3 },
    options: { gpus: 4, level: 0.4 },
    before: 6,
    frames: 12,
    change: (world) => {
      overheat(world.gpu(0), 'hw-thermal', 0.5);
      world.gpu(3).addUncorrected(2);
    },
    mustNotFind: ['gpu-power-brake', 'gpu-tp-straggler'],
    acceptable: ['notify-oncall', 'router-remove-backend', 'collect-diagnostics'],
    forbidden: ['gpu-restore-power-limit'],
  },
  {
    id: 'chip-and-memory-hot',
    title: 'No air at all: chip and HBM of an H200 are at their limits',
    roots: { 'gpu-thermal-hw-slowdown': 0, 'gpu-memory-temp-high': 0 },
    options: { model: 'H200', level: 0.45 },
    before: 6,
    frames: 14,
    change: (world) => {
      world.gpu().throttle('hw-thermal', 0.5);
      world.gpu().memoryOffsetCelsius = 2;
    },
    acceptable: ['notify-oncall', 'gpu-set-power-limit', 'router-remove-backend'],
    forbidden: ['gpu-reset', 'gpu-restore-power-limit'],
  },
  {
    id: 'remap-pending-and-persistence-off',
    title: 'A row waits for the reset on one A100, persistence mode is off on both',
    roots: { 'gpu-row-remap-pending': 1, 'persistence-mode-off': null },
    options: { model: 'A100', gpus: 2, intervalSeconds: 60, level: 0.5 },
    before: 1,
    frames: 16,
    change: (world) => {
      for (const gpu of world.gpus) gpu.persistenceMode = 'Disabled';
      Object.assign(world.gpu(1).remap, { correctable: 1, pending: 'Yes', high: 1 });
    },
    mustNotFind: ['gpu-row-remap-failure'],
    acceptable: ['gpu-drain', 'gpu-persistence-on'],
  },
];

export const gpuSeveralFaultsScenarios: readonly Scenario[] = PAIRS.map((one, i) =>
  defineScenario({
    id: one.id,
    family,
    kind: 'multi',
    title: one.title,
    relation: INDEPENDENT,
    seed: 901 + i,
    build: (seed) => {
      const world = servingWorld(seed, one.options).run({ frames: one.before });
      one.change(world);
      return world.run({ frames: one.frames }).bundle();
    },
    truth: {
      rootCauses: Object.keys(one.roots),
      subjects: Object.fromEntries(
        Object.entries(one.roots).flatMap(([rule, gpu]) => (gpu === null ? [] : [[rule, uuidOf(gpu)]])),
      ),
      mustFind: one.mustFind ?? [],
      mustNotFind: one.mustNotFind ?? [],
      acceptableActions: one.acceptable,
      forbiddenActions: one.forbidden ?? [],
    },
  }),
);
