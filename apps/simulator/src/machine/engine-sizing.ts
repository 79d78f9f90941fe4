import { kvBytesPerToken, LANGUAGE_MODELS, type LanguageModel, modelFor } from './language-models.js';
import type { EngineOptions } from './machine-options.js';
import type { GpuProduct } from './products.js';
import { kvBlocks, StepCostModel } from './step-cost.js';
import { meanPromptTokens, meanTokens, type Traffic, USUAL_TRAFFIC } from './traffic.js';

/** What an engine was started with. */
export interface EngineSize {
  readonly model: LanguageModel;
  readonly gpus: readonly number[];
  readonly totalBlocks: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly maxModelLen: number;
  readonly gpuMemoryUtilization: number;
  readonly kvBytesPerToken: number;
}

const BLOCK_TOKENS = 16;
/** CPU time of a step: scheduling, preparing the batch, sampling, and for each request in it (estimates). */
export const STEP_SECONDS = 0.0016;
export const STEP_SECONDS_PER_REQUEST = 6e-6;

/** Memory of one GPU from which vLLM's defaults for a server are the larger ones; A100 is left out by name. */
const LARGE_MIB = 70 * 1024;

export function engineSize(options: EngineOptions, gpus: readonly number[], product: GpuProduct): EngineSize {
  const width = gpus.length;
  const gpuMemoryUtilization = options.gpuMemoryUtilization ?? 0.9;
  const memoryBytes = width * product.totalMib * 2 ** 20;
  const model = LANGUAGE_MODELS[options.model ?? modelFor(memoryBytes)];
  const totalBlocks = kvBlocks(model, product, { width, gpuMemoryUtilization, blockSize: BLOCK_TOKENS });
  const isLarge = product.totalMib >= LARGE_MIB && !product.name.includes('A100');
  return {
    model,
    gpus,
    totalBlocks,
    maxNumSeqs: options.maxNumSeqs ?? (isLarge ? 1024 : 256),
    maxNumBatchedTokens: options.maxNumBatchedTokens ?? (isLarge ? 8192 : 2048),
    // vLLM refuses to start when one request of the longest kind does not fit.
    maxModelLen: Math.min(model.maxModelLen, Math.floor((totalBlocks * BLOCK_TOKENS) / 2)),
    gpuMemoryUtilization,
    kvBytesPerToken: kvBytesPerToken(model),
  };
}

/** A healthy service leaves room: so much of the KV cache, of the time for prompts and of a reader's patience. */
const USUAL_KV_RATIO = 0.3;
const USUAL_PREFILL_RATIO = 0.3;
const USUAL_TOKEN_SECONDS = 0.036;
/** Share of the prompt tokens that neither cache gives, roughly. */
const COMPUTED_SHARE = 0.55;

/** Traffic under which an engine is moderately busy: by Little's law and the step's cost at the batch that it leads to. */
export function usualTraffic(size: EngineSize, product: GpuProduct): Traffic {
  const cost = new StepCostModel(size.model, product, size.gpus.length);
  const output = meanTokens(USUAL_TRAFFIC.outputTokens);
  const held = meanPromptTokens(USUAL_TRAFFIC) + output / 2;
  const prompt = meanPromptTokens(USUAL_TRAFFIC) * COMPUTED_SHARE;
  const most = Math.min(size.maxNumSeqs * 0.5, (USUAL_KV_RATIO * size.totalBlocks * BLOCK_TOKENS) / held);
  const prefill = cost.of({ decodes: 0, kvTokens: 0, prefillTokens: prompt, prefillContext: prompt / 2 }, 1).gpuSeconds;
  let rate = 0.2;
  for (let running = 1; running <= most; running *= 1.1) {
    const work = { decodes: running, kvTokens: running * held, prefillTokens: 0, prefillContext: 0 };
    const step = cost.of(work, 1).gpuSeconds + STEP_SECONDS + STEP_SECONDS_PER_REQUEST * running;
    if (step > USUAL_TOKEN_SECONDS && running > 4) break;
    const next = running / (output * step * (1 + USUAL_PREFILL_RATIO));
    if (next * prefill > USUAL_PREFILL_RATIO) break;
    rate = next;
  }
  return { ...USUAL_TRAFFIC, requestsPerSecond: Math.round(rate * 10) / 10 || 0.1 };
}
