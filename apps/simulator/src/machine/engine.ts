import { Batch, type PlannedStep } from './batch.js';
import type { SimulatedCache } from './cache.js';
import { EngineRecords } from './engine-records.js';
import { EngineLoad } from './engine-load.js';
import { type EngineSize, STEP_SECONDS, STEP_SECONDS_PER_REQUEST } from './engine-sizing.js';
import { EngineProcess } from './engine-process.js';
import { FrontEnd } from './front-end.js';
import type { GpuDemand } from './gpu-clock.js';
import { KvPool } from './kv-pool.js';
import type { EngineView } from './machine-view.js';
import type { GpuProduct } from './products.js';
import type { Random } from './random.js';
import { EngineRequest } from './request.js';
import { StepCostModel } from './step-cost.js';
import { ArrivalProcess, type Traffic } from './traffic.js';

/** What the machine gives an engine at the moment. */
export interface EngineSurroundings {
  /** SM clock of its slowest GPU as a share of the maximum. */
  readonly clockRatio: number;
  /** CPU work takes so many times as long, and each step waits so long for CPUs besides. */
  readonly cpuSlowdown: number;
  readonly cpuWaitSeconds: number;
}

export interface EngineParts {
  readonly id: number;
  readonly port: number;
  readonly size: EngineSize;
  readonly product: GpuProduct;
  readonly traffic: Traffic;
  readonly cache: SimulatedCache | null;
  readonly random: Random;
  readonly daySeconds: number;
  readonly startMs: number;
}

interface RunningStep {
  readonly plan: PlannedStep;
  readonly endsAt: number;
}

/** A vLLM V1 engine: front end, scheduler, steps on its GPUs, and what people can do with it. Times are machine seconds. */
export class SimulatedEngine {
  readonly id: number;
  readonly process: EngineProcess;
  readonly load = new EngineLoad();
  #size: EngineSize;
  readonly #pool: KvPool;
  readonly #records: EngineRecords;
  readonly #frontEnd = new FrontEnd();
  readonly #arrivals: ArrivalProcess;
  readonly #cost: StepCostModel;
  #batch: Batch;
  #incoming: EngineRequest[] = [];
  #step: RunningStep | null = null;
  #now = 0;

  constructor(private readonly parts: EngineParts) {
    const { size, product, traffic, random, daySeconds } = parts;
    this.id = parts.id;
    this.#size = size;
    this.process = new EngineProcess({ ...parts, gpuTotalMib: product.totalMib, hasCache: parts.cache !== null });
    this.#pool = new KvPool(size.totalBlocks);
    this.#records = new EngineRecords(size.maxModelLen);
    this.#arrivals = new ArrivalProcess(traffic, random, daySeconds, 0);
    this.#cost = new StepCostModel(size.model, product, size.gpus.length);
    this.#batch = this.newBatch();
  }

  get gpus(): readonly number[] {
    return this.#size.gpus;
  }

  get size(): EngineSize {
    return this.#size;
  }

  get traffic(): Traffic {
    return this.#arrivals.traffic;
  }

  get running(): number {
    return this.#batch.running;
  }

  get waiting(): number {
    return this.#batch.waiting.length;
  }

  get counters(): EngineView['counters'] {
    return this.#records.counters;
  }

  /** Changes some of what clients send, from now on. */
  setTraffic(change: Partial<Traffic>): void {
    this.#arrivals.change({ ...this.traffic, ...change }, this.#now);
  }

  /** Takes effect with the next restart, as a flag does. */
  setMaxNumSeqs(maxNumSeqs: number): void {
    if (!Number.isInteger(maxNumSeqs) || maxNumSeqs < 1) throw new RangeError(`${maxNumSeqs} sequences cannot run`);
    this.#size = { ...this.#size, maxNumSeqs };
  }

