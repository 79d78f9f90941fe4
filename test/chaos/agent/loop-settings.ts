import { Settings } from '@app/config';
import { SAMPLE_MS } from './device-snapshots.js';
import type { AgentOptions } from './messages.js';

/** The two actions that the device's complaints lead to. */
export const ACTION_TYPES = ['gpu-restore-power-limit', 'gpu-reset-clocks'] as const;
/** So long an executor may take, in seconds; the device's slowest setting takes less. */
const EXECUTE_SECONDS = 2.5;
const WINDOW_SECONDS = 0.3;

function ofEachType<Value>(value: Value): Record<string, Value> {
  return Object.fromEntries(ACTION_TYPES.map((type) => [type, value]));
}

/** Everything happens in tenths of a second instead of minutes. */
export function loopSettings({ dataDir, alertUrl }: AgentOptions): Settings {
  return new Settings({
    http: { host: '127.0.0.1', port: 0, allowedHosts: [], rateLimitPerMinute: 0, apiKeys: [] },
    store: { dataDir },
    sources: {
      ...{ gpu: 'nvidia-smi', dcgmUrl: null, nodeExporterUrl: null },
      ...{ engineUrls: [], lmcacheUrls: [], kernelLog: 'none' },
    },
    sampling: { intervalMs: SAMPLE_MS, timeoutMs: 1_000 },
    llm: {
      ...{ enabled: false, apiKey: null, model: '', baseUrl: '' },
      ...{ timeoutMs: 1_000, maxRetries: 0, dailyTokenBudget: 0 },
    },
    policy: {
      ...{ maxMode: 'auto', approvalTtlSeconds: 600, monitorWindowSeconds: WINDOW_SECONDS },
      actions: ofEachType({ gate: 'automatic', coolDownSeconds: 0 } as const),
    },
    monitor: ofEachType({ settleSeconds: 0, windowSeconds: WINDOW_SECONDS, executeSeconds: EXECUTE_SECONDS }),
    webhooks: { 'notify-oncall': { url: alertUrl, secret: null, timeoutMs: 1_000, retries: 1 } },
    kubernetes: null,
    slo: { ttftP95Seconds: 0, itlP95Seconds: 0 },
    durations: { d1Seconds: 1, d1Samples: 1, d2Seconds: 1, d3Seconds: 1 },
    thresholds: {},
    retention: { runsDays: 1, historyHours: 1, maxStoreMegabytes: 100 },
    targets: {},
    shutdownGraceMs: 0,
    notices: [],
  });
}
