import { SimulatedCache } from './cache.js';
import { SimulatedEngine } from './engine.js';
import { engineSize, usualTraffic } from './engine-sizing.js';
import { SimulatedGpu } from './gpu.js';
import { type GpuDemand, NO_DEMAND } from './gpu-clock.js';
import { type HostDemand, ServerHost } from './host.js';
import { type KernelEvent, KernelEvents } from './kernel-event.js';
import { kvBytesPerToken } from './language-models.js';
import { planEngines, type PlannedEngine } from './machine-layout.js';
import type { MachineOptions } from './machine-options.js';
import type { MachineView } from './machine-view.js';
import { GPU_PRODUCTS, type GpuProduct } from './products.js';
import { Random } from './random.js';

/** State moves on a grid of so many microseconds since the start. */
export const TICK_MICROSECONDS = 100_000;
const TICK_SECONDS = TICK_MICROSECONDS / 1e6;
const DEFAULT_START_MS = Date.UTC(2026, 0, 15, 9, 30);
const BOOTED_BEFORE_MS = 19 * 86_400_000;

/**
 * A GPU host. It has no clock of its own: `advance` passes time, and the same seed and the same calls give the same state.
 * Less than a tick is owed to the next call, so `advance(10)` is the same as ten times `advance(1)` or a hundred times
 * `advance(0.1)`, as long as nothing else is called in between.
 */
export class Machine {
  readonly product: GpuProduct;
  readonly gpus: readonly SimulatedGpu[];
  readonly engines: readonly SimulatedEngine[];
  readonly caches: readonly SimulatedCache[];
  readonly host: ServerHost;
  readonly #events = new KernelEvents();
  readonly #startMs: number;
  #ticks = 0;
  #owedMicroseconds = 0;
  #counted = { requests: 0, promptTokens: 0, generatedTokens: 0 };

  constructor(options: MachineOptions = {}) {
    const random = new Random(options.seed ?? 1);
    const warmSeconds = options.warmSeconds ?? 40;
    this.#startMs = (options.startAtMs ?? DEFAULT_START_MS) - Math.round(warmSeconds * 1000);
    this.product = GPU_PRODUCTS[options.product ?? 'h100'];
    const count = options.gpus ?? 1;
    this.host = new ServerHost(options.host ?? {}, count, random.fork('host'));
    const perNode = Math.ceil(count / this.host.numaNodes);
    this.gpus = Array.from(
      { length: count },
      (_, i) => new SimulatedGpu(i, this.product, Math.floor(i / perNode), random.fork(`gpu-${i}`)),
    );
    const planned = planEngines(options);
    const caches = planned.map((plan, id) => this.newCache(plan, id));
    this.caches = caches.filter((cache) => cache !== null);
    this.engines = planned.map((plan, id) => this.newEngine(plan, id, caches[id] ?? null, random));
    this.warmUp(warmSeconds, options.historyHours ?? 6);
  }

  gpu(index: number): SimulatedGpu {
    return found(this.gpus[index], `GPU ${index}`);
  }

  engine(index: number): SimulatedEngine {
    return found(this.engines[index], `engine ${index}`);
  }

  cache(index: number): SimulatedCache {
    return found(this.caches[index], `cache ${index}`);
  }

  /** Wall-clock time of the machine. */
  get nowMs(): number {
    return this.#startMs + (this.#ticks * TICK_MICROSECONDS) / 1000;
  }

  /** Passes time; returns when it has passed. */
  advance(seconds: number): void {
    if (!(seconds >= 0)) throw new RangeError(`${seconds} seconds cannot pass`);
    this.#owedMicroseconds += Math.round(seconds * 1e6);
    while (this.#owedMicroseconds >= TICK_MICROSECONDS) {
      this.#owedMicroseconds -= TICK_MICROSECONDS;
      this.tick();
    }
  }

  /** The kernel says something in its log. */
  log(event: KernelEvent): void {
    this.#events.add(event, this.nowMs);
  }

  /** A GPU stops answering: with the words of the kernel, and the end of the engine that uses it. */
  dropGpu(index: number): void {
    const gpu = this.gpu(index);
    gpu.fallOffBus();
    this.log({ kind: 'off-bus', gpu: index, pciBusId: gpu.pciBusId });
    this.logXid(index, 79);
    for (const engine of this.engines) if (engine.gpus.includes(index)) engine.die();
  }

  logXid(index: number, code: number): void {
    this.log({ kind: 'xid', gpu: index, pciBusId: this.gpu(index).pciBusId, code });
  }

  view(): MachineView {
    return {
      atMs: this.nowMs,
      bootedAtMs: this.#startMs - BOOTED_BEFORE_MS,
      gpus: this.gpus.map((gpu) => gpu.view()),
      engines: this.engines.map((engine) => engine.view()),
      caches: this.caches.map((cache) => cache.view()),
      host: this.host.view(),
      kernelEvents: this.#events.all,
    };
  }

