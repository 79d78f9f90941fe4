/** One fault that a person can follow: an engine over two GPUs, of which one is no longer cooled. */
export const HOST_OPTIONS = ['--gpus', '2', '--engines', '1', '--product', 'h100', '--seed', '3'];
export const FAULT = {
  id: 'fan-failure',
  title: 'The air that cools GPU 0 stands still',
  rule: 'gpu-thermal-hw-slowdown',
};

/** A sample each second, and findings that are confirmed after ten instead of sixty seconds, so that nobody waits long. */
export const AGENT_SETTINGS = { SAMPLE_INTERVAL_MS: '1000', COLLECT_TIMEOUT_MS: '900' };
/** JSON is YAML. */
export const AGENT_CONFIG = JSON.stringify({ durations: { d1Seconds: 10, d1Samples: 3 } });

export const HEALTHY_SECONDS = 8;
export const DEADLINE_SECONDS = 100;
/** So long other findings may still join the one that was waited for. */
export const AFTERMATH_SECONDS = 8;
