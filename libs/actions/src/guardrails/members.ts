import { type Cache, type Engine, type Gpu, gpuIdOf, type Snapshot } from '@app/core';
import type { GuardInput } from './guardrail.js';

/** What an id of an action's members stands for in a snapshot. */
export type Member =
  | { readonly kind: 'gpu'; readonly gpu: Gpu }
  | { readonly kind: 'engine'; readonly engine: Engine }
  | { readonly kind: 'cache'; readonly cache: Cache }
  | { readonly kind: 'host' };

/** Null where the snapshot has none by that id, `ambiguous` where it has several. */
export function memberOf(id: string, snapshot: Snapshot): Member | 'ambiguous' | null {
  const found: Member[] = [
    ...snapshot.gpus.filter((gpu) => gpuIdOf(gpu) === id).map((gpu) => ({ kind: 'gpu', gpu }) as const),
    ...snapshot.engines.filter((engine) => engine.id === id).map((engine) => ({ kind: 'engine', engine }) as const),
    ...snapshot.caches.filter((cache) => cache.id === id).map((cache) => ({ kind: 'cache', cache }) as const),
    ...(id === snapshot.target ? [{ kind: 'host' } as const] : []),
  ];
  return found.length > 1 ? 'ambiguous' : (found[0] ?? null);
}

/** Subject and members, each once. */
export function partIds({ subject, members }: Pick<GuardInput['action'], 'subject' | 'members'>): string[] {
  return [...new Set([subject.id, ...members])];
}

/** Deployments, nodes, routers and processes are no part of a snapshot; their preconditions ask whoever has them. */
export function isOutsideSnapshot({ type }: Pick<GuardInput['action'], 'type'>): boolean {
  return ['k8s-', 'router-', 'host-'].some((prefix) => type.startsWith(prefix));
}

/** GPUs that the action can be felt on, as ids. All of them where that can't be told. */
export function gpusTouched(action: GuardInput['action'], snapshot: Snapshot): ReadonlySet<string> {
  const touched = new Set<string>();
  for (const id of partIds(action)) {
    const member = memberOf(id, snapshot);
    if (member !== null && member !== 'ambiguous') {
      if (member.kind === 'gpu') {
        touched.add(id);
        continue;
      }
      const engine =
        member.kind === 'cache' ? engineOf(member.cache, snapshot) : member.kind === 'engine' ? member.engine : null;
      if (engine?.gpuUuids) {
        for (const uuid of engine.gpuUuids) touched.add(uuid);
        continue;
      }
    }
    return new Set(snapshot.gpus.map(gpuIdOf));
  }
  return touched;
}

/** Engine that a cache lives in; null for a server of its own. */
export function engineOf({ engineId }: Cache, { engines }: Snapshot): Engine | null {
  return engines.find(({ id }) => id === engineId) ?? null;
}
