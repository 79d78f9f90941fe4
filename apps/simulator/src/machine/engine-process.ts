import type { EngineSize } from './engine-sizing.js';
import { weightBytes } from './language-models.js';
import type { EngineView } from './machine-view.js';

const GIB = 2 ** 30;
/** Start of a process besides its weights: imports, compilation, graphs; the second figure is bytes per second of a disk. */
const START_SECONDS = 30;
const DISK_BYTES_PER_SECOND = 2.5e9;
/** Weights come back from host memory at this rate per GPU; vLLM's example takes some seconds (estimate). */
const WAKE_BYTES_PER_SECOND = 12e9;
/** GPU memory of a CUDA context with captured graphs, which stays while asleep. */
const CONTEXT_MIB = 1228;
/** Host memory of the API server and engine core, and of each worker (estimates). */
const SERVER_BYTES = 5 * GIB;
const WORKER_BYTES = 3.5 * GIB;
/** A worker spins while it waits for its GPU, and prepares the next step otherwise. */
const WORKER_CORES = 0.95;

const CONNECTOR = '{"kv_connector":"LMCacheConnectorV1","kv_role":"kv_both"}';

interface ProcessParts {
  readonly id: number;
  readonly port: number;
  readonly size: EngineSize;
  readonly gpuTotalMib: number;
  readonly hasCache: boolean;
  readonly startMs: number;
}

/** Life of an engine's process: loading, serving, hung, dead, asleep; its memory and CPU time. */
export class EngineProcess {
  isPaused = false;
  #state: EngineView['state'] = 'serving';
  #sleepLevel: 0 | 1 | 2 = 0;
  #isSpinning = false;
  #pid: number;
  #startedAt = 0;
  #loadSeconds = 0;
  #wakesAt: number | null = null;
  #now = 0;
  #cpuSeconds = 0;
  #cores = 0;
  #maxNumSeqs: number;

  constructor(private readonly parts: ProcessParts) {
    this.#pid = 4100 + 37 * parts.id;
    this.#maxNumSeqs = parts.size.maxNumSeqs;
  }

  get state(): EngineView['state'] {
    return this.#state;
  }

  get sleepLevel(): 0 | 1 | 2 {
    return this.#sleepLevel;
  }

  get pid(): number {
    return this.#pid;
  }

  /** Steps are made. */
  get isRunning(): boolean {
    return this.#state === 'serving' && this.#sleepLevel === 0 && !this.isPaused;
  }

  /** Cores it used lately. */
  get cores(): number {
    return this.#cores;
  }

  get cpuSeconds(): number {
    return this.#cpuSeconds;
  }

  /** What it asks of its GPUs while no steps are made: nothing, or collectives that wait for each other. */
  get idleDemand(): { busy: number; compute: number; dram: number } | null {
    return this.#state === 'hung' && this.#isSpinning ? { busy: 1, compute: 0, dram: 0.01 } : null;
  }

  /** Bytes per second that it reads from disk. */
  get diskBytesPerSecond(): number {
    const isReading = this.#state === 'loading' && this.loadedRatio < 1 && this.loadedRatio > 0;
    return isReading ? DISK_BYTES_PER_SECOND : 0;
  }

  /** `maxNumSeqs` is a flag that it gets with this start. */
  restart(now: number, maxNumSeqs: number, loadSeconds?: number): void {
    this.#pid += 1013;
    this.#state = 'loading';
    this.#sleepLevel = 0;
    this.#wakesAt = null;
    this.isPaused = false;
    this.#startedAt = now;
    this.#now = now;
    this.#cpuSeconds = 0;
    this.#maxNumSeqs = maxNumSeqs;
    this.#loadSeconds = loadSeconds ?? START_SECONDS + weightBytes(this.parts.size.model) / DISK_BYTES_PER_SECOND;
  }

  die(): void {
    this.#state = 'dead';
    this.#sleepLevel = 0;
    this.isPaused = false;
  }

