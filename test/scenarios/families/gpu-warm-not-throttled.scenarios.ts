import { defineScenario, type Scenario } from '../scenario.js';
import { overheat, servingWorld, warmTo } from './gpu-worlds.js';

const family = 'gpu-warm-not-throttled';
const NOT_THERMAL = ['gpu-power-brake', 'gpu-clocks-locked-low', 'gpu-power-limit-below-default'] as const;
const SW_RELATION = 'Reason 0x20: GPU or memory above its maximum operating temperature, clocks are lowered [NVML]';

const healthyTruth = { rootCauses: [], acceptableActions: [] } as const;
export const gpuWarmNotThrottledScenarios: readonly Scenario[] = [
  defineScenario({
    id: 'thermal-sw-blip',
    family,
    kind: 'healthy',
    title: 'The driver lowers the clock for half a minute on a hot afternoon',
    relation: `${SW_RELATION}; a finding after minutes only, it is normal on thermally limited systems [EXP-RULES]`,
    seed: 135,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'L40S', level: 0.4 }).run({ frames: 20 });
      overheat(world.gpu(), 'sw-thermal', 0.9);
      world.run({ frames: 3 });
      world.gpu().unthrottle();
      return world.run({ frames: 14 }).bundle();
    },
    truth: { ...healthyTruth, mustNotFind: ['gpu-thermal-sw-slowdown', 'gpu-thermal-hw-slowdown'] },
  }),
  defineScenario({
    id: 'thermal-zero-rpm-idle',
    family,
    kind: 'healthy',
    title: 'A consumer card at rest stops its fans',
    relation: 'Zero-RPM fans at idle are normal on consumer cards [rules 22]',
    seed: 136,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'RTX3080', level: 0 });
      world.gpu().fanPercent = 0;
      return world.run({ frames: 14 }).bundle();
    },
    truth: { ...healthyTruth, mustNotFind: ['gpu-fan-failure'] },
  }),
  defineScenario({
    id: 'thermal-recording-too-short',
    family,
    kind: 'gap',
    title: 'Two samples ten seconds apart are not a sustained slowdown',
    relation: 'Throttling needs three samples and a minute; one sample is never sustained [signals §0, rules §0]',
    seed: 137,
    build: (seed) => {
      const world = servingWorld(seed);
      overheat(world.gpu(), 'hw-thermal', 0.5);
      return world.run({ frames: 2 }).bundle();
    },
    truth: { ...healthyTruth, mustNotFind: ['gpu-thermal-hw-slowdown', 'gpu-thermal-sw-slowdown'] },
  }),
  defineScenario({
    id: 'thermal-no-threshold-known',
    family,
    kind: 'gap',
    title: 'A card at 86 °C tells neither margin nor thresholds',
    relation: 'Neither margin nor threshold known: not evaluated; laptop GPUs sit at 87 °C by design [EXP-RULES]',
    seed: 138,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'RTX3080', level: 0.6, intervalSeconds: 15 });
      const unknown = { marginCelsius: null, slowdownCelsius: null, shutdownCelsius: null, maxOperatingCelsius: null };
      Object.assign(world.gpu().pinned, unknown);
      world.run({ frames: 2 });
      warmTo(world.gpu(), 86);
      return world.skip(200).run({ frames: 14 }).bundle();
    },
    truth: { ...healthyTruth, mustNotFind: ['gpu-temp-near-limit', 'gpu-fan-failure'] },
  }),
  defineScenario({
    id: 'thermal-exporter-without-reasons',
    family,
    kind: 'gap',
    title: 'Only dcgm-exporter as shipped: a lower clock and no word of why',
    relation:
      'Clock-event bits, limits and violation counters are not in the shipped CSV; absence is not health [DCGMX]',
    seed: 139,
    build: (seed) => {
      const world = servingWorld(seed, { model: 'H100', nvidiaSmi: false, dcgm: 'shipped', level: 0.3 }).run({
        frames: 6,
      });
      overheat(world.gpu(), 'sw-thermal', 0.8);
      return world.run({ frames: 18 }).bundle();
    },
    truth: { ...healthyTruth, mustNotFind: ['gpu-thermal-hw-slowdown', 'gpu-thermal-sw-slowdown', ...NOT_THERMAL] },
  }),
];
