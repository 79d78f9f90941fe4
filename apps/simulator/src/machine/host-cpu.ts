import type { HostView } from './machine-view.js';
import { Pressure } from './pressure.js';
import type { Random } from './random.js';

/** Share of all cores that the system itself takes. */
const BASE_USER = 0.012;
const BASE_SYSTEM = 0.006;
/** A wake-up waits for a slice of whoever runs (`base_slice_ns`, 3 ms), and a step needs so many wake-ups (estimate). */
const SLICE_SECONDS = 0.003;
const WAKE_UPS_PER_STEP = 3;
/** A period of the CPU controller (`cpu.max`). */
const PERIOD_SECONDS = 0.1;
/** The kernel's load averages: over these seconds, renewed every five. */
const LOAD_WINDOWS = [60, 300, 900] as const;
const LOAD_UPDATE_SECONDS = 5;

export interface CpuDemand {
  /** Cores that engines want, and others. */
  readonly engines: number;
  readonly neighbours: number;
  /** Share of the time that tasks wait for disks, and for memory. */
  readonly ioWait: number;
  readonly memoryWait: number;
}

type Times = { -readonly [Name in keyof HostView['cpuSeconds']]: number };

/** CPUs of the host: fair shares among all who want them, and what waiting for them does to an engine. */
export class HostCpu {
  readonly pressure = { some: new Pressure(), full: new Pressure() };
  readonly load: [number, number, number] = [0, 0, 0];
  runnable = 1;
  quotaCores: number | null;
  /** CPU work takes so many times as long, and a step waits so long for its wake-ups. */
  slowdown = 1;
  stepWaitSeconds = 0;
  readonly #times: Times = { user: 0, nice: 0, system: 0, idle: 0, iowait: 0, irq: 0, softirq: 0, steal: 0 };
  #cgroup = { periods: 0, throttledPeriods: 0, throttledSeconds: 0 };
  #sinceLoad = 0;
  #runnableMean = 0;
  #periodRest = 0;

  constructor(
    readonly cores: number,
    quotaCores: number | null,
    private readonly random: Random,
  ) {
    this.quotaCores = quotaCores;
  }

  step(seconds: number, demand: CpuDemand): void {
    const { cores } = this;
    const throttled = this.throttle(seconds, demand.engines);
    const engines = demand.engines * (1 - throttled);
    const base = (BASE_USER + BASE_SYSTEM) * cores * (1 + 0.05 * this.random.normal());
    const wanted = base + engines + demand.neighbours;
    const crowd = wanted / cores;
    // Fair shares: who wants a core gets cores/wanted of one when more are wanted than there are.
    this.slowdown = Math.max(1, crowd) / (1 - throttled) / (1 - demand.memoryWait);
    this.stepWaitSeconds = WAKE_UPS_PER_STEP * SLICE_SECONDS * this.wakeUpWait(crowd);
    this.spend(seconds, { base, engines, neighbours: demand.neighbours, wanted, ioWait: demand.ioWait });
    this.runnable = Math.max(1, Math.round(wanted));
    this.remember(seconds, wanted + demand.ioWait * 4);
    // Some task waits whenever more want to run than can; close to that, now and then (estimate).
    const waiting = crowd >= 1 ? Math.min(1, 0.5 + (crowd - 1) * 2) : 0.35 * crowd ** 8;
    this.pressure.some.pass(Math.min(1, Math.max(waiting, throttled) + 0.002), seconds);
    // The kernel reports none for the whole system.
    this.pressure.full.pass(0, seconds);
  }

  settle(times: number): void {
    for (const name of Object.keys(this.#times) as (keyof Times)[]) this.#times[name] *= times;
    const { periods, throttledPeriods, throttledSeconds } = this.#cgroup;
    this.#cgroup = {
      periods: periods * times,
      throttledPeriods: throttledPeriods * times,
      throttledSeconds: throttledSeconds * times,
    };
    this.load.fill(this.#runnableMean);
    for (const one of Object.values(this.pressure)) one.settle(times);
  }

  /** Seconds since boot by kind, over all cores. */
  times(): HostView['cpuSeconds'] {
    return { ...this.#times };
  }

  cgroupTimes(): { readonly periods: number; readonly throttledPeriods: number; readonly throttledSeconds: number } {
    return this.#cgroup;
  }

  /** Slices that a wake-up waits on average (estimate: rare while cores are free, then one per waiting task). */
  private wakeUpWait(crowd: number): number {
    return crowd < 1 ? 0.05 * crowd ** 8 : 0.05 + 2 * (crowd - 1);
  }

  /** Share of the time in which the quota holds the engines back. */
  private throttle(seconds: number, engines: number): number {
    if (this.quotaCores === null) return 0;
    const share = Math.max(0, 1 - this.quotaCores / Math.max(1e-9, engines));
    this.#periodRest += seconds / PERIOD_SECONDS;
    const periods = Math.floor(this.#periodRest + 1e-9);
    this.#periodRest -= periods;
    const hit = share > 0 ? periods : 0;
    this.#cgroup = {
      periods: this.#cgroup.periods + periods,
      throttledPeriods: this.#cgroup.throttledPeriods + hit,
      throttledSeconds: this.#cgroup.throttledSeconds + share * seconds,
    };
    return Math.min(0.95, share);
  }

  private spend(
    seconds: number,
    {
      base,
      engines,
      neighbours,
      wanted,
      ioWait,
    }: Record<'base' | 'engines' | 'neighbours' | 'wanted' | 'ioWait', number>,
  ): void {
    const got = Math.min(1, this.cores / wanted) * seconds;
    const times = this.#times;
    times.user += got * (base * (BASE_USER / (BASE_USER + BASE_SYSTEM)) + 0.85 * engines + 0.97 * neighbours);
    times.system += got * (base * (BASE_SYSTEM / (BASE_USER + BASE_SYSTEM)) + 0.14 * engines + 0.03 * neighbours);
    times.softirq += got * 0.01 * engines;
    const left = Math.max(0, seconds * this.cores - got * wanted);
    const waited = Math.min(left, ioWait * 4 * seconds);
    times.iowait += waited;
    times.idle += left - waited;
  }

  private remember(seconds: number, active: number): void {
    this.#runnableMean += (active - this.#runnableMean) * (1 - Math.exp(-seconds / LOAD_UPDATE_SECONDS));
    this.#sinceLoad += seconds;
    if (this.#sinceLoad < LOAD_UPDATE_SECONDS - 1e-9) return;
    LOAD_WINDOWS.forEach((window, i) => {
      const kept = Math.exp(-this.#sinceLoad / window);
      this.load[i] = (this.load[i] ?? 0) * kept + this.#runnableMean * (1 - kept);
    });
    this.#sinceLoad = 0;
  }
}
