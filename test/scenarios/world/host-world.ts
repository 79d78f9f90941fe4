import type { Bundle, BundleFrame, BundlePage } from './bundle.js';
import { cachePages, seriesOnEnginePage } from './cache-pages.js';
import { type CacheOptions, WorldCache } from './cache-state.js';
import { enginePages } from './engine-pages.js';
import { type EngineOptions, WorldEngine } from './engine-state.js';
import { type DcgmCounters, dcgmText } from './dcgm-pages.js';
import { nvidiaSmiText, readGpu } from './gpu-pages.js';
import { type GpuDemand, type GpuOptions, WorldGpu } from './gpu-state.js';
import { hostFiles, type HostView, nodeExporterText } from './host-files.js';
import { type HostOptions, WorldHost } from './host-state.js';
import { WorldKernelLog } from './kernel-log.js';
import { Random } from './random.js';
import type { KernelLogForm, LogSchema } from './writers.js';

export interface WorldOptions {
  readonly seed: number;
  readonly target?: string;
  /** ISO time of the first frame. */
  readonly startAt?: string;
  readonly intervalSeconds?: number;
  /** One H100 by default. */
  readonly gpus?: readonly GpuOptions[];
  readonly engines?: readonly EngineOptions[];
  /** A cache of the first engine, or several. */
  readonly lmcache?: CacheOptions['mode'] | readonly CacheOptions[] | null;
  /** dcgm-exporter beside nvidia-smi; `true` has the profiling fields. */
  readonly dcgm?: boolean | DcgmCounters;
  readonly nvidiaSmi?: boolean;
  readonly smiSchema?: LogSchema;
  readonly driverVersion?: string;
  readonly nodeExporter?: boolean;
  /** Files below `/proc` and `/sys`. */
  readonly hasFiles?: boolean;
  readonly hasKernelLog?: boolean;
  readonly kernelLogForm?: KernelLogForm;
  readonly host?: HostOptions;
  readonly settings?: Bundle['settings'];
}

export interface RunOptions {
  /** Number of frames; the first is of the time at which the run begins. */
  readonly frames?: number;
  /** Instead of a number of frames: so long that the last frame is of this time after the first. */
  readonly seconds?: number;
  /** Over the world's own interval. */
  readonly intervalSeconds?: number;
  /** Called before the time up to a frame passes; `seconds` is the frame's time since the first one. */
  readonly each?: (seconds: number, world: HostWorld) => void;
}

/** Time passes in steps of so much, or in so many steps where frames are far apart. */
const STEP_SECONDS = 2;
const MOST_STEPS = 30;
const WARM_UP_SECONDS = 40;

/** A machine with GPUs and engines, in source formats. See `index.ts` for how to use it. */
export class HostWorld {
  readonly random: Random;
  readonly gpus: readonly WorldGpu[];
  readonly engines: readonly WorldEngine[];
  readonly caches: readonly WorldCache[];
  readonly host: WorldHost;
  readonly kernelLog: WorldKernelLog;
  /** Since the first frame. */
  seconds = 0;
  /** Instead of the XML: what nvidia-smi prints when it fails. */
  smiFailure: { readonly stdout: string; readonly stderr?: string; readonly exitCode: number } | null = null;
  /** False: the exporter does not answer. */
  isDcgmUp = true;
  readonly #startMs: number;
  readonly #frames: BundleFrame[] = [];
  #isWarm = false;

