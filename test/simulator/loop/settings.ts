/** One engine over two GPUs, so that a setting of one of them is felt by both. */
export const HOST_OPTIONS = ['--gpus', '2', '--engines', '1', '--product', 'h100', '--seed', '7'];

/** Shortened so that all of it takes minutes; each is said in the report. */
export const AGENT_SETTINGS = { SAMPLE_INTERVAL_MS: '1000', COLLECT_TIMEOUT_MS: '2000', POLICY_MAX_MODE: 'auto' };
/** After an action is verified, until the window after it begins: a queue that has built up is served by then. */
export const SETTLE_SECONDS = 8;
/** Before an action and after it. */
export const WINDOW_SECONDS = 10;
/** So long an executor may take. */
export const EXECUTE_SECONDS = 5;
/** Samples of the healthy host that the agent has before anything happens. */
export const BASELINE_SECONDS = 4;
/** `host-cpu-pressure` waits for a minute. */
export const DEADLINE_SECONDS = 90;

const ACTION_TYPES = [
  'gpu-reset-clocks',
  'gpu-restore-power-limit',
  'gpu-set-power-limit',
  'gpu-persistence-on',
  'gpu-compute-mode-default',
  'lmcache-bypass-add',
  'vllm-wake',
  'vllm-restart',
  'gpu-reset',
];

export interface LoopConfig {
  readonly policy?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly webhooks?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export const BASE_CONFIG = {
  durations: { d1Seconds: 4, d1Samples: 3, d2Seconds: 6 },
  thresholds: {
    'gpu-thermal-sw-slowdown': { sustainedSeconds: 10 },
    'gpu-telemetry-stale': { silentSeconds: 10 },
    'host-cpu-pressure': { sustainedSeconds: 60 },
    'host-memory-pressure': { availableSeconds: 10 },
  },
  monitor: Object.fromEntries(
    ACTION_TYPES.map((type) => [
      type,
      { settleSeconds: SETTLE_SECONDS, windowSeconds: WINDOW_SECONDS, executeSeconds: EXECUTE_SECONDS },
    ]),
  ),
};

/** JSON is YAML. */
export function configFile(own: LoopConfig = {}): string {
  return JSON.stringify({ ...BASE_CONFIG, ...own });
}
