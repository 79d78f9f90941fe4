import type { EngineLoad } from './engine-flow.js';
import type { WorldGpu } from './gpu-state.js';

/** What the GPUs of an engine can do at full clocks. */
export interface EngineSpeed {
  prefillTokensPerSecond: number;
  stepSeconds: number;
  stepSecondsPerRequest: number;
}

interface Sized {
  readonly gpus: readonly WorldGpu[];
  readonly billions: number;
  readonly gpuMemoryUtilization: number;
}

const USUAL_MODELS: Readonly<Record<number, string>> = {
  1: 'meta-llama/Llama-3.2-1B-Instruct',
  3: 'meta-llama/Llama-3.2-3B-Instruct',
  8: 'meta-llama/Llama-3.1-8B-Instruct',
};

/** Time of a usual prompt, and the share of it that is known from before. */
const PROMPT_SECONDS = 0.035;
const PREFIX_HITS = 0.35;

/** Weights of a model that the first GPU serves well, in billions. */
export function usualBillions(gpus: readonly WorldGpu[]): number {
  return gpus[0]?.model.usualBillions ?? 8;
}

export function defaultModel(gpus: readonly WorldGpu[]): string {
  return USUAL_MODELS[usualBillions(gpus)] ?? 'meta-llama/Llama-3.1-8B-Instruct';
}

/** KV room: what the utilisation flag leaves beside weights and activations, at 131 072 bytes a token for 8 B. */
export function kvTokens(engine: Sized): number {
  const mib = engine.gpus.reduce((sum, gpu) => sum + gpu.model.totalMib, 0) || 81_559;
  const weightsMib = (engine.billions * 2e9) / 2 ** 20;
  const bytesPerToken = 131_072 * Math.max(0.25, (engine.billions / 8) ** 0.4);
  const freeMib = Math.max(
    0.05 * mib,
    engine.gpuMemoryUtilization * mib - weightsMib - 2500 * Math.max(1, engine.gpus.length),
  );
  return (freeMib * 2 ** 20) / bytesPerToken;
}

/** Prompts that hold up the other requests for no longer than a reader forgives: the service fits its hardware. */
export function usualLoad(speed: EngineSpeed): EngineLoad {
  const computed = PROMPT_SECONDS * speed.prefillTokensPerSecond;
  const promptTokens = Math.round(Math.max(120, Math.min(900, computed / (1 - PREFIX_HITS))));
  return { requestsPerSecond: 0, promptTokens, outputTokens: 220, prefixHitRatio: PREFIX_HITS, backlogLimit: null };
}

/** Weights are read once per step and computed once per prompt token, by all GPUs of the group together. */
export function speedOf({ gpus, billions }: Sized): EngineSpeed {
  const [first] = gpus;
  const { prefillTokensPerSecond = 24_000, stepSeconds = 0.0085, stepSecondsPerRequest = 0.00006 } = first?.model ?? {};
  const width = Math.max(1, gpus.length);
  const share = (billions / 8 / width) * (1 + 0.06 * (width - 1));
  return {
    prefillTokensPerSecond: prefillTokensPerSecond / share,
    stepSeconds: stepSeconds * share,
    stepSecondsPerRequest: (stepSecondsPerRequest * (billions / 8) ** 0.4) / width,
  };
}
