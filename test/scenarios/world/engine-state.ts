import { EngineCounters } from './engine-counters.js';
import {
  type EngineCapacity,
  type EngineLoad,
  type Flow,
  flow,
  type FlowState,
  maxRunning,
  NOTHING,
  settled,
  sustainable,
} from './engine-flow.js';
import { type EngineMoment, momentOf } from './engine-moment.js';
import { commandLineOf, gpuProcessesOf, processesOf, workerPidOf } from './engine-process.js';
import { defaultModel, type EngineSpeed, kvTokens, speedOf, usualBillions, usualLoad } from './engine-sizing.js';
import type { WorldGpu } from './gpu-state.js';
import type { Random } from './random.js';
import type { ProcProcessValues, ProcessXmlValues, VllmEra, VllmLoraValues } from './writers.js';

export interface EngineOptions {
  readonly kind?: 'vllm' | 'sglang';
  /** 8000, 8001 … by default; SGLang 30000 …. */
  readonly port?: number;
  readonly model?: string;
  /** Weights in billions, two bytes each; what the GPU serves well by default. Sets speeds and KV blocks where they are not given. */
  readonly billions?: number;
  /** Positions of its GPUs; tensor parallel over all of them. */
  readonly gpus?: readonly number[];
  readonly maxNumSeqs?: number;
  readonly maxNumBatchedTokens?: number;
  readonly numGpuBlocks?: number;
  readonly blockSize?: number;
  readonly gpuMemoryUtilization?: number;
  /** Flags behind those that follow from the fields above. */
  readonly flags?: readonly string[];
  /** Without it the cap is not on the command line, as with the default. */
  readonly hasMaxNumSeqsFlag?: boolean;
  /** Labels of `cache_config_info` over those that follow from the fields above. */
  readonly config?: Readonly<Record<string, string>>;
  readonly era?: VllmEra;
  readonly version?: string;
  readonly startedSecondsAgo?: number;
  /** Null: not known to `/proc` (in another PID namespace). */
  readonly pid?: number | null;
  readonly cgroupPath?: string;
  readonly cpusAllowed?: string;
}

/**
 * `up` serves; `unhealthy`: `/health` and `/metrics` answer 503 (the engine is dead, the server lives); `refused`:
 * nobody listens and the process is gone; `loading`: nobody listens yet, the process lives; `hanging`: no answer in
 * time, the process lives.
 */
export type Availability = 'up' | 'unhealthy' | 'refused' | 'loading' | 'hanging';

/** Latency-minded operators keep batches about so large; `busy` is relative to it. */
const COMFORTABLE_BATCH = 96;
/** A frontend takes some milliseconds to tokenise and hand over. */
const FRONTEND_SECONDS = 0.008;

/** One inference server. All public fields may be set at any time and hold until they are set again. */
export class WorldEngine {
  readonly kind: 'vllm' | 'sglang';
  readonly port: number;
  /** `Engine.id` of the snapshot. */
  readonly url: string;
  readonly model: string;
  readonly billions: number;
  readonly blockSize: number;
  readonly gpuMemoryUtilization: number;
  readonly counters: EngineCounters;

  /** Requests as they come. `serve`, `busy` and `overload` set it. */
  readonly load: EngineLoad;
  maxNumSeqs: number;
  maxNumBatchedTokens: number;
  numGpuBlocks: number;
  /** What the GPUs can do at full clocks. */
  readonly speed: EngineSpeed;
  availability: Availability = 'up';
  /** What `/health` answers, where that is not what `availability` says. */
  healthStatus: number | null = null;
  sleepState: 'awake' | 'weights_offloaded' | 'discard_all' = 'awake';
  /** Accepts requests and finishes none: paused, asleep with traffic, or stuck. */
  isStalled = false;
  /** Requests that wait for adapters, KV transfer or a grammar, not for room [VLLM-M]. */
  deferred = 0;
  /** Share of the time in which the GPUs wait for a CPU; the frontend gets slower as well. */
  cpuStall = 0;
  frontendSeconds = FRONTEND_SECONDS;
  /** Added to the prefill of requests that the connector serves, e.g. by a slow remote tier. */
  externalWaitSeconds = 0;
  /** Set by a cache of the world each step; set it yourself where there is none. Null: no connector. */
  externalHitRatio: number | null = null;
  errorShare = 0;
  abortShare = 0.004;
  http5xxShare = 0;
  http5xxPerSecond = 0;
  rejectionsPerSecond = 0;
  /** Tokens proposed per generated one; 0: no speculative decoding. */
  draftTokensPerToken = 0;
  draftAcceptance = 0.7;
  lora: VllmLoraValues[] | null = null;
  /** Last word on a step. */
  pinned: Partial<EngineMoment> = {};
  /** Null where `/proc` does not show it. */
  pid: number | null;
  /** Seconds of world time at which the process started; negative: before the recording. */
  startedAt: number;
  flowState: FlowState = NOTHING;
  now: EngineMoment;