  constructor(readonly options: WorldOptions) {
    this.random = new Random(options.seed);
    this.#startMs = Date.parse(options.startAt ?? '2026-03-02T08:00:00.000Z');
    this.host = new WorldHost(options.host);
    this.gpus = (options.gpus ?? [{}]).map((gpu, index) => new WorldGpu(index, gpu, this.random));
    this.engines = (options.engines ?? []).map((engine, index) => {
      const positions = engine.gpus ?? [0];
      const gpus = this.gpus.filter((_, position) => positions.includes(position));
      return new WorldEngine(
        index,
        { cgroupPath: this.host.cgroupPath, cpusAllowed: `0-${this.host.cores - 1}`, ...engine },
        gpus,
      );
    });
    const { lmcache = null } = options;
    const caches = lmcache === null ? [] : typeof lmcache === 'string' ? [{ mode: lmcache }] : lmcache;
    this.caches = caches.map((cache) => new WorldCache(cache, this.engines[cache.engine ?? 0] ?? null));
    this.kernelLog = new WorldKernelLog(options.kernelLogForm ?? 'dmesg-iso', this.#bootMs, () => this.#uptime);
  }

  /** The n-th GPU. */
  gpu(index = 0): WorldGpu {
    return found(this.gpus[index], `GPU ${index}`);
  }

  engine(index = 0): WorldEngine {
    return found(this.engines[index], `engine ${index}`);
  }

  cache(index = 0): WorldCache {
    return found(this.caches[index], `cache ${index}`);
  }

  /** Records frames while time passes. May be called again: the recording goes on. */
  run(options: RunOptions = {}): this {
    const interval = options.intervalSeconds ?? this.options.intervalSeconds ?? 10;
    const frames = options.frames ?? (options.seconds === undefined ? 12 : Math.floor(options.seconds / interval) + 1);
    for (let i = 0; i < frames; i += 1) {
      const isFirst = this.#frames.length === 0;
      options.each?.(isFirst ? 0 : this.seconds + interval, this);
      if (!this.#isWarm) this.#warmUp();
      if (!isFirst) this.#pass(interval);
      this.#frames.push(this.#frame());
    }
    return this;
  }

  /** Lets time pass without recording. */
  skip(seconds: number): this {
    if (!this.#isWarm) this.#warmUp();
    this.#pass(seconds);
    return this;
  }

  /**
   * Engines wait for CPUs for this share of the time: GPUs idle, frontends get slow. `cgroup`: the control group's
   * limit throttles them; `neighbours`: other jobs use the cores. Short of cores, vLLM degrades with low GPU
   * utilisation [VLLM-OPT].
   */
  starveCpu(by: 'cgroup' | 'neighbours', stall = 0.6): this {
    for (const engine of this.engines) engine.cpuStall = stall;
    const { host } = this;
    if (by === 'cgroup') {
      host.cgroup.cpuLimitCores ??= 2;
      host.cgroup.throttledRatio = Math.min(0.98, 0.15 + stall * 0.9);
      // Throttled tasks are runnable and count as waiting for a CPU.
      host.pressure.cpuSome = 20 + 60 * stall;
      return this;
    }
    host.cpu.user = 0.82;
    host.cpu.system = 0.1;
    host.load = host.cores * 2.6;
    host.runnableTasks = Math.round(host.cores * 2.5);
    host.pressure.cpuSome = 30 + 65 * stall;
    return this;
  }

  /** What was recorded so far. */
  bundle(target = this.options.target): Bundle {
    const { settings } = this.options;
    return {
      ...(target === undefined ? {} : { target }),
      frames: [...this.#frames],
      ...(settings === undefined ? {} : { settings }),
    };
  }

  get #bootMs(): number {
    return this.#startMs - this.host.bootedSecondsAgo * 1000;
  }

  get #uptime(): number {
    return this.host.bootedSecondsAgo + this.seconds;
  }

  /** Long-run state and counters of a machine that has done the same for hours. */
  #warmUp(): void {
    this.#isWarm = true;
    for (const cache of this.caches) this.#connect(cache);
    // Clocks depend on the engines and they on the clocks.
    for (let i = 0; i < 4; i += 1) {
      for (const engine of this.engines) engine.settle();
      for (const gpu of this.gpus) gpu.step(0, this.#demandOf(gpu), true);
    }
    this.host.settle();
    this.#pass(WARM_UP_SECONDS);
    this.seconds = 0;
    for (const engine of this.engines)
      engine.counters.scale(Math.max(1, Math.round(-engine.startedAt / WARM_UP_SECONDS)));
    for (const cache of this.caches)
      cache.scale(Math.max(1, Math.round(-(cache.engine?.startedAt ?? 0) / WARM_UP_SECONDS)));
    this.host.scale(Math.round(this.host.bootedSecondsAgo / WARM_UP_SECONDS));
  }

  #pass(seconds: number): void {
    const steps = Math.max(1, Math.min(MOST_STEPS, Math.ceil(seconds / STEP_SECONDS)));
    const step = seconds / steps;
    for (let i = 0; i < steps; i += 1) {
      this.seconds += step;
      for (const cache of this.caches) this.#connect(cache);
      for (const engine of this.engines) engine.step(step, this.random);
      for (const cache of this.caches) cache.step(step, this.random);
      for (const gpu of this.gpus) gpu.step(step, this.#demandOf(gpu));
      this.host.engineCores = this.engines.reduce(
        (sum, { isAlive, now }) => sum + (isAlive ? now.apiServerCores + now.engineCores : 0),
        0,
      );
      this.host.step(step, this.random);
    }
  }

  /** The engine finds in a cache what the cache has. */
  #connect(cache: WorldCache): void {
    if (cache.engine !== null) cache.engine.externalHitRatio = cache.effectiveHitRatio;
  }

  #demandOf(gpu: WorldGpu): GpuDemand {
    const engines = this.engines.filter(({ gpus }) => gpus.includes(gpu));
    const activity = Math.min(
      1,
      engines.reduce((sum, { now }) => sum + now.activity, 0),
    );
    const prefillShare = Math.max(0, ...engines.map(({ now }) => now.prefillShare));
    return { activity, prefillShare, processes: engines.flatMap((engine) => engine.gpuProcesses(gpu)) };
  }

