/** A fault, and what a reader who knows nothing of it has to find. */
export interface Expectation {
  readonly fault: string | null;
  readonly parameters?: Readonly<Record<string, number>>;
  /** Sources that the agent is not told of. */
  readonly withoutSources?: readonly string[];
  /** One of these rules has to be confirmed as a root cause. */
  readonly rules?: readonly string[];
  /** Or one of these has to say that it cannot tell, while nothing above info is confirmed. */
  readonly notEvaluated?: readonly string[];
  /** Nothing above info may be confirmed. */
  readonly isQuiet?: boolean;
  readonly why: string;
}

export const EXPECTATIONS: readonly Expectation[] = [
  { fault: null, isQuiet: true, why: 'a healthy host under its usual load' },
  {
    fault: 'fan-failure',
    rules: ['gpu-thermal-hw-slowdown'],
    why: 'a card without a fan of its own shows no fan: what is seen is that heat takes its clocks',
  },
  {
    fault: 'power-cap',
    rules: ['gpu-power-limit-below-default'],
    why: 'the enforced limit is below the default one',
  },
  { fault: 'power-brake', rules: ['gpu-power-brake'], why: 'the driver names the brake' },
  { fault: 'noisy-neighbour-cpu', rules: ['host-cpu-pressure'], why: 'tasks wait for CPUs' },
  {
    fault: 'noisy-neighbour-memory',
    rules: ['host-memory-pressure', 'host-swap-thrash'],
    why: 'tasks wait for memory',
  },
  { fault: 'noisy-neighbour-disk', rules: ['host-io-pressure'], why: 'tasks wait for disks' },
  {
    fault: 'traffic-burst',
    rules: ['queue-backlog', 'kv-cache-saturated', 'max-num-seqs-bound'],
    why: 'more work than capacity: a queue, and what it waits for',
  },
  {
    fault: 'long-prompts',
    rules: ['ttft-slo-prefill', 'itl-slo-prefill-interference', 'compute-bound'],
    why: 'prompts take the time of the GPU',
  },
  { fault: 'kv-thrash', rules: ['preemption-thrash', 'kv-cache-saturated'], why: 'requests lose their blocks' },
  { fault: 'cache-loss', rules: ['lmcache-unhealthy'], why: 'the cache says that it is not healthy' },
  { fault: 'slow-remote-cache', rules: ['lmcache-remote-slow'], why: 'loads from the remote tier are slow' },
  { fault: 'gpu-off-bus', rules: ['gpu-lost'], why: 'the kernel says it' },
  { fault: 'ecc-uncorrected', rules: ['gpu-ecc-uncorrected'], why: 'the GPU counts them' },
  {
    fault: 'remap-pending',
    rules: ['gpu-row-remap-pending', 'gpu-recovery-action-required'],
    why: 'the GPU says that a remap is pending and asks for a reset',
  },
  {
    fault: 'hung-nvidia-smi',
    // With dcgm-exporter there are readings all the same, and rightly no finding.
    withoutSources: ['DCGM_URL'],
    rules: ['gpu-telemetry-stale'],
    why: 'without dcgm-exporter there are no new readings of the GPUs',
  },
  { fault: 'engine-hang', rules: ['engine-unreachable'], why: 'the engine does not answer' },
  {
    fault: 'engine-restart',
    rules: ['engine-restarted'],
    why: 'another process start',
  },
  {
    fault: 'renamed-metrics',
    notEvaluated: ['queue-backlog', 'kv-cache-saturated'],
    why: 'what cannot be read is said to be unknown, and nothing is made up',
  },
  {
    fault: 'counter-reset',
    rules: ['engine-restarted'],
    why: 'counters that fall look like a new process, which is worth knowing and no alarm',
  },
];