  /** Ends the process and starts it anew: loads for `loadSeconds` (as long as its weights need), then serves. */
  restart(loadSeconds?: number): void {
    this.loseEverything();
    this.#records.reset();
    this.parts.cache?.restart();
    this.#batch = this.newBatch();
    this.process.restart(this.#now, this.#size.maxNumSeqs, loadSeconds);
    this.#frontEnd.restart(this.#now);
  }

  /** The process is gone, by a crash or a signal. */
  die(): void {
    this.loseEverything();
    this.process.die();
  }

  /** Takes connections and answers none. `isSpinning`: its kernels wait for each other for ever, at full utilisation. */
  hang({ isSpinning = false } = {}): void {
    this.process.hang(isSpinning);
  }

  /** Goes on where it hung. */
  recover(): void {
    if (this.process.state !== 'hung') return;
    this.process.recover();
    this.#frontEnd.restart(this.#now);
  }

  /** `/sleep`: breaks off what runs; level 1 keeps the weights in host memory, level 2 nowhere. */
  sleep(level: 1 | 2 = 1): void {
    if (this.process.state !== 'serving' || this.process.sleepLevel > 0) return;
    this.#records.counters.aborted += this.loseEverything();
    this.process.sleep(level);
  }

  /** `/wake_up`: weights come back over PCIe, which takes seconds. */
  wake(): void {
    this.process.wake(this.#now);
  }

  /** `/pause?mode=keep`: takes requests and runs none. */
  pause(): void {
    if (this.process.state === 'serving') this.process.isPaused = true;
  }

  resume(): void {
    this.process.isPaused = false;
  }

  /** `/reset_prefix_cache`: false while blocks are in use, as vLLM has it (and answers 200 all the same). */
  resetPrefixCache(): boolean {
    return this.#pool.forget();
  }

  /** Counters begin at zero without a restart. */
  resetCounters(): void {
    this.#records.reset();
  }

  advance(until: number, surroundings: EngineSurroundings): void {
    const before = this.#now;
    const tokens = this.#records.counters.generationTokens;
    this.process.advance(until);
    this.arrive(until, surroundings);
    if (this.process.isRunning) this.run(until, surroundings);
    else this.load.pass(before, until, this.process.idleDemand);
    this.#now = until;
    this.enqueue(until);
    this.#batch.giveUp(until, this.traffic.patienceSeconds);
    const seconds = until - before;
    if (this.process.state === 'serving') {
      this.#frontEnd.stream(Math.max(0, this.#records.counters.generationTokens - tokens), seconds);
    }
    this.process.useCpu(seconds, this.load.busySeconds, this.#frontEnd.takeBusySeconds());
  }

  /** Load of each of its GPUs since the last call. */
  takeDemand(seconds: number): GpuDemand {
    return this.load.take(seconds, this.gpus.length);
  }

  /** As if the same had happened so many times, in so many hours. */
  settle(times: number, hours: number): void {
    this.#records.scale(times);
    this.process.settle(times, hours);
    this.parts.cache?.scale(times);
  }

  view(): EngineView {
    const size = this.#size;
    return {
      id: this.id,
      ...this.process.view(),
      model: size.model.name,
      gpus: size.gpus,
      running: this.running,
      waiting: this.waiting,
      maxNumSeqs: this.#batch.limits.maxNumSeqs,
      kvUsageRatio: this.#pool.usedBlocks / this.#pool.totalBlocks,
      blockSize: this.#pool.blockSize,
      totalBlocks: this.#pool.totalBlocks,
      maxNumBatchedTokens: size.maxNumBatchedTokens,
      maxModelLen: size.maxModelLen,
      gpuMemoryUtilization: size.gpuMemoryUtilization,
      hasCache: this.parts.cache !== null,
      requestsPerSecond: this.#arrivals.rateAt(this.#now),
      ...this.#records.view(),
    };
  }

  private newBatch(): Batch {
    return new Batch(this.#size, this.#pool, this.#records, this.parts.cache);
  }

  private loseEverything(): number {
    const lost = this.#batch.clear() + this.#incoming.length;
    this.#incoming = [];
    this.#step = null;
    return lost;
  }

  /** Requests of the time; those that find no process, or one that does not answer, are lost to their clients. */
  private arrive(until: number, { cpuSlowdown }: EngineSurroundings): void {
    for (let at = this.#arrivals.take(until); at !== null; at = this.#arrivals.take(until)) {
      const drawn = this.#arrivals.draw(this.#size.maxModelLen);
      if (this.process.state !== 'serving') continue;
      const queuedAt = this.#frontEnd.accept(at, drawn.promptTokens, cpuSlowdown);
      this.#incoming.push(new EngineRequest(drawn, at, queuedAt));
    }
  }

  private enqueue(until: number): void {
    const still = this.#incoming.findIndex(({ queuedAt }) => queuedAt > until);
    const due = this.#incoming.splice(0, still < 0 ? this.#incoming.length : still);
    for (const request of due) this.#batch.waiting.push(request);
  }

  /** Step after step; the last one may reach beyond the time and is ended in the next call. */
  private run(until: number, surroundings: EngineSurroundings): void {
    let now = this.#now;
    while (now < until) {
      this.#step ??= this.begin(now, surroundings);
      if (this.#step === null) {
        const next = Math.min(until, Math.max(now, this.#incoming[0]?.queuedAt ?? until));
        this.load.pass(now, next, null);
        now = next;
        continue;
      }
      // A step that a pause or a hang held up ends at once when it goes on.
      const endsAt = Math.max(now, this.#step.endsAt);
      if (endsAt > until) {
        this.load.pass(now, until);
        return;
      }
      this.load.pass(now, endsAt);
      this.load.store(this.#batch.complete(this.#step.plan, endsAt));
      this.#step = null;
      now = endsAt;
    }
  }

  private begin(now: number, { clockRatio, cpuSlowdown, cpuWaitSeconds }: EngineSurroundings): RunningStep | null {
    this.enqueue(now);
    const plan = this.#batch.plan(now);
    if (plan === null) return null;
    const cost = this.#cost.of(plan.work, clockRatio);
    const cpu = (STEP_SECONDS + STEP_SECONDS_PER_REQUEST * this.running) * cpuSlowdown + cpuWaitSeconds;
    const seconds = cost.gpuSeconds + cpu + plan.loadSeconds;
    this.load.begin(cost, seconds, plan.loadedTokens * this.#size.kvBytesPerToken);
    return { plan, endsAt: now + seconds };
  }
}