  #frame(): BundleFrame {
    const { options } = this;
    const atMs = this.#startMs + this.seconds * 1000 + Math.round(this.random.between(-300, 300));
    const readings = this.gpus
      .filter(({ isPresent }) => isPresent)
      .map((gpu) => [gpu, readGpu(gpu, this.random)] as const);
    const frame: BundleFrame = { at: new Date(atMs).toISOString() };
    if (options.nvidiaSmi !== false) {
      const { smiSchema: schema, driverVersion } = options;
      frame.nvidiaSmi = this.smiFailure ?? {
        stdout: nvidiaSmiText(readings, { schema, driverVersion }),
        stderr: '',
        exitCode: 0,
      };
    }
    const view = this.#view();
    const metrics = [
      ...this.#enginePages(),
      ...this.caches.flatMap(cachePages),
      ...this.#dcgmPages(readings),
      ...(options.nodeExporter === true
        ? [{ url: 'http://127.0.0.1:9100/metrics', text: nodeExporterText(this.host, view) }]
        : []),
    ];
    if (metrics.length > 0) frame.metrics = metrics;
    if (options.hasKernelLog !== false) frame.kernelLog = this.kernelLog.text();
    if (options.hasFiles !== false) frame.files = hostFiles(this.host, view);
    return frame;
  }

  #enginePages(): BundlePage[] {
    return this.engines.flatMap((engine) => {
      const extra = this.caches
        .filter((cache) => cache.engine === engine)
        .map(seriesOnEnginePage)
        .join('');
      return enginePages(engine, { originMs: this.#startMs, extra });
    });
  }

  #dcgmPages(readings: Parameters<typeof dcgmText>[0]): BundlePage[] {
    const { dcgm = false } = this.options;
    if (dcgm === false) return [];
    const url = 'http://127.0.0.1:9400/metrics';
    if (!this.isDcgmUp) return [{ url, status: 0, text: '' }];
    return [{ url, text: dcgmText(readings, dcgm === true ? 'full' : dcgm) }];
  }

  #view(): HostView {
    const processes = Object.assign(
      {},
      ...this.engines.map((engine) => engine.processes(this.host.bootedSecondsAgo)),
    ) as HostView['processes'];
    return {
      gpus: this.gpus,
      processes,
      bootSeconds: Math.round(this.#bootMs / 1000),
      uptimeSeconds: this.#uptime,
      random: this.random,
    };
  }
}

function found<Part>(part: Part | undefined, name: string): Part {
  if (part === undefined) throw new Error(`this world has no ${name}`);
  return part;
}
