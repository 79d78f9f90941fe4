import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { AppError } from '@app/core';
import { withoutTrailingSlash } from './base-url.js';
import { type ConfigFile, readConfigFile } from './config-file.js';
import { Environment } from './environment.js';
import { isLoopbackHost } from './loopback-host.js';
import { type ApiKey, DEFAULT_TARGET, type Role, Settings } from './settings.js';
import { readWebhooks } from './webhook-keys.js';

function readEnvironment(env: NodeJS.ProcessEnv): { environment: Environment; problems: string[] } {
  const known = Object.keys(new Environment());
  const optional = [
    'RATE_LIMIT_PER_MINUTE',
    'DATABASE_URL',
    'CONFIG_FILE',
    'DCGM_URL',
    'NODE_EXPORTER_URL',
    'GROQ_API_KEY',
  ];
  const given: Record<string, string> = {};
  for (const name of [...known, ...optional]) {
    const value = env[name];
    // An empty variable (`PORT=`) is how compose files and shells say "not set".
    if (value !== undefined && value.trim() !== '') given[name] = value.trim();
  }
  const environment = plainToInstance(Environment, given, { exposeDefaultValues: true });
  const problems = validateSync(environment, { validationError: { target: false, value: false } }).map(
    (error) => `${error.property}: ${Object.values(error.constraints ?? {}).join(', ')}`,
  );
  return { environment, problems };
}

function checkTogether(environment: Environment): string[] {
  const problems: string[] = [];
  if (!isLoopbackHost(environment.HOST) && environment.API_KEYS.length === 0) {
    problems.push(
      'HOST: listening on anything but loopback needs API_KEYS (name:role:sha256hex); set them or use 127.0.0.1',
    );
  }
  if (environment.DATABASE_URL !== undefined) {
    problems.push(
      'DATABASE_URL: cluster mode on PostgreSQL is not in this version; unset it to use SQLite in DATA_DIR',
    );
  }
  const names = environment.API_KEYS.map((key) => key.split(':')[0]);
  if (new Set(names).size !== names.length) problems.push('API_KEYS: every key needs a name of its own');
  return problems;
}

function apiKeyOf(text: string): ApiKey {
  const [name = '', role = 'viewer', sha256 = ''] = text.split(':');
  return { name, role: role as Role, sha256: sha256.toLowerCase() };
}

function noticesOf(file: ConfigFile): string[] {
  return Object.keys(file.targets ?? {})
    .filter((target) => target !== DEFAULT_TARGET)
    .map((target) => `target ${target} (CONFIG_FILE targets): this version knows ${DEFAULT_TARGET}`)
    .map((what) => `configured, but without effect in this version: ${what}`);
}

/** Each problem names a variable or key and its rule. */
export function configurationInvalid(problems: readonly string[]): AppError {
  return new AppError('configuration_invalid', `The configuration is wrong:\n  ${problems.join('\n  ')}`, {
    details: { problems },
  });
}

/**
 * Reads the environment and `CONFIG_FILE` into `Settings`.
 * @throws AppError `configuration_invalid` whose `details.problems` names every wrong variable and its rule, never its value
 */
export function loadSettings(env: NodeJS.ProcessEnv): Settings {
  const { environment, problems } = readEnvironment(env);
  const { file, problems: fileProblems } = readConfigFile(environment.CONFIG_FILE);
  const { webhooks, problems: webhookProblems } = readWebhooks(file.webhooks ?? {}, env);
  const all = [...problems, ...fileProblems, ...webhookProblems, ...checkTogether(environment)];
  if (all.length > 0) throw configurationInvalid(all);
  return settingsFrom(environment, file, webhooks);
}

function settingsFrom(environment: Environment, file: ConfigFile, webhooks: Settings['webhooks']): Settings {
  return new Settings({
    http: {
      host: environment.HOST,
      port: environment.PORT,
      allowedHosts: environment.ALLOWED_HOSTS,
      rateLimitPerMinute: environment.RATE_LIMIT_PER_MINUTE ?? (isLoopbackHost(environment.HOST) ? 0 : 600),
      apiKeys: environment.API_KEYS.map(apiKeyOf),
    },
    store: { dataDir: environment.DATA_DIR },
    sources: {
      gpu: environment.GPU_SOURCE,
      dcgmUrl: environment.DCGM_URL ?? null,
      nodeExporterUrl: environment.NODE_EXPORTER_URL ?? null,
      engineUrls: environment.ENGINE_URLS.map(withoutTrailingSlash),
      lmcacheUrls: environment.LMCACHE_URLS.map(withoutTrailingSlash),
      kernelLog: environment.KERNEL_LOG,
    },
    sampling: { intervalMs: environment.SAMPLE_INTERVAL_MS, timeoutMs: environment.COLLECT_TIMEOUT_MS },
    llm: {
      enabled: environment.LLM_ENABLED,
      apiKey: environment.GROQ_API_KEY ?? null,
      model: environment.GROQ_MODEL,
      baseUrl: withoutTrailingSlash(environment.GROQ_BASE_URL).replace(/\/openai(\/v1)?$/, ''),
      timeoutMs: environment.LLM_TIMEOUT_MS,
      maxRetries: environment.LLM_MAX_RETRIES,
      dailyTokenBudget: environment.LLM_DAILY_TOKEN_BUDGET,
    },
    policy: {
      maxMode: environment.POLICY_MAX_MODE,
      approvalTtlSeconds: environment.APPROVAL_TTL_SECONDS,
      monitorWindowSeconds: environment.MONITOR_WINDOW_SECONDS,
      actions: file.policy ?? {},
    },
    monitor: file.monitor ?? {},
    webhooks,
    kubernetes: file.kubernetes
      ? { kubeconfig: file.kubernetes.kubeconfig ?? null, deployments: file.kubernetes.deployments }
      : null,
    slo: {
      ttftP95Seconds: file.slo?.ttftP95Seconds ?? environment.SLO_TTFT_P95_SECONDS,
      itlP95Seconds: file.slo?.itlP95Seconds ?? environment.SLO_ITL_P95_SECONDS,
    },
    durations: {
      d1Seconds: file.durations?.d1Seconds ?? 60,
      d1Samples: file.durations?.d1Samples ?? 3,
      d2Seconds: file.durations?.d2Seconds ?? 600,
      d3Seconds: file.durations?.d3Seconds ?? 1800,
    },
    thresholds: file.thresholds ?? {},
    targets: file.targets ?? {},
    retention: {
      runsDays: file.retention?.runsDays ?? 30,
      historyHours: file.retention?.historyHours ?? 24,
      maxStoreMegabytes: file.retention?.maxStoreMegabytes ?? 1024,
    },
    shutdownGraceMs: environment.SHUTDOWN_GRACE_MS,
    notices: noticesOf(file),
  });
}