  hang(isSpinning: boolean): void {
    if (this.#state !== 'serving') return;
    this.#state = 'hung';
    this.#isSpinning = isSpinning;
  }

  recover(): void {
    this.#state = 'serving';
  }

  sleep(level: 1 | 2): void {
    this.#sleepLevel = level;
    this.#wakesAt = null;
  }

  wake(now: number): void {
    if (this.#sleepLevel === 0 || this.#wakesAt !== null) return;
    const { size } = this.parts;
    this.#wakesAt = now + 1 + weightBytes(size.model) / size.gpus.length / WAKE_BYTES_PER_SECOND;
  }

  advance(until: number): void {
    this.#now = until;
    if (this.#state === 'loading' && until - this.#startedAt >= this.#loadSeconds) this.#state = 'serving';
    if (this.#wakesAt !== null && until >= this.#wakesAt) {
      this.#sleepLevel = 0;
      this.#wakesAt = null;
    }
  }

  /** `gpuSeconds`: time with kernels; `serverSeconds`: CPU time of the API server. */
  useCpu(seconds: number, gpuSeconds: number, serverSeconds: number): void {
    const width = this.parts.size.gpus.length;
    const busy = Math.min(1, gpuSeconds / seconds + (gpuSeconds > 0 ? 0.1 : 0));
    const used =
      this.#state === 'loading' ? 4 * seconds : seconds * busy * (0.6 + WORKER_CORES * width) + serverSeconds;
    const cpu = this.#state === 'dead' ? 0 : used + 0.02 * seconds;
    this.#cpuSeconds += cpu;
    this.#cores = cpu / seconds;
  }

  settle(times: number, hours: number): void {
    this.#cpuSeconds *= times;
    this.#startedAt = this.#now - hours * 3600;
  }

  /** MiB on each of its GPUs. */
  get gpuMib(): number {
    const { size, gpuTotalMib } = this.parts;
    if (this.#state === 'dead') return 0;
    if (this.#sleepLevel > 0) return CONTEXT_MIB;
    const whole = Math.floor(size.gpuMemoryUtilization * gpuTotalMib);
    return Math.floor(CONTEXT_MIB + (whole - CONTEXT_MIB) * (this.#state === 'loading' ? this.loadedRatio : 1));
  }

  get residentBytes(): number {
    if (this.#state === 'dead') return 0;
    const { size } = this.parts;
    const asleep = this.#sleepLevel === 1 ? weightBytes(size.model) : 0;
    return Math.round(SERVER_BYTES + WORKER_BYTES * size.gpus.length + asleep);
  }

  view(): Pick<
    EngineView,
    | 'pid'
    | 'port'
    | 'version'
    | 'commandLine'
    | 'startedAtMs'
    | 'state'
    | 'isAsleep'
    | 'sleepLevel'
    | 'isPaused'
    | 'residentBytes'
    | 'cpuSeconds'
  > {
    return {
      pid: this.#pid,
      port: this.parts.port,
      version: '0.11.2',
      commandLine: this.commandLine(),
      startedAtMs: this.parts.startMs + Math.round(this.#startedAt * 1000),
      state: this.#state,
      isAsleep: this.#sleepLevel > 0,
      sleepLevel: this.#sleepLevel,
      isPaused: this.isPaused,
      residentBytes: this.residentBytes,
      cpuSeconds: this.#cpuSeconds,
    };
  }

  /** Weights are read in the middle half of the start. */
  private get loadedRatio(): number {
    const passed = (this.#now - this.#startedAt) / Math.max(0.001, this.#loadSeconds);
    return Math.max(0, Math.min(1, (passed - 0.25) * 2));
  }

  private commandLine(): string[] {
    const { size, port, hasCache } = this.parts;
    return [
      '/opt/vllm/bin/python3',
      '/opt/vllm/bin/vllm',
      'serve',
      size.model.name,
      '--port',
      String(port),
      '--tensor-parallel-size',
      String(size.gpus.length),
      '--max-model-len',
      String(size.maxModelLen),
      '--max-num-seqs',
      String(this.#maxNumSeqs),
      '--max-num-batched-tokens',
      String(size.maxNumBatchedTokens),
      '--gpu-memory-utilization',
      String(size.gpuMemoryUtilization),
      ...(hasCache ? ['--kv-transfer-config', CONNECTOR] : []),
    ];
  }
}
