import type { Cache, Engine, Snapshot } from '@app/core';
import type { CacheSlot } from '../rules/rule.js';

interface CacheSlotMember {
  readonly id: string;
  readonly label: string;
  readonly state: CacheSlot;
}

/** What the command line says of LMCache; null for an engine that uses none, or whose process is not known. */
function connectorOf({ kind, process }: Engine): string | null {
  if (process === null) return null;
  if (kind === 'sglang') return process.flags['enable-lmcache'] === 'true' ? 'enable-lmcache' : null;
  const config = process.flags['kv-transfer-config'] ?? '';
  return /"kv_connector"\s*:\s*"([\w.-]*lmcache[\w.-]*)"/i.exec(config)?.[1] ?? null;
}

function cacheOf(engine: Engine, caches: readonly Cache[]): Cache | null {
  return (
    caches.find(({ engineId }) => engineId === engine.id) ?? caches.find(({ engineId }) => engineId === null) ?? null
  );
}

/** The caches that engines are started with, whether or not anything is seen of them. */
export function cacheSlotsOf(snapshot: Snapshot): CacheSlotMember[] {
  return snapshot.engines.flatMap((engine) => {
    const connector = connectorOf(engine);
    if (connector === null) return [];
    // The id that a cache on the engine's own page would have.
    const id = `${engine.id}/lmcache`;
    return [{ id, label: id, state: { engine, connector, cache: cacheOf(engine, snapshot.caches) } }];
  });
}
