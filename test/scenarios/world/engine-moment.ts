import { around, type Distribution } from './distribution.js';
import type { EngineLoad, Flow } from './engine-flow.js';
import type { Random } from './random.js';

/** What the engine does in a step; every field may be overruled through `pinned`. */
export interface EngineMoment {
  readonly running: number;
  readonly waitingCapacity: number;
  readonly waitingDeferred: number;
  readonly kvCacheUsage: number;
  readonly admissionsPerSecond: number;
  /** Finished by `stop`, `length`, `error` and `abort` together. */
  readonly completionsPerSecond: number;
  readonly errorShare: number;
  readonly abortShare: number;
  /** Answers with status 5xx per answer. */
  readonly http5xxShare: number;
  /** Answers with 5xx to requests that never came to be. */
  readonly http5xxPerSecond: number;
  readonly promptTokensPerSecond: number;
  readonly generationTokensPerSecond: number;
  readonly preemptionsPerSecond: number;
  /** Tokens, looked up and found. */
  readonly prefixQueriesPerSecond: number;
  readonly prefixHitRatio: number;
  /** Null where no KV connector is configured. */
  readonly externalHitRatio: number | null;
  /** A request's time to the first token is the sum of the first three. */
  readonly frontendTime: Distribution;
  readonly queueTime: Distribution;
  readonly prefillTime: Distribution;
  readonly interTokenLatency: Distribution;
  readonly iterationTokens: Distribution;
  readonly stepsPerSecond: number;
  readonly draftTokensPerSecond: number;
  readonly draftAcceptance: number;
  readonly rejectionsPerSecond: number;
  /** For the GPUs. */
  readonly activity: number;
  readonly prefillShare: number;
  /** Cores of the server and the engine process. */
  readonly apiServerCores: number;
  readonly engineCores: number;
}

/** What a moment follows from, besides the flow of requests. */
export interface MomentSource {
  readonly load: EngineLoad;
  readonly isServing: boolean;
  readonly deferred: number;
  readonly cpuStall: number;
  readonly frontendSeconds: number;
  readonly externalWaitSeconds: number;
  readonly externalHitRatio: number | null;
  readonly errorShare: number;
  readonly abortShare: number;
  readonly http5xxShare: number;
  readonly http5xxPerSecond: number;
  readonly rejectionsPerSecond: number;
  readonly draftTokensPerToken: number;
  readonly draftAcceptance: number;
  readonly pinned: Partial<EngineMoment>;
}

/** From about so many running requests on, GPUs are never without a kernel. */
const BUSY_BATCH = 3;
/** A queue that is empty whenever one looks makes requests wait for the step under way only. */
const NO_QUEUE: Distribution = { median: 0.001, p95: 0.012 };

/** Rates, times and cores of a step. Without `random` there is no noise. */
export function momentOf(engine: MomentSource, step: Flow, random: Random | null): EngineMoment {
  const { load, isServing, cpuStall } = engine;
  const isWorking = isServing && step.running >= 0.5;
  const usage = random?.near(step.kvCacheUsage, 0.015) ?? step.kvCacheUsage;
  const generationTokensPerSecond = isWorking ? generationRate(load, step) : 0;
  const moment: EngineMoment = {
    running: step.running,
    waitingCapacity: step.waiting,
    waitingDeferred: engine.deferred,
    kvCacheUsage: Math.min(1, usage),
    admissionsPerSecond: step.admissionsPerSecond,
    completionsPerSecond: step.completionsPerSecond,
    errorShare: engine.errorShare,
    abortShare: engine.abortShare,
    http5xxShare: engine.http5xxShare,
    http5xxPerSecond: engine.http5xxPerSecond,
    promptTokensPerSecond: step.admissionsPerSecond * load.promptTokens,
    generationTokensPerSecond,
    preemptionsPerSecond: step.preemptionsPerSecond,
    prefixQueriesPerSecond: step.admissionsPerSecond * load.promptTokens,
    prefixHitRatio: load.prefixHitRatio,
    externalHitRatio: engine.externalHitRatio,
    ...timesOf(engine, step),
    stepsPerSecond: isWorking ? 1 / step.meanStepSeconds : 0,
    draftTokensPerSecond: generationTokensPerSecond * engine.draftTokensPerToken,
    draftAcceptance: engine.draftAcceptance,
    rejectionsPerSecond: engine.rejectionsPerSecond,
    activity: isServing ? (1 - Math.exp(-step.running / BUSY_BATCH)) * (1 - cpuStall) * 0.97 : 0,
    prefillShare: step.prefillShare,
    apiServerCores: Math.min(1, 0.05 + step.admissionsPerSecond * 0.012 + step.running * 0.002 + cpuStall),
    // The engine loop of V1 spins: a whole core is normal [rules §10].
    engineCores: isWorking ? 0.99 : isServing ? 0.25 : 0.02,
  };
  return { ...moment, ...engine.pinned };
}

/** Running requests that are past their prompt get a token per step. */
function generationRate(load: EngineLoad, step: Flow): number {
  const decodeSeconds = load.outputTokens * step.meanStepSeconds;
  return (step.running * decodeSeconds) / (step.prefillSeconds + decodeSeconds) / step.meanStepSeconds;
}

function timesOf(
  { frontendSeconds, cpuStall, externalHitRatio, externalWaitSeconds }: MomentSource,
  step: Flow,
): Pick<EngineMoment, 'frontendTime' | 'queueTime' | 'prefillTime' | 'interTokenLatency' | 'iterationTokens'> {
  // The frontend has less of the CPU and more to wait for: it is slowed down more than the engine's loop.
  const frontend = frontendSeconds / (1 - Math.min(0.95, cpuStall)) ** 2;
  return {
    frontendTime: around(frontend, 2),
    queueTime: step.queueSeconds < 0.05 ? NO_QUEUE : around(step.queueSeconds, 1.35),
    prefillTime: around(step.prefillSeconds + (externalHitRatio ?? 0) * externalWaitSeconds, 2),
    interTokenLatency: twoModes(step.decodeStepSeconds, step.mixedStepSeconds, step.mixedStepShare),
    iterationTokens: twoModes(Math.max(1, step.running), step.mixedStepTokens, step.mixedStepShare),
  };
}

/** Steps with and without a piece of a prompt. */
function twoModes(usual: number, mixed: number, share: number): Distribution {
  return { median: usual, p95: usual * 1.2, tail: { share, median: mixed, p95: mixed * 1.2 } };
}
