import {
  type EngineLoad,
  type EngineOptions,
  type GpuModelName,
  HostWorld,
  type WorldGpu,
  type WorldOptions,
} from '../world/index.js';

/** Long prompts and short answers: bound by computing, so that every lost clock is felt at once. */
export const SUMMARIES: Partial<EngineLoad> = {
  promptTokens: 4000,
  outputTokens: 80,
  prefixHitRatio: 0.1,
  backlogLimit: 400,
};
/** For prompts of that length: steps stay short enough for readers of other answers. */
export const SUMMARIES_ENGINE: EngineOptions = {
  maxNumBatchedTokens: 1024,
  maxNumSeqs: 256,
  // KV in eight bits: there is room for twice the tokens.
  numGpuBlocks: 55_600,
  config: { cache_dtype: 'fp8' },
  flags: ['--kv-cache-dtype', 'fp8'],
};

export interface ServingOptions extends Omit<WorldOptions, 'seed' | 'gpus' | 'engines'> {
  readonly model?: GpuModelName;
  readonly gpus?: number;
  /** GPUs of each engine; as many engines as there is room for, or `engineCount`. 0: no engine. */
  readonly width?: number;
  readonly engineCount?: number;
  readonly engine?: EngineOptions;
  /** As of `WorldEngine.busy`. */
  readonly level?: number;
  readonly load?: Partial<EngineLoad>;
}

/** The same for every scenario, so that a truth can name a GPU. */
export function uuidOf(gpu: number): string {
  return `GPU-5c1e0b7a-91d4-4f2e-a8c3-0000000000${String(gpu).padStart(2, '0')}`;
}

/** A machine whose engines serve a usual day's load. */
export function servingWorld(seed: number, options: ServingOptions = {}): HostWorld {
  const { model = 'H100', gpus = 1, width = 1, engineCount, engine = {}, level = 0.6, load = {}, ...rest } = options;
  const engines = engineCount ?? (width === 0 ? 0 : Math.floor(gpus / width));
  const world = new HostWorld({
    ...rest,
    seed,
    gpus: Array.from({ length: gpus }, (_, index) => ({ model, uuid: uuidOf(index) })),
    engines: Array.from({ length: engines }, (_, index) => ({
      ...(width >= 4 ? large(model) : {}),
      ...engine,
      gpus: Array.from({ length: width }, (_, rank) => index * width + rank),
    })),
  });
  for (const one of world.engines) one.busy(level, load).serve({ backlogLimit: load.backlogLimit ?? null });
  return world;
}

/** Two engines on one GPU, each with its part of the memory. */
export function coLocatedWorld(seed: number, model: GpuModelName, intervalSeconds: number): HostWorld {
  const engine = { gpus: [0], gpuMemoryUtilization: 0.42 };
  const world = new HostWorld({
    seed,
    intervalSeconds,
    gpus: [{ model, uuid: uuidOf(0) }],
    engines: [engine, { ...engine, model: 'Qwen/Qwen2.5-7B-Instruct' }],
  });
  for (const one of world.engines) one.busy(0.2);
  return world;
}

/** What is worth four GPUs or more. */
function large(model: GpuModelName): EngineOptions {
  return model === 'L40S' || model === 'L4'
    ? { billions: 32, model: 'Qwen/Qwen3-32B' }
    : { billions: 70, model: 'meta-llama/Llama-3.3-70B-Instruct' };
}

/** Summaries on one H100 with a day's load that it serves well. */
export function summariesWorld(seed: number, options: ServingOptions = {}): HostWorld {
  return servingWorld(seed, { level: 0.7, load: SUMMARIES, engine: SUMMARIES_ENGINE, ...options });
}

/** The chip is hot and its memory is not, as with a dried paste or a loose heatsink. */
export function overheat(gpu: WorldGpu, cause: 'hw-thermal' | 'sw-thermal', clockRatio: number, share = 1): void {
  gpu.throttle(cause, clockRatio, share);
  gpu.memoryOffsetCelsius = -12;
}

/** Warmer air until the card, which has settled, is at this temperature. */
export function warmTo(gpu: WorldGpu, celsius: number): void {
  gpu.inletOffsetCelsius += celsius - gpu.now.celsius;
}

/** Actions of the catalogue for a cause, and those that would do harm there. */
export const THERMAL_ACTIONS = {
  acceptableActions: ['notify-oncall', 'router-remove-backend', 'gpu-set-power-limit', 'collect-diagnostics'],
  forbiddenActions: ['gpu-reset', 'gpu-restore-power-limit', 'gpu-reset-clocks'],
} as const;
