/** Shortened so that a fault is confirmed within seconds; each is said in the report. */
export const HOST_OPTIONS = [
  '--gpus',
  '2',
  '--engines',
  '2',
  '--product',
  'h100',
  '--remote-gib',
  '400',
  '--seed',
  '7',
];

export const AGENT_SETTINGS = { SAMPLE_INTERVAL_MS: '1000', COLLECT_TIMEOUT_MS: '900' };

/** JSON is YAML. */
export const AGENT_CONFIG = {
  durations: { d1Seconds: 4, d1Samples: 3, d2Seconds: 6 },
  thresholds: {
    'gpu-thermal-sw-slowdown': { sustainedSeconds: 10 },
    'gpu-telemetry-stale': { silentSeconds: 10 },
    'host-cpu-pressure': { sustainedSeconds: 60 },
    'host-memory-pressure': { availableSeconds: 10 },
  },
};
/** Samples of the healthy host that the agent has before the fault. */
export const BASELINE_SECONDS = 5;
/** The shortest that `host-cpu-pressure` may wait is a minute. */
export const DEADLINE_SECONDS = 80;
/** So long a healthy host is watched, and one where nothing is to be found. */
export const QUIET_SECONDS = 20;
