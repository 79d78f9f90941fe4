import type { Engine, Snapshot } from '@app/core';
import { bringsEngineBack, takesEngineOut } from './action-traits.js';
import type { GuardInput } from './guardrail.js';
import { engineOf, memberOf, partIds } from './members.js';
import { type PastAction, sharesPart } from './past-actions.js';

type Action = GuardInput['action'];

/** Why the action would leave a model without a healthy engine; null when it does not. */
export function lastEngineProblem(action: Action, snapshot: Snapshot, past: readonly PastAction[]): string | null {
  if (!takesEngineOut(action)) return null;
  const serving = snapshot.engines.filter((engine) => isServing(engine) && !isOut(engine, past));
  const taken = enginesTaken(action, snapshot);
  if (taken === null) return remainderOfUnknown(action, serving);
  for (const engine of serving.filter(({ id }) => taken.has(id))) {
    const left = serving.filter(({ id, model }) => !taken.has(id) && model === engine.model);
    if (engine.model === null)
      return `It is not known what ${engine.id} serves, hence not whether another engine does.`;
    if (left.length === 0) return `${engine.id} is the last healthy engine of ${engine.model}.`;
  }
  return null;
}

/** A replica less, or one restarted after the other, takes any of them; whatever else can't be told may take all. */
function remainderOfUnknown(action: Action, serving: readonly Engine[]): string | null {
  if (action.type !== 'k8s-scale' && action.type !== 'k8s-rollout-restart')
    return 'It is not known which engines it takes out, hence not whether one is left.';
  const models = new Map<string | null, number>();
  for (const { model } of serving) models.set(model, (models.get(model) ?? 0) + 1);
  const last = [...models].find(([model, count]) => model === null || count < 2);
  if (serving.length === 0) return 'No healthy engine is known that would be left.';
  return last === undefined ? null : `It may take the last healthy engine of ${last[0] ?? 'an unknown model'}.`;
}

/** Null when that can't be told. */
function enginesTaken(action: Action, snapshot: Snapshot): ReadonlySet<string> | null {
  if (action.type === 'k8s-drain')
    return snapshot.engines.length === 0 ? null : new Set(snapshot.engines.map(({ id }) => id));
  if (action.type.startsWith('k8s-')) return null;
  const taken = new Set<string>();
  for (const id of partIds(action)) {
    const member = memberOf(id, snapshot);
    if (member === null || member === 'ambiguous' || member.kind === 'host') return null;
    if (member.kind === 'engine') taken.add(id);
    if (member.kind === 'gpu') {
      if (snapshot.engines.some(({ gpuUuids }) => gpuUuids === null)) return null;
      for (const engine of snapshot.engines) if (engine.gpuUuids?.includes(id)) taken.add(engine.id);
    }
    if (member.kind === 'cache') {
      const engine = engineOf(member.cache, snapshot);
      // A server of its own is used by nobody knows which engines.
      if (engine === null) return null;
      taken.add(engine.id);
    }
  }
  return taken;
}

function isServing({ up, healthy, sleepState }: Engine): boolean {
  return up === true && healthy !== false && (sleepState === null || sleepState === 'awake');
}

/** An engine out of the router, or paused, looks healthy: only the journal knows. */
function isOut(engine: Engine, past: readonly PastAction[]): boolean {
  const parts = { subject: { kind: 'engine', id: engine.id, label: engine.id } as const, members: [engine.id] };
  let isTakenOut = false;
  for (const other of [...past].sort((left, right) => left.lastAtMs - right.lastAtMs)) {
    const { entry } = other;
    if (!sharesPart(other, parts)) continue;
    if (entry.phase === 'failed' || entry.phase === 'undone') continue;
    if (entry.type === 'router-remove-backend' || entry.type === 'vllm-pause' || entry.type === 'gpu-drain')
      isTakenOut = true;
    else if (bringsEngineBack(entry)) isTakenOut = false;
  }
  return isTakenOut;
}