  constructor(
    readonly index: number,
    readonly options: EngineOptions,
    readonly gpus: readonly WorldGpu[],
  ) {
    this.kind = options.kind ?? 'vllm';
    this.port = options.port ?? (this.kind === 'vllm' ? 8000 : 30_000) + index;
    this.url = `http://127.0.0.1:${this.port}`;
    this.model = options.model ?? defaultModel(gpus);
    this.billions = options.billions ?? usualBillions(gpus);
    this.blockSize = options.blockSize ?? (this.kind === 'vllm' ? 16 : 1);
    this.gpuMemoryUtilization = options.gpuMemoryUtilization ?? 0.9;
    const [first] = gpus;
    const isLarge = (first?.model.totalMib ?? 81_559) >= 70 * 1024;
    const isA100 = first?.model.name.includes('A100') === true;
    // Defaults of the API server [VLLM-ARGS].
    this.maxNumSeqs = options.maxNumSeqs ?? (isLarge && !isA100 ? 1024 : 256);
    this.maxNumBatchedTokens = options.maxNumBatchedTokens ?? (isLarge && !isA100 ? 8192 : 2048);
    this.numGpuBlocks = options.numGpuBlocks ?? Math.floor(kvTokens(this) / this.blockSize);
    this.speed = speedOf(this);
    this.load = usualLoad(this.speed);
    this.pid = options.pid === undefined ? 4000 + 100 * index : options.pid;
    this.startedAt = -(options.startedSecondsAgo ?? 9 * 3600);
    this.counters = new EngineCounters(this.kind);
    this.now = momentOf(this, this.step0(), null);
  }

  /** A load as it is given. */
  serve(load: Partial<EngineLoad>): this {
    Object.assign(this.load, load);
    return this;
  }

  /** No requests. */
  idle(): this {
    return this.serve({ requestsPerSecond: 0 });
  }

  /**
   * Arrivals as a share of what the engine serves with low latency: about 96 requests at a time, or as many as fit
   * well into its batch and its KV cache. Up to 0.8 is a healthy day, 1 the edge of comfort, not of capacity.
   */
  busy(level = 0.5, load: Partial<EngineLoad> = {}): this {
    this.serve(load);
    const batch = Math.min(COMFORTABLE_BATCH, 0.65 * maxRunning(this.load, this.capacity));
    return this.serve({
      requestsPerSecond: level * sustainable(this.load, this.capacity, batch) * 0.9,
      backlogLimit: null,
    });
  }

  /** More than the engine can finish, until clients hold back at a queue of `backlogLimit`. */
  overload(factor = 1.3, backlogLimit: number | null = null, load: Partial<EngineLoad> = {}): this {
    this.serve(load);
    return this.serve({ requestsPerSecond: factor * sustainable(this.load, this.capacity), backlogLimit });
  }

  /** What it can sustain, requests per second, at present clocks. */
  get sustainableRate(): number {
    return sustainable(this.load, this.capacity);
  }

  /** The process ends and another one starts at once: all counters begin anew. `seconds` is the world's time. */
  restart(seconds: number): this {
    this.startedAt = seconds;
    this.flowState = NOTHING;
    this.counters.reset();
    if (this.pid !== null) this.pid += 7;
    this.availability = 'up';
    return this;
  }

  /** Level 1 keeps weights in memory of the host, level 2 nothing; the process and its counters live on. */
  sleep(level: 1 | 2 = 1): this {
    this.sleepState = level === 1 ? 'weights_offloaded' : 'discard_all';
    return this;
  }

  wake(): this {
    this.sleepState = 'awake';
    return this;
  }

  get isServing(): boolean {
    return this.availability === 'up' && this.sleepState === 'awake' && !this.isStalled;
  }

  get capacity(): EngineCapacity {
    const clockRatio = Math.min(1, ...this.gpus.map((gpu) => gpu.clockRatio));
    return {
      ...this.speed,
      maxNumSeqs: this.maxNumSeqs,
      maxNumBatchedTokens: this.maxNumBatchedTokens,
      kvTokens: this.numGpuBlocks * this.blockSize,
      clockRatio,
      cpuStall: this.cpuStall,
      externalHitRatio: this.externalHitRatio ?? 0,
    };
  }

  /** Finds the state in which arrivals and completions are equal, as after hours of this load. */
  settle(): void {
    this.flowState = this.isServing ? settled(this.load, this.capacity) : NOTHING;
    this.now = momentOf(this, this.step0(), null);
  }

  step(seconds: number, random: Random): void {
    const arrivals = random.events(this.load.requestsPerSecond * seconds) / seconds;
    const next = this.isServing
      ? flow(this.flowState, this.load, this.capacity, { arrivalsPerSecond: arrivals, seconds })
      : this.stalledFlow(arrivals, seconds);
    this.flowState = next;
    this.now = momentOf(this, next, random);
    if (this.availability === 'up') this.counters.add(this.now, { seconds, load: this.load, random });
  }

  private step0(): Flow {
    return flow(this.flowState, this.load, this.capacity, {
      arrivalsPerSecond: this.load.requestsPerSecond,
      seconds: 1,
    });
  }

  /** Requests come in and none is served; without a live process there is none. */
  private stalledFlow(arrivalsPerSecond: number, seconds: number): Flow {
    const isHolding = this.availability === 'up' && this.isStalled;
    const { running, waiting } = isHolding ? this.flowState : NOTHING;
    const queued = isHolding ? waiting + arrivalsPerSecond * seconds : 0;
    const none = flow(NOTHING, this.load, this.capacity, { arrivalsPerSecond: 0, seconds });
    return { ...none, running, waiting: Math.min(this.load.backlogLimit ?? Infinity, queued), prefillShare: 0 };
  }

  /** What the driver lists of it on one of its GPUs. */
  gpuProcesses(gpu: WorldGpu): ProcessXmlValues[] {
    return gpuProcessesOf(this, gpu);
  }

  /** Pid of the process on its n-th GPU; a child of the server. */
  workerPid(rank = 0): number {
    return workerPidOf(this, rank);
  }

  get isAlive(): boolean {
    return this.availability !== 'refused';
  }

  /** Its processes as `/proc` shows them. */
  processes(bootedSecondsAgo: number): Record<number, ProcProcessValues> {
    return processesOf(this, bootedSecondsAgo);
  }

  get commandLine(): string[] {
    return commandLineOf(this);
  }
}
