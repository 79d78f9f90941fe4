import { z } from 'zod';

/** What is kept of a configuration. It may hold secrets (`remote_url` with a password), so nothing else is read of it. */
export interface LmcacheConfig {
  readonly chunkSizeTokens: number | null;
  /** Of the local tier; in process that of each worker. */
  readonly capacityBytes: number | null;
}

export const NO_CONFIG: LmcacheConfig = { chunkSizeTokens: null, capacityBytes: null };

/** Keys that the internal API is asked for; the MP server answers with all it has, whatever is asked. */
export const CONFIG_KEYS = ['chunk_size', 'max_local_cpu_size'] as const;

const BYTES_PER_GIB = 1024 ** 3;
const VERSION = /^v?\d[\w.+-]{0,63}$/;

// A field that is no such value is one that was not given: these answers come from any version.
const count = z.number().int().positive().nullable().catch(null).default(null);
const flag = z.boolean().nullable().catch(null).default(null);
const part = <T extends z.ZodRawShape>(shape: T) => z.object(shape).catch(() => z.object(shape).parse({}));

const healthSchema = z.object({
  // Threads of the internal API.
  healthy: flag,
  // Liveness of the MP server.
  status: z.enum(['healthy', 'unhealthy']).nullable().catch(null).default(null),
});

const statusSchema = z.object({
  is_healthy: flag,
  chunk_size: count,
  storage_manager: part({
    // `…_total_…` is what is allocated so far; only `…_configured_…` is the size it may grow to.
    l1_manager: part({ memory_configured_bytes: count }).default({ memory_configured_bytes: null }),
  }).default({ l1_manager: { memory_configured_bytes: null } }),
});

const inProcessConfigSchema = z.object({
  chunk_size: count,
  max_local_cpu_size: z.number().positive().nullable().catch(null).default(null),
});

const memoryConfig = z.object({ memory_config: z.object({ size_in_bytes: z.number().int().positive() }) });
const mpConfigSchema = z.object({
  mp: part({ chunk_size: count }).default({ chunk_size: null }),
  storage_manager: part({
    l1_manager_config: memoryConfig.nullable().catch(null).default(null),
    l1_manager_configs: z.array(memoryConfig).max(64).catch([]).default([]),
  }).default({ l1_manager_config: null, l1_manager_configs: [] }),
});

/** What a health check says; null where the text is no answer of one. */
export function healthIn(text: string): boolean | null {
  const answer = healthSchema.safeParse(jsonIn(text));
  if (!answer.success) return null;
  const { healthy, status } = answer.data;
  return healthy ?? (status === null ? null : status === 'healthy');
}

export interface MpStatus {
  readonly healthy: boolean | null;
  readonly config: LmcacheConfig;
}

/** What the MP server's `/status` says; null where the text is no such answer. */
export function mpStatusIn(text: string): MpStatus | null {
  const answer = statusSchema.safeParse(jsonIn(text));
  if (!answer.success || answer.data.is_healthy === null) return null;
  const { is_healthy: healthy, chunk_size: chunkSizeTokens, storage_manager: storage } = answer.data;
  return { healthy, config: { chunkSizeTokens, capacityBytes: storage.l1_manager.memory_configured_bytes } };
}

/** The configuration of either generation, as `/conf` gives it. */
export function configIn(text: string): LmcacheConfig {
  const json = jsonIn(text);
  const inProcess = inProcessConfigSchema.safeParse(json);
  const mp = mpConfigSchema.safeParse(json);
  if (!inProcess.success || !mp.success) return NO_CONFIG;
  const gib = inProcess.data.max_local_cpu_size;
  const { l1_manager_config: single, l1_manager_configs: several } = mp.data.storage_manager;
  const tiers = several.length > 0 ? several : single === null ? [] : [single];
  const mpBytes = tiers.reduce((sum, tier) => sum + tier.memory_config.size_in_bytes, 0);
  return {
    chunkSizeTokens: inProcess.data.chunk_size ?? mp.data.mp.chunk_size,
    capacityBytes: capacity(gib === null ? mpBytes : Math.floor(gib * BYTES_PER_GIB)),
  };
}

function capacity(bytes: number): number | null {
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
}

/** A version as `/lmc_version` (the package) or `/version` (package and commit) gives it; `NA` stands for unknown. */
export function lmcacheVersionIn(text: string): string | null {
  const json = jsonIn(text);
  const version = typeof json === 'string' ? json.replace(/-NA$/, '') : '';
  return VERSION.test(version) ? version : null;
}

/** Where both know a value, the first one's. */
export function mergedConfig(first: LmcacheConfig, second: LmcacheConfig): LmcacheConfig {
  return {
    chunkSizeTokens: first.chunkSizeTokens ?? second.chunkSizeTokens,
    capacityBytes: first.capacityBytes ?? second.capacityBytes,
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Other servers answer these paths with a page of their own, which is no answer.
    return null;
  }
}
