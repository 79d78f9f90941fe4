/** An engine over two GPUs: what is set on one of them is felt by both. */
export const HOST_OPTIONS = ['--gpus', '2', '--engines', '1', '--product', 'h100', '--seed', '7'];

/** Lower than anybody wants it, and never taken back: somebody's test of last week. */
export const LOCKED_MHZ = '900';
export const LOWERED_WATTS = '210';

/** A sample each second, so that nobody waits long. */
export const AGENT_SETTINGS = { SAMPLE_INTERVAL_MS: '1000', COLLECT_TIMEOUT_MS: '2000' };

/** What takes minutes on a real host takes seconds here; all of it is said on the screen. */
export const SHORTENED = {
  durations: { d1Seconds: 5, d1Samples: 3, d2Seconds: 6 },
  monitor: {
    'gpu-reset-clocks': { settleSeconds: 6, windowSeconds: 10 },
    'gpu-restore-power-limit': { settleSeconds: 6, windowSeconds: 10 },
  },
};
/** JSON is YAML. */
export const AGENT_CONFIG = JSON.stringify(SHORTENED);

export const HEALTHY_SECONDS = 5;
/** So long a finding may take to be confirmed, and an action to be watched. */
export const DEADLINE_SECONDS = 60;
