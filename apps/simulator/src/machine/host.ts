import { HostCpu } from './host-cpu.js';
import { HostIo } from './host-io.js';
import { HostMemory } from './host-memory.js';
import type { HostOptions } from './machine-options.js';
import type { HostView } from './machine-view.js';
import type { Random } from './random.js';

const GIB = 2 ** 30;

/** Others on the same host. */
export interface Neighbour {
  /** Cores that they want. */
  readonly cpuCores?: number;
  readonly memoryBytes?: number;
  /** Bytes per second read and written on the root disk. */
  readonly diskBytesPerSecond?: number;
}

/** What engines and caches did on the host in a tick. */
export interface HostDemand {
  readonly engineCores: number;
  readonly engineBytes: number;
  readonly modelBytesPerSecond: number;
  readonly requests: number;
  readonly promptTokens: number;
  readonly generatedTokens: number;
  readonly cacheRxBytes: number;
  readonly cacheTxBytes: number;
}

/** The server around the GPUs: CPUs, memory, disks, network, and neighbours. */
export class ServerHost {
  readonly cpu: HostCpu;
  readonly memory: HostMemory;
  readonly io: HostIo;
  readonly numaNodes: number;
  #neighbour: Required<Neighbour> = { cpuCores: 0, memoryBytes: 0, diskBytesPerSecond: 0 };

  constructor(
    private readonly options: HostOptions,
    gpus: number,
    random: Random,
  ) {
    const cores = options.logicalCores ?? Math.max(32, 16 * gpus);
    const memoryGib = options.memoryGib ?? Math.max(256, 128 * gpus);
    this.numaNodes = options.numaNodes ?? (gpus > 4 ? 2 : 1);
    this.cpu = new HostCpu(cores, options.cpuQuotaCores ?? null, random.fork('cpu'));
    const limit = options.memoryLimitGib ?? null;
    this.memory = new HostMemory(memoryGib * GIB, limit === null ? null : limit * GIB);
    this.io = new HostIo(random.fork('io'));
  }

  get cores(): number {
    return this.cpu.cores;
  }

  get memoryBytes(): number {
    return this.memory.totalBytes;
  }

  /** Changes what neighbours want, from now on; what is left out stays. */
  setNeighbour(change: Neighbour): void {
    this.#neighbour = { ...this.#neighbour, ...change };
    this.memory.neighbourWants = this.#neighbour.memoryBytes;
  }

  /** Limit of the engines' control group in cores; null lifts it. */
  setCpuQuota(cores: number | null): void {
    this.cpu.quotaCores = cores;
  }

  setRootDiskUsed(ratio: number): void {
    this.io.rootUsedRatio = Math.max(0, Math.min(1, ratio));
  }

  /** Returns true when the kernel killed a process for want of memory. */
  step(seconds: number, demand: HostDemand): boolean {
    const isKill = this.memory.step(seconds, demand.engineBytes);
    this.io.step(seconds, { ...demand, neighbourBytesPerSecond: this.#neighbour.diskBytesPerSecond });
    this.cpu.step(seconds, {
      engines: demand.engineCores,
      neighbours: this.#neighbour.cpuCores,
      ioWait: this.io.waitRatio,
      memoryWait: this.memory.waitRatio,
    });
    return isKill;
  }

  settle(times: number): void {
    for (const part of [this.cpu, this.memory, this.io]) part.settle(times);
  }

  view(): HostView {
    const { cpu, memory, io } = this;
    const lines = ({ some, full }: HostCpu['pressure']) => ({ some: some.view(), full: full.view() });
    return {
      hostname: this.options.hostname ?? 'gpu-host',
      kernel: '6.8.0-60-generic',
      logicalCores: cpu.cores,
      numaNodes: this.numaNodes,
      cpuSeconds: cpu.times(),
      load: [...cpu.load],
      runnable: cpu.runnable,
      ...memory.view(),
      pressure: { cpu: lines(cpu.pressure), memory: lines(memory.pressure), io: lines(io.pressure) },
      cgroup: {
        path: '/system.slice/vllm.service',
        cpuQuotaCores: cpu.quotaCores,
        ...cpu.cgroupTimes(),
        memoryLimitBytes: memory.limitBytes,
        memoryCurrentBytes: memory.cgroupBytes,
      },
      ...io.view(),
    };
  }
}
