import type { GpuDemand } from './gpu-clock.js';
import type { StepCost } from './step-cost.js';

/** Bytes over PCIe of a busy engine besides keys and values: token ids, sampling results, metrics (estimate). */
const CONTROL_BYTES_PER_SECOND = 12e6;

interface Rates {
  readonly busy: number;
  readonly compute: number;
  readonly dram: number;
}

const NOTHING: Rates = { busy: 0, compute: 0, dram: 0 };

/** What the steps of an engine ask of its GPUs. A step's work is spread over its time, also where a reading cuts it. */
export class EngineLoad {
  #rates = NOTHING;
  #seconds = { busy: 0, compute: 0, dram: 0 };
  #rxBytes = 0;
  #txBytes = 0;

  /** Time with kernels since the last `take`. */
  get busySeconds(): number {
    return this.#seconds.busy;
  }

  /** A step begins that takes so long, loads included. */
  begin({ gpuSeconds, computeRatio, dramRatio }: StepCost, seconds: number, loadedBytes: number): void {
    const busy = gpuSeconds / seconds;
    this.#rates = { busy, compute: busy * computeRatio, dram: busy * dramRatio };
    this.#rxBytes += loadedBytes;
  }

  store(bytes: number): void {
    this.#txBytes += bytes;
  }

  /** Time passes: in the step, with another demand, or with none. */
  pass(from: number, to: number, demand?: Rates | null): void {
    const rates = demand === undefined ? this.#rates : (demand ?? NOTHING);
    const seconds = to - from;
    this.#seconds.busy += rates.busy * seconds;
    this.#seconds.compute += rates.compute * seconds;
    this.#seconds.dram += rates.dram * seconds;
  }

  /** Bytes for all GPUs of the engine that do not come from a step, e.g. weights. */
  move(rxBytes: number, txBytes: number): void {
    this.#rxBytes += rxBytes;
    this.#txBytes += txBytes;
  }

  take(seconds: number, gpus: number): GpuDemand {
    const { busy, compute, dram } = this.#seconds;
    const busyRatio = Math.min(1, busy / seconds);
    const control = busyRatio * CONTROL_BYTES_PER_SECOND * seconds;
    const demand = {
      busyRatio,
      computeRatio: busy > 0 ? Math.min(1, compute / busy) : 0,
      dramRatio: Math.min(1, dram / seconds),
      pcieRxBytes: this.#rxBytes / gpus + control,
      pcieTxBytes: this.#txBytes / gpus + control * 0.6,
    };
    this.#seconds = { busy: 0, compute: 0, dram: 0 };
    this.#rxBytes = 0;
    this.#txBytes = 0;
    return demand;
  }
}
