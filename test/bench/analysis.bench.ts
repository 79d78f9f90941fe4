import { Analyzer } from '@app/analysis';
import type { Snapshot } from '@app/core';
import { loadSettings } from '@app/config';
import { RecordedMachine } from '@app/metrics';
import { HostWorld } from '../scenarios/world/index.js';
import { type Figure, type Topic, median, say } from './figure.js';
import { GPUS } from './inputs.js';

/** The service judges after every sample, so what counts is its compiled code; the first time is printed beside it. */
const WARM_UPS = 60;
const ROUNDS = 31;
const INTERVAL_SECONDS = 10;
/** A quarter of an hour: what the service keeps in memory and judges after every sample. */
const FRAMES = 90;
const BOUND_MS = 20;

/** How long it takes to judge a window of snapshots by every rule, and that the time grows no faster than the window. */
export const analysisTopic: Topic = {
  name: 'analysis',
  measure: async () => {
    const window = await windowOf(GPUS, FRAMES);
    say(`input: ${window.length} snapshots of ${GPUS} GPUs, 2 engines with caches, one GPU too hot`);
    const figures = [measured(`${GPUS} GPUs, ${FRAMES} frames`, window, { below: BOUND_MS })];
    for (const gpus of [2, 4, 16])
      figures.push(measured(`${gpus} GPUs, ${FRAMES} frames`, await windowOf(gpus, FRAMES)));
    for (const frames of [45, 180])
      figures.push(measured(`${GPUS} GPUs, ${frames} frames`, await windowOf(GPUS, frames)));
    return figures;
  },
};

/** Half of it is healthy; findings cost more than silence. */
async function windowOf(gpus: number, frames: number): Promise<readonly Snapshot[]> {
  const half = gpus / 2;
  const positions = Array.from({ length: gpus }, (_, position) => position);
  const world = new HostWorld({
    seed: 1,
    intervalSeconds: INTERVAL_SECONDS,
    gpus: positions.map(() => ({ model: 'H100' as const })),
    engines: [{ gpus: positions.slice(0, half) }, { gpus: positions.slice(half) }],
    lmcache: [
      { mode: 'in-process', engine: 0 },
      { mode: 'in-process', engine: 1 },
    ],
    dcgm: true,
    nodeExporter: true,
  });
  for (const engine of world.engines) engine.busy(0.6);
  world.run({ frames: Math.floor(frames / 2) });
  world.gpu(0).throttle('hw-thermal', 0.45);
  world.run({ frames: Math.ceil(frames / 2) });
  const { snapshots } = await new RecordedMachine(world.bundle()).read();
  return snapshots;
}

function measured(name: string, window: readonly Snapshot[], bound: Figure['bound'] = null): Figure {
  const { durations, slo, thresholds } = loadSettings({});
  const context = { target: 'local', nowMs: 0, intervalSeconds: INTERVAL_SECONDS, durations, slo, thresholds };
  const analyse = () => new Analyzer().analyze(window, context);
  const started = performance.now();
  if (analyse().coverage.rulesEvaluated === 0) throw new Error('no rule was evaluated');
  const firstMs = performance.now() - started;
  for (let i = 0; i < WARM_UPS; i += 1) analyse();
  const times = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now();
    analyse();
    return performance.now() - begun;
  });
  const note = `best ${Math.min(...times).toFixed(1)} ms, first ${firstMs.toFixed(1)} ms`;
  return { name: `${name}, median of ${ROUNDS}`, value: median(times), unit: 'ms', bound, digits: 1, note };
}
