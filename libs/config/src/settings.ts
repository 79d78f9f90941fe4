import type { ActionGate, Objective, RunMode } from '@app/core';

export const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
/** In rising order: each includes those before it. */
export type Role = (typeof ROLES)[number];
export const GPU_SOURCES = ['auto', 'nvidia-smi', 'dcgm', 'none'] as const;
export type GpuSource = (typeof GPU_SOURCES)[number];

export interface ApiKey {
  readonly name: string;
  readonly role: Role;
  /** Lower-case hexadecimal SHA-256 of the key's UTF-8 bytes. */
  readonly sha256: string;
}

/** Duration classes of the rules: D1 bottlenecks, D2 drift, D3 efficiency. */
export interface Durations {
  readonly d1Seconds: number;
  readonly d1Samples: number;
  readonly d2Seconds: number;
  readonly d3Seconds: number;
}

/** What a target's analysis may have of its own. */
export interface TargetSettings {
  readonly slo?:
    { readonly ttftP95Seconds?: number | undefined; readonly itlP95Seconds?: number | undefined } | undefined;
  readonly thresholds?: Settings['thresholds'] | undefined;
  readonly expectedGpuUuids?: readonly string[] | undefined;
}

/** When an action may be done: on these days, between these times of the time zone. `to` may lie on the next day. */
export interface TimeWindow {
  /** 0 = Sunday; empty = every day. */
  readonly days: readonly number[];
  /** Minutes since midnight. */
  readonly fromMinute: number;
  readonly toMinute: number;
  /** IANA name. */
  readonly timeZone: string;
}

/** What `CONFIG_FILE` says of one action type. Absent = the catalogue's default. */
export interface PolicyRule {
  readonly gate?: ActionGate | undefined;
  /** Ids of targets or subjects on which it may be done at all. */
  readonly targets?: readonly string[] | undefined;
  /** Ids of targets or subjects on which it may never be done; before `targets`. */
  readonly deny?: readonly string[] | undefined;
  readonly windows?: readonly TimeWindow[] | undefined;
  /** Per target and 24 hours. */
  readonly perDay?: number | undefined;
  readonly coolDownSeconds?: number | undefined;
}

export interface MonitorRule {
  readonly settleSeconds?: number | undefined;
  readonly windowSeconds?: number | undefined;
  /** So long an executor may take. */
  readonly executeSeconds?: number | undefined;
}

/** Who does an action type for us (or hears of it, for `notify-oncall`). */
export interface WebhookSettings {
  readonly url: string;
  /** Signs the requests; null = unsigned, which only loopback addresses may have. */
  readonly secret: string | null;
  readonly timeoutMs: number;
  readonly retries: number;
}

export interface KubernetesDeployment {
  readonly namespace: string;
  readonly deployment: string;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Engines that it runs, by id; empty = all of the target's. */
  readonly engines: readonly string[];
}

/** Everything that can be configured, checked and typed. Inject this class; nothing else reads the environment. */
export class Settings {
  readonly http!: {
    readonly host: string;
    readonly port: number;
    readonly allowedHosts: readonly string[];
    /** 0 = off. */
    readonly rateLimitPerMinute: number;
    readonly apiKeys: readonly ApiKey[];
  };
  readonly store!: { readonly dataDir: string };
  readonly sources!: {
    readonly gpu: GpuSource;
    readonly dcgmUrl: string | null;
    readonly nodeExporterUrl: string | null;
    readonly engineUrls: readonly string[];
    readonly lmcacheUrls: readonly string[];
    /** `auto`, `none` or a file. */
    readonly kernelLog: string;
  };
  readonly sampling!: { readonly intervalMs: number; readonly timeoutMs: number };
  readonly llm!: {
    readonly enabled: boolean;
    readonly apiKey: string | null;
    readonly model: string;
    /** Without `/openai/v1`. */
    readonly baseUrl: string;
    readonly timeoutMs: number;
    readonly maxRetries: number;
    readonly dailyTokenBudget: number;
  };
  readonly policy!: {
    readonly maxMode: RunMode;
    readonly approvalTtlSeconds: number;
    readonly monitorWindowSeconds: number;
    /** By action type. */
    readonly actions: Readonly<Record<string, PolicyRule>>;
  };
  /** By action type. */
  readonly monitor!: Readonly<Record<string, MonitorRule>>;
  /** By action type. */
  readonly webhooks!: Readonly<Record<string, WebhookSettings>>;
  /** Null = the agent does nothing in Kubernetes. */
  readonly kubernetes!: {
    /** Null = the pod's service account, else the default kubeconfig. */
    readonly kubeconfig: string | null;
    readonly deployments: readonly KubernetesDeployment[];
  } | null;
  /** 0 = no objective (batch). */
  readonly slo!: { readonly ttftP95Seconds: number; readonly itlP95Seconds: number };
  readonly durations!: Durations;
  /** Per rule id, per threshold name. */
  readonly thresholds!: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How long things are kept; runs that have not ended are always kept. */
  readonly retention!: {
    /** From the end of a run. */
    readonly runsDays: number;
    readonly historyHours: number;
    /** A larger store loses its oldest runs and history earlier. */
    readonly maxStoreMegabytes: number;
  };
  /** What differs for one target, by its id. */
  readonly targets!: Readonly<Record<string, TargetSettings>>;
  readonly shutdownGraceMs!: number;
  /** Settings that are understood but have no effect in this version, in words for the log. */
  readonly notices!: readonly string[];

  constructor(values: SettingsValues) {
    Object.assign(this, values);
  }
}

export type SettingsValues = { readonly [K in keyof Settings]: Settings[K] };

export const DEFAULT_TARGET = 'local';
export const DEFAULT_OBJECTIVE: Objective = 'balanced';

export type AnalysisSettings = Pick<Settings, 'slo' | 'thresholds' | 'durations'> & {
  readonly intervalSeconds: number;
  readonly expectedGpuUuids?: readonly string[];
};

/** How a target is judged: its own values before those of all. */
export function analysisSettingsOf(
  settings: Pick<Settings, 'sampling' | 'slo' | 'thresholds' | 'durations' | 'targets'>,
  target: string,
): AnalysisSettings {
  const own = Object.hasOwn(settings.targets, target) ? settings.targets[target] : undefined;
  const rules = new Set([...Object.keys(settings.thresholds), ...Object.keys(own?.thresholds ?? {})]);
  return {
    intervalSeconds: settings.sampling.intervalMs / 1000,
    durations: settings.durations,
    slo: {
      ttftP95Seconds: own?.slo?.ttftP95Seconds ?? settings.slo.ttftP95Seconds,
      itlP95Seconds: own?.slo?.itlP95Seconds ?? settings.slo.itlP95Seconds,
    },
    thresholds: Object.fromEntries(
      [...rules].map((rule) => [rule, { ...settings.thresholds[rule], ...own?.thresholds?.[rule] }]),
    ),
    ...(own?.expectedGpuUuids === undefined ? {} : { expectedGpuUuids: own.expectedGpuUuids }),
  };
}
