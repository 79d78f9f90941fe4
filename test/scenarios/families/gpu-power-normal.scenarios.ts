import { defineScenario, type Scenario } from '../scenario.js';
import { servingWorld } from './gpu-worlds.js';

const family = 'gpu-power-normal';
const BRAKE = 'gpu-power-brake';
const LIMIT = 'gpu-power-limit-below-default';
const LOCKED = 'gpu-clocks-locked-low';
const THERMAL = ['gpu-thermal-hw-slowdown', 'gpu-thermal-sw-slowdown'] as const;

const healthyTruth = {
  rootCauses: [],
  mustNotFind: [...THERMAL, BRAKE, LOCKED, LIMIT, 'gpu-power-cap-throttling'],
  acceptableActions: [],
} as const;

export const gpuPowerNormalScenarios: readonly Scenario[] = [
  defineScenario({
    id: 'power-cap-at-default-l40s',
    family,
    kind: 'twin',
    title: 'L40S at full load runs into its default limit, as it is built to',
    relation: '0x04 at the default limit under heavy load is normal operation [CAP-L40S, EXP-RULES]',
    seed: 241,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'L40S', intervalSeconds: 30 });
      // A batch job of prompts beside the chat keeps the card at its limit.
      world.gpu().busy(1, 0.5);
      return world.run({ frames: 26 }).bundle();
    },
    truth: healthyTruth,
  }),
  defineScenario({
    id: 'power-limit-lowered-not-felt',
    family,
    kind: 'healthy',
    title: 'H100 has a policy limit of 600 W and never draws so much',
    relation: 'A lowered limit is context as long as nothing is capped [rules 31]',
    seed: 244,
    build: (seed) => {
      const world = servingWorld(seed, { intervalSeconds: 60, level: 0.4 });
      world.gpu().powerLimitWatts = 600;
      return world.run({ frames: 16 }).bundle();
    },
    truth: healthyTruth,
  }),
  defineScenario({
    id: 'clocks-locked-at-rest',
    family,
    kind: 'healthy',
    title: 'H100 without requests sits at its idle clock; that it is locked cannot be felt',
    relation: 'A low clock with the idle bit is no throttling; H100 idles in P0 at 345 MHz [CAP-H100]',
    seed: 245,
    build: (seed) => {
      const world = servingWorld(seed, { intervalSeconds: 30, level: 0 });
      world.gpu().lockedSmMhz = 1200;
      return world.run({ frames: 24 }).bundle();
    },
    truth: healthyTruth,
  }),
];