  private newCache({ gpus, options, cache }: PlannedEngine, id: number): SimulatedCache | null {
    if (cache === null) return null;
    const pcie = SimulatedCache.pcieBytesPerSecond(this.product.pcieGeneration) * gpus.length;
    const { model } = engineSize(options, gpus, this.product);
    return new SimulatedCache(id, cache, kvBytesPerToken(model), pcie);
  }

  private newEngine(plan: PlannedEngine, id: number, cache: SimulatedCache | null, random: Random): SimulatedEngine {
    const { product } = this;
    const size = engineSize(plan.options, plan.gpus, product);
    return new SimulatedEngine({
      id,
      port: plan.options.port ?? 8000 + id,
      size,
      product,
      traffic: { ...usualTraffic(size, product), ...plan.options.traffic },
      cache,
      random: random.fork(`engine-${id}`),
      daySeconds: (this.#startMs / 1000) % 86_400,
      startMs: this.#startMs,
    });
  }

  /** A short time under load, which then counts as hours of it. */
  private warmUp(seconds: number, hours: number): void {
    for (const cache of this.caches) cache.fill(this.engine(cache.engine).traffic.contexts.count);
    if (seconds <= 0) return;
    this.advance(seconds / 2);
    for (const gpu of this.gpus) gpu.settle(1);
    this.advance(seconds / 2);
    const times = Math.max(1, Math.round((hours * 3600) / seconds));
    for (const gpu of this.gpus) gpu.settle(times);
    for (const engine of this.engines) engine.settle(times, hours);
    this.host.settle(times);
    this.#counted = this.countTokens();
  }

  /** Engines work with the clocks and CPUs that the last tick left them; GPUs and host then follow what they did. */
  private tick(): void {
    this.#ticks += 1;
    const until = (this.#ticks * TICK_MICROSECONDS) / 1e6;
    for (const engine of this.engines) {
      engine.advance(until, {
        clockRatio: Math.min(...engine.gpus.map((index) => this.gpu(index).clockRatio)),
        cpuSlowdown: this.host.cpu.slowdown,
        cpuWaitSeconds: this.host.cpu.stepWaitSeconds,
      });
    }
    for (const cache of this.caches) cache.step(TICK_SECONDS);
    this.stepGpus();
    if (this.host.step(TICK_SECONDS, this.hostDemand())) {
      this.log({ kind: 'oom-kill', pid: 20_117, process: 'stress', residentBytes: this.host.memoryBytes / 2 });
    }
  }

  private stepGpus(): void {
    const demands = new Map<number, GpuDemand>();
    for (const engine of this.engines) {
      const demand = engine.takeDemand(TICK_SECONDS);
      for (const index of engine.gpus) demands.set(index, demand);
    }
    for (const gpu of this.gpus) {
      gpu.processes = this.engines
        .filter(({ gpus, process }) => gpus.includes(gpu.index) && process.gpuMib > 0)
        .map(({ gpus, process }) => ({
          // Each GPU of a tensor-parallel engine has a worker process of its own; a single one is the core's.
          pid: process.pid + 100 + gpus.indexOf(gpu.index),
          name: gpus.length > 1 ? `VLLM::Worker_TP${gpus.indexOf(gpu.index)}` : 'VLLM::EngineCore',
          usedMib: process.gpuMib,
        }));
      gpu.step(TICK_SECONDS, demands.get(gpu.index) ?? NO_DEMAND);
    }
  }

  private hostDemand(): HostDemand {
    const before = this.#counted;
    const after = this.countTokens();
    this.#counted = after;
    const network = this.caches.map((cache) => cache.takeNetworkBytes());
    const sum = <T>(list: readonly T[], value: (one: T) => number): number =>
      list.reduce((all, x) => all + value(x), 0);
    return {
      engineCores: sum(this.engines, ({ process }) => process.cores),
      engineBytes: sum(this.engines, ({ process }) => process.residentBytes) + sum(this.caches, (c) => c.capacityBytes),
      modelBytesPerSecond: sum(this.engines, ({ process }) => process.diskBytesPerSecond),
      requests: Math.max(0, after.requests - before.requests),
      promptTokens: Math.max(0, after.promptTokens - before.promptTokens),
      generatedTokens: Math.max(0, after.generatedTokens - before.generatedTokens),
      cacheRxBytes: sum(network, ({ rx }) => rx),
      cacheTxBytes: sum(network, ({ tx }) => tx),
    };
  }

  private countTokens(): { requests: number; promptTokens: number; generatedTokens: number } {
    const all = { requests: 0, promptTokens: 0, generatedTokens: 0 };
    for (const { counters } of this.engines) {
      all.requests += counters.succeeded + counters.aborted;
      all.promptTokens += counters.promptTokens;
      all.generatedTokens += counters.generationTokens;
    }
    return all;
  }
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RangeError(`there is no ${what}`);
  return value;
}
