import type { GpuDemand } from './gpu-clock.js';
import type { GpuView } from './machine-view.js';

/** Readings of utilisation and average power are means of about a second (NVML). */
const READING_SECONDS = 1;

/** What the sensors of a GPU show of a load that changes faster than they do. */
export class GpuReadings {
  #busy = 0;
  #compute = 0;
  #dram = 0;
  #rx = 0;
  #tx = 0;

  constructor(public watts: number) {}

  get busyRatio(): number {
    return this.#busy;
  }

  pass(seconds: number, demand: GpuDemand, watts: number): void {
    const share = 1 - Math.exp(-seconds / READING_SECONDS);
    this.#busy += (demand.busyRatio - this.#busy) * share;
    this.#compute += (demand.computeRatio - this.#compute) * share;
    this.#dram += (demand.dramRatio - this.#dram) * share;
    this.#rx += (demand.pcieRxBytes / seconds - this.#rx) * share;
    this.#tx += (demand.pcieTxBytes / seconds - this.#tx) * share;
    this.watts += (watts - this.watts) * share;
  }

  utilization(): Pick<
    GpuView,
    'utilizationRatio' | 'memoryUtilizationRatio' | 'smActiveRatio' | 'tensorActiveRatio' | 'dramActiveRatio'
  > {
    const [busy, compute, dram] = [this.#busy, this.#compute, this.#dram];
    return {
      utilizationRatio: busy,
      // Time in which memory was read or written, which is seen below the share of the bandwidth (estimate).
      memoryUtilizationRatio: Math.min(busy, 0.6 * dram),
      smActiveRatio: busy * (0.75 + 0.2 * compute),
      // Tensor pipes wait for memory while answers are made, and saturate near 0.93 in NVIDIA's own load tester.
      tensorActiveRatio: busy * (0.06 + 0.5 * compute),
      // 0.8 is the practical peak of this counter (DCGM guide).
      dramActiveRatio: Math.min(0.85, dram),
    };
  }

  pcie(): Pick<GpuView['pcie'], 'rxKilobytesPerSecond' | 'txKilobytesPerSecond'> {
    return {
      rxKilobytesPerSecond: Math.round(this.#rx / 1000),
      txKilobytesPerSecond: Math.round(this.#tx / 1000),
    };
  }
}
