import { kvBytesPerToken, type LanguageModel, weightBytes } from './language-models.js';
import type { GpuProduct } from './products.js';

/** One step of a batch. */
export interface StepWork {
  /** Requests that get their next token. */
  readonly decodes: number;
  /** KV tokens that these read. */
  readonly kvTokens: number;
  /** Prompt tokens computed, and those that stand before them on average. */
  readonly prefillTokens: number;
  readonly prefillContext: number;
}

export interface StepCost {
  /** Time in which kernels run. */
  readonly gpuSeconds: number;
  /** Share of it that waits for arithmetic. */
  readonly computeRatio: number;
  /** Bytes of all GPUs' memory moved, as a share of what they can move in that time. */
  readonly dramRatio: number;
}

/** Share of the data sheet's figures that kernels of serving engines reach (estimates; roofline, Williams et al. 2009). */
const COMPUTE_EFFICIENCY = 0.5;
const MEMORY_EFFICIENCY = 0.8;
/**
 * Share of a memory-bound step's time that goes with the clock, by L2, address and launch work; studies of decoding under
 * lower clocks see losses well below the clock's. An estimate of ours.
 */
const CLOCK_SHARE = 0.35;
/** Two all-reduces per layer (Megatron-LM, Shoeybi et al. 2019), each with a latency beside its bytes (estimate). */
const ALL_REDUCE_SECONDS = 12e-6;

/** How long a step takes on the GPUs of an engine, by a roofline of arithmetic and memory. */
export class StepCostModel {
  readonly #weightBytes: number;
  readonly #kvBytes: number;
  readonly #flops: number;
  readonly #bandwidth: number;

  constructor(
    private readonly model: LanguageModel,
    private readonly product: GpuProduct,
    private readonly width: number,
  ) {
    this.#weightBytes = weightBytes(model);
    this.#kvBytes = kvBytesPerToken(model);
    this.#flops = product.flops * COMPUTE_EFFICIENCY * width;
    this.#bandwidth = product.bandwidthBytesPerSecond * MEMORY_EFFICIENCY * width;
  }

  /** `clockRatio` is that of the slowest GPU: the others wait for it. */
  of({ decodes, kvTokens, prefillTokens, prefillContext }: StepWork, clockRatio: number): StepCost {
    const tokens = decodes + prefillTokens;
    if (tokens === 0) return { gpuSeconds: 0, computeRatio: 0, dramRatio: 0 };
    const clock = Math.max(0.05, clockRatio);
    const slowMemory = 1 - CLOCK_SHARE + CLOCK_SHARE / clock;
    // Matrix products read all weights once for all tokens of the step: two operations per weight and token.
    const dense = (2 * this.model.parameters * tokens) / this.#flops / clock;
    const weights = (this.#weightBytes / this.#bandwidth) * slowMemory;
    // Attention of prompts: 4 operations per token, token before it, and hidden value of a layer.
    const { layers, hiddenSize } = this.model;
    const attention = (4 * layers * hiddenSize * prefillTokens * prefillContext) / this.#flops / clock;
    const kv = ((kvTokens * this.#kvBytes) / this.#bandwidth) * slowMemory;
    const gpuSeconds = Math.max(dense, weights) + attention + kv + this.exchangeSeconds(tokens);
    const compute = attention + (dense >= weights ? dense : (dense * dense) / weights);
    const bytes = this.#weightBytes + kvTokens * this.#kvBytes + prefillTokens * this.#kvBytes;
    return {
      gpuSeconds,
      computeRatio: Math.min(1, compute / gpuSeconds),
      dramRatio: Math.min(1, bytes / (this.product.bandwidthBytesPerSecond * this.width) / gpuSeconds),
    };
  }

  private exchangeSeconds(tokens: number): number {
    if (this.width === 1) return 0;
    const { layers, hiddenSize } = this.model;
    const bytes = (2 * (this.width - 1) * tokens * hiddenSize * 2) / this.width;
    return 2 * layers * (ALL_REDUCE_SECONDS + bytes / this.product.peerBytesPerSecond);
  }
}

/** Tokens of KV cache that fit: what the utilisation flag leaves beside weights and activations (2.5 GiB a GPU, estimate). */
export function kvBlocks(
  model: LanguageModel,
  product: GpuProduct,
  { width, gpuMemoryUtilization, blockSize }: { width: number; gpuMemoryUtilization: number; blockSize: number },
): number {
  const usable = width * (gpuMemoryUtilization * product.totalMib - 2560) * 2 ** 20 - weightBytes(model);
  return Math.max(256, Math.floor(usable / (kvBytesPerToken(model) * blockSize)));
}
