import type { LanguageModelId } from './language-models.js';
import type { GpuProductId } from './products.js';
import type { Traffic } from './traffic.js';

export interface EngineOptions {
  /** Positions of its GPUs; all of them work on each step (tensor parallel). */
  readonly gpus?: readonly number[];
  readonly model?: LanguageModelId;
  readonly port?: number;
  readonly maxNumSeqs?: number;
  readonly maxNumBatchedTokens?: number;
  readonly gpuMemoryUtilization?: number;
  readonly traffic?: Partial<Traffic>;
  /** An LMCache inside the engine. */
  readonly cache?: CacheOptions | null;
}

export interface CacheOptions {
  readonly capacityGib?: number;
  /** Second tier over the network; none by default. */
  readonly remoteGib?: number;
}

export interface HostOptions {
  readonly hostname?: string;
  readonly logicalCores?: number;
  readonly memoryGib?: number;
  readonly numaNodes?: number;
  /** Limits of the engines' control group; none by default. */
  readonly cpuQuotaCores?: number | null;
  readonly memoryLimitGib?: number | null;
}

export interface MachineOptions {
  readonly seed?: number;
  /** Wall-clock time of the machine once it is warm. */
  readonly startAtMs?: number;
  readonly product?: GpuProductId;
  readonly gpus?: number;
  /** How many, over the GPUs evenly, or each by itself. */
  readonly engines?: number | readonly EngineOptions[];
  /** For engines that say nothing of a cache: one in host memory by default, none for null. */
  readonly cache?: CacheOptions | null;
  readonly host?: HostOptions;
  /** Load that is simulated before the machine is handed out, and the time it is then said to have gone on. */
  readonly warmSeconds?: number;
  readonly historyHours?: number;
}
