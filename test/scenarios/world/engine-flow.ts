/** Requests as they come: means of what they bring and want. */
export interface EngineLoad {
  requestsPerSecond: number;
  promptTokens: number;
  outputTokens: number;
  /** Share of prompt tokens found in the engine's own prefix cache. */
  prefixHitRatio: number;
  /** Clients that wait give up or hold back once so many are queued; null lets the queue grow as arrivals want. */
  backlogLimit: number | null;
}

/** What engine and hardware can do. */
export interface EngineCapacity {
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  /** `num_gpu_blocks × block_size` [signals §11]. */
  readonly kvTokens: number;
  readonly prefillTokensPerSecond: number;
  /** One step of the batch: all weights once, and the KV of every running request. */
  readonly stepSeconds: number;
  readonly stepSecondsPerRequest: number;
  /** SM clock left to the slowest GPU of the group: synchronised steps run at its speed. */
  readonly clockRatio: number;
  /** Share of the time in which the GPUs wait for a CPU. */
  readonly cpuStall: number;
  /** Share of prompt tokens that a KV connector delivers, of those that the prefix cache lacks. */
  readonly externalHitRatio: number;
}

/** Requests under way. */
export interface FlowState {
  readonly running: number;
  readonly waiting: number;
  /** Admissions per second of late: their prompts take time from the steps of running requests. */
  readonly recentAdmissions: number;
}

/** Rates and times of a step, by Little's law consistent with the requests under way. */
export interface Flow extends FlowState, StepTimes {
  readonly admissionsPerSecond: number;
  readonly completionsPerSecond: number;
  readonly kvCacheUsage: number;
  readonly preemptionsPerSecond: number;
  readonly queueSeconds: number;
}

export interface StepTimes {
  readonly prefillSeconds: number;
  /** Step without and with a piece of a prompt, and the share of the latter. */
  readonly decodeStepSeconds: number;
  readonly mixedStepSeconds: number;
  readonly mixedStepShare: number;
  readonly mixedStepTokens: number;
  readonly meanStepSeconds: number;
  readonly computedPromptTokens: number;
  /** Share of the engine's time spent on prompts. */
  readonly prefillShare: number;
}

export const NOTHING: FlowState = { running: 0, waiting: 0, recentAdmissions: 0 };

/** A scheduler never spends all steps on prompts: running requests go on decoding. */
const MAX_PREFILL_SHARE = 0.85;
/** Blocks that running requests can fill before the scheduler stops admitting or preempts. */
const KV_CEILING = 0.985;
/** Preempted requests per finished one in a full pool, an estimate of ours; V1 recomputes them [VLLM-OPT]. */
const PREEMPTIONS_PER_REQUEST = 0.12;
/** Decoding waits for memory, so it loses less than the clock (half, an estimate of ours); prompts lose all of it. */
const DECODE_CLOCK_SHARE = 0.5;

/** Prompt tokens of a request that the GPUs compute. */
export function computedTokens(load: EngineLoad, capacity: EngineCapacity): number {
  return Math.max(16, load.promptTokens * (1 - load.prefixHitRatio) * (1 - capacity.externalHitRatio));
}

/** KV tokens that a running request holds on average: its prompt and half of its answer. */
export function heldTokens(load: EngineLoad): number {
  return load.promptTokens + load.outputTokens / 2;
}

/** Requests that can run at a time. */
export function maxRunning(load: EngineLoad, capacity: EngineCapacity): number {
  return Math.max(1, Math.min(capacity.maxNumSeqs, (KV_CEILING * capacity.kvTokens) / heldTokens(load)));
}

interface Times {
  readonly decodeStep: number;
  readonly chunk: number;
  readonly chunkSeconds: number;
  readonly prefillShare: number;
  readonly meanStep: number;
  readonly prefillSeconds: number;
  /** From admission to the last token. */
  readonly serviceSeconds: number;
  readonly computed: number;
}

/** Times at a batch and a rate of admissions. */
function timesOf(load: EngineLoad, capacity: EngineCapacity, running: number, admissionsPerSecond: number): Times {
  const slowdown = 1 / (1 - Math.min(0.95, capacity.cpuStall));
  const clock = Math.max(0.1, capacity.clockRatio);
  const decodeClock = 1 / (1 + DECODE_CLOCK_SHARE * (1 / clock - 1));
  const decodeStep =
    ((capacity.stepSeconds + capacity.stepSecondsPerRequest * running * (heldTokens(load) / 1000)) / decodeClock) *
    slowdown;
  const prefillRate = (capacity.prefillTokensPerSecond * clock) / slowdown;
  const computed = computedTokens(load, capacity);
  const prefillShare = Math.min(MAX_PREFILL_SHARE, (admissionsPerSecond * computed) / prefillRate);
  const chunk = Math.min(capacity.maxNumBatchedTokens, computed);
  const meanStep = decodeStep / (1 - prefillShare);
  const prefillSeconds = computed / prefillRate + Math.ceil(computed / capacity.maxNumBatchedTokens) * decodeStep;
  return {
    decodeStep,
    chunk,
    chunkSeconds: chunk / prefillRate,
    prefillShare,
    meanStep,
    prefillSeconds,
    serviceSeconds: prefillSeconds + load.outputTokens * meanStep,
    computed,
  };
}

