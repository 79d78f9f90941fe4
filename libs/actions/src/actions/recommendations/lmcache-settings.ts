import type { Cache } from '@app/core';
import { type Advice, cacheOf, given, now, type Recommendation, word } from './recommendation.js';

const BYTES_PER_GIB = 1024 ** 3;
const RESTART = 'It takes effect with a restart; in process that is one of the engine.';

/** A key of the file that LMCACHE_CONFIG_FILE names, or the flag of a server of its own. */
function setting(
  inProcess: (advice: Advice, cache: Cache | null) => string,
  flags: ((advice: Advice, cache: Cache | null) => string) | null = null,
): Recommendation {
  return (advice) => {
    const cache = cacheOf(advice);
    const isServer = cache?.mode === 'mp' && flags !== null;
    const text = isServer
      ? `lmcache server … ${flags(advice, cache)}`
      : `LMCACHE_CONFIG_FILE: ${inProcess(advice, cache)}`;
    return `${text}. ${RESTART}`;
  };
}

function size({ parameters }: Advice, name: string): string {
  return parameters[name] === undefined ? '<GB>' : word(parameters[name]);
}

function presentGb(cache: Cache | null): number | null {
  return cache?.capacityBytes == null ? null : Math.round((cache.capacityBytes / BYTES_PER_GIB) * 10) / 10;
}

export const LMCACHE_SETTINGS: Readonly<Record<string, Recommendation>> = {
  'lmcache-config:l1-size': setting(
    (advice, cache) =>
      `max_local_cpu_size: ${size(advice, 'valueGb')}${now(presentGb(cache))}, and a fifth of the host memory stays free`,
    (advice, cache) => `--l1-size-gb ${size(advice, 'valueGb')}${now(presentGb(cache))}`,
  ),
  'lmcache-config:disk': setting(
    (advice) =>
      `local_disk: "file://<folder on local NVMe>" and max_local_disk_size: ${size(advice, 'valueGb')}, at most 70 % of what is free there`,
  ),
  'lmcache-config:remote': setting(
    () =>
      'remote_url: "<backend beside the engines>" and blocking_timeout_secs: <less than the time to compute a chunk>',
  ),
  'lmcache-config:min-retrieve-tokens': setting(
    ({ parameters }) => `min_retrieve_tokens: ${word(parameters['value'] ?? 256)}`,
  ),
  'lmcache-config:chunk-size': setting(
    (advice, cache) =>
      `chunk_size: ${given(advice, 'value')}${now(cache?.chunkSizeTokens)}, the same in every instance; what is cached is lost`,
    (advice, cache) => `--chunk-size ${given(advice, 'value')}${now(cache?.chunkSizeTokens)}; what is cached is lost`,
  ),
  'lmcache-config:eviction-policy': setting(
    ({ parameters }) => `cache_policy: ${word(parameters['value'] ?? 'LFU')}`,
    ({ parameters }) => `--eviction-policy ${word(parameters['value'] ?? 'IsolatedLRU')}`,
  ),
  'lmcache-config:numa': setting(() => 'numa_mode: auto'),
};
