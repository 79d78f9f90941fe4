import type { WorldGpu } from './gpu-state.js';
import type { ProcessXmlValues, ProcProcessValues } from './writers.js';

/** What the processes of an engine follow from. */
export interface EngineIdentity {
  readonly kind: 'vllm' | 'sglang';
  readonly port: number;
  readonly model: string;
  readonly gpus: readonly WorldGpu[];
  readonly pid: number | null;
  readonly isAlive: boolean;
  /** Seconds of world time. */
  readonly startedAt: number;
  readonly sleepState: 'awake' | 'weights_offloaded' | 'discard_all';
  readonly gpuMemoryUtilization: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly counters: { readonly cpuTicks: { readonly server: number; readonly engine: number } };
  readonly options: {
    readonly flags?: readonly string[];
    readonly hasMaxNumSeqsFlag?: boolean;
    readonly cgroupPath?: string;
    readonly cpusAllowed?: string;
  };
}

/** Context and buffers that stay when an engine sleeps. */
const ASLEEP_SHARE = 0.03;

/** Pid of the process on the n-th GPU. */
export function workerPidOf({ pid }: EngineIdentity, rank: number): number {
  return (pid ?? 0) + 1 + rank;
}

export function gpuProcessesOf(engine: EngineIdentity, gpu: WorldGpu): ProcessXmlValues[] {
  if (!engine.isAlive || engine.pid === null) return [];
  const share = engine.sleepState === 'awake' ? engine.gpuMemoryUtilization : ASLEEP_SHARE;
  const rank = engine.gpus.indexOf(gpu);
  const usedMib = Math.round(gpu.model.totalMib * share);
  return [{ pid: workerPidOf(engine, rank), type: 'C', name: workerName(engine, rank), usedMib }];
}

function workerName({ kind, gpus }: EngineIdentity, rank: number): string {
  if (kind === 'sglang') return gpus.length > 1 ? `sglang::scheduler_TP${rank}` : 'sglang::scheduler';
  return gpus.length > 1 ? `VLLM::Worker_TP${rank}` : 'VLLM::EngineCore';
}

/** The server and its children. */
export function processesOf(engine: EngineIdentity, bootedSecondsAgo: number): Record<number, ProcProcessValues> {
  const { pid, gpus, counters, startedAt, options } = engine;
  if (!engine.isAlive || pid === null) return {};
  const { cgroupPath, cpusAllowed } = options;
  const startTicks = Math.max(1, Math.round((bootedSecondsAgo + startedAt) * 100));
  const shared = { cgroupPath, cpusAllowed, startTicks };
  const spent = (ticks: number): { userTicks: number; systemTicks: number } => ({
    userTicks: Math.round(ticks * 0.85),
    systemTicks: Math.round(ticks * 0.15),
  });
  const workers = gpus.map((_, rank): [number, ProcProcessValues] => {
    const name = workerName(engine, rank);
    const own = { ...shared, parentPid: pid, commandLine: [name], name: name.slice(0, 15), residentKib: 6_291_456 };
    return [workerPidOf(engine, rank), { ...own, ...spent(counters.cpuTicks.engine) }];
  });
  const server = {
    ...shared,
    parentPid: 1,
    commandLine: commandLineOf(engine),
    name: 'python3',
    residentKib: 2_097_152,
  };
  return { [pid]: { ...server, ...spent(counters.cpuTicks.server) }, ...Object.fromEntries(workers) };
}

/** The flags that the engine's fields stand for, then those of its options. */
export function commandLineOf(engine: EngineIdentity): string[] {
  const { gpus, port, model, gpuMemoryUtilization, maxNumSeqs, maxNumBatchedTokens } = engine;
  const { flags = [], hasMaxNumSeqsFlag = true } = engine.options;
  const flag = (name: string, value: number | string): string[] => [name, String(value)];
  if (engine.kind === 'vllm') {
    return [
      '/usr/bin/python3',
      '/usr/local/bin/vllm',
      'serve',
      model,
      ...flag('--port', port),
      ...flag('--gpu-memory-utilization', gpuMemoryUtilization),
      ...flag('--max-num-batched-tokens', maxNumBatchedTokens),
      ...(gpus.length > 1 ? flag('--tensor-parallel-size', gpus.length) : []),
      ...(hasMaxNumSeqsFlag ? flag('--max-num-seqs', maxNumSeqs) : []),
      ...flags,
    ];
  }
  return [
    '/usr/bin/python3',
    '-m',
    'sglang.launch_server',
    ...flag('--model-path', model),
    ...flag('--port', port),
    '--enable-metrics',
    ...flag('--mem-fraction-static', gpuMemoryUtilization),
    ...(gpus.length > 1 ? flag('--tp-size', gpus.length) : []),
    ...(hasMaxNumSeqsFlag ? flag('--max-running-requests', maxNumSeqs) : []),
    ...flags,
  ];
}