/** Requests per second that the engine can sustain: batch full, or all its prompt time used. */
export function sustainable(load: EngineLoad, capacity: EngineCapacity, batch = maxRunning(load, capacity)): number {
  let rate = 0.1;
  for (let i = 0; i < 60; i += 1) {
    const times = timesOf(load, capacity, batch, rate);
    const prefillBound = (MAX_PREFILL_SHARE * rate) / Math.max(1e-9, times.prefillShare);
    const next = Math.min(
      batch / times.serviceSeconds,
      times.prefillShare >= MAX_PREFILL_SHARE ? prefillBound : Infinity,
    );
    rate = 0.7 * rate + 0.3 * next;
  }
  return rate;
}

/** The state in which arrivals and completions are equal, or the engine is full. */
export function settled(load: EngineLoad, capacity: EngineCapacity): FlowState {
  const most = maxRunning(load, capacity);
  const rate = Math.min(load.requestsPerSecond, sustainable(load, capacity));
  let running = 1;
  for (let i = 0; i < 60; i += 1) {
    running = 0.6 * running + 0.4 * Math.min(most, rate * timesOf(load, capacity, running, rate).serviceSeconds);
  }
  if (load.requestsPerSecond <= 0) return NOTHING;
  return { running, waiting: 0, recentAdmissions: rate };
}

/** A step of the scheduler as a fluid: admits what there is room for, finishes what Little's law says. */
export function flow(
  before: FlowState,
  load: EngineLoad,
  capacity: EngineCapacity,
  { arrivalsPerSecond, seconds }: { readonly arrivalsPerSecond: number; readonly seconds: number },
): Flow {
  const most = maxRunning(load, capacity);
  const queued = before.waiting + arrivalsPerSecond * seconds;
  const first = timesOf(load, capacity, before.running, before.recentAdmissions);
  // Requests leave within the step too, so what stays of those running decays with the service time.
  const kept = Math.exp(-seconds / first.serviceSeconds);
  const room = Math.max(0, (most - before.running * kept) / (first.serviceSeconds * (1 - kept)));
  const promptBudget = (MAX_PREFILL_SHARE * first.chunk) / Math.max(1e-9, first.chunkSeconds) / first.computed;
  const admissionsPerSecond = Math.min(queued / seconds, room, promptBudget);
  const running = before.running * kept + admissionsPerSecond * first.serviceSeconds * (1 - kept);
  const completionsPerSecond = Math.max(0, admissionsPerSecond + (before.running - running) / seconds);
  const waiting = Math.min(load.backlogLimit ?? Infinity, queued - admissionsPerSecond * seconds);
  const recentAdmissions = before.recentAdmissions + 0.4 * (admissionsPerSecond - before.recentAdmissions);
  const times = timesOf(load, capacity, running, recentAdmissions);
  const isKvBound = most < capacity.maxNumSeqs && running >= 0.97 * most && waiting > 0.5;
  return {
    running,
    waiting,
    recentAdmissions,
    admissionsPerSecond,
    completionsPerSecond,
    kvCacheUsage: Math.min(0.999, (running * heldTokens(load)) / capacity.kvTokens),
    preemptionsPerSecond: isKvBound ? PREEMPTIONS_PER_REQUEST * completionsPerSecond : 0,
    queueSeconds: waiting < 0.5 ? 0 : waiting / Math.max(0.05, admissionsPerSecond),
    ...stepsOf(times, running, admissionsPerSecond),
  };
}

function stepsOf(times: Times, running: number, admissionsPerSecond: number): StepTimes {
  const mixedPerSecond = admissionsPerSecond * Math.ceil(times.computed / times.chunk);
  return {
    prefillSeconds: times.prefillSeconds,
    decodeStepSeconds: times.decodeStep,
    mixedStepSeconds: times.decodeStep + times.chunkSeconds,
    mixedStepShare: running < 0.5 ? 0 : Math.min(1, mixedPerSecond * times.meanStep),
    mixedStepTokens: times.chunk + running,
    meanStepSeconds: times.meanStep,
    computedPromptTokens: times.computed,
    prefillShare: times.prefillShare,
  };
}
