import { type Cache, type Engine, type Gpu, normalizedBusId, type Snapshot } from '@app/core';
import { isChange } from './action-traits.js';
import type { Guardrail } from './guardrail.js';
import { isText, isTextList } from './known-values.js';
import { isOutsideSnapshot, type Member, memberOf, partIds } from './members.js';
import { allow, deny, denyUnknown } from './verdict.js';

export const identityGuardrail: Guardrail = {
  name: 'identity',
  purpose:
    'What a change acts on is still the very same: host, GPU (UUID and bus id), engine (process and start, where known), cache. Read-only actions skip it, since what has gone is what they look for.',
  moments: ['plan', 'execute'],
  check({ action, planned, present }) {
    if (!isChange(action)) return allow('It changes nothing, so that it may look for what has gone.');
    if (!isTextList(action.members) || action.members.length === 0) return denyUnknown('what the action acts on');
    if (new Set(action.members).size < action.members.length) return deny('The action names a member twice.');
    if (!planned?.snapshot || !present?.snapshot) return denyUnknown('the target at planning, or as it is now');
    const [then, now] = [planned.snapshot, present.snapshot];
    if (!isText(now.hostname) || !isText(then.hostname)) return denyUnknown('the host name of the target');
    if (now.hostname !== then.hostname || now.target !== then.target)
      return deny('The snapshot is of another host than the plan.');
    for (const id of partIds(action)) {
      const drift = driftOf(id, then, now, isOutsideSnapshot(action) || isFleet(id, action.subject));
      if (drift !== null) return deny(`${id}: ${drift}`);
    }
    return allow('What it acts on is the same as at planning.');
  },
};

function isFleet(id: string, subject: { readonly kind: string; readonly id: string }): boolean {
  return subject.kind === 'fleet' && subject.id === id;
}

function driftOf(id: string, then: Snapshot, now: Snapshot, mayBeOutside: boolean): string | null {
  const [before, after] = [memberOf(id, then), memberOf(id, now)];
  if (before === 'ambiguous' || after === 'ambiguous') return 'several parts have this id.';
  if (before === null && after === null) return mayBeOutside ? null : 'it is in no snapshot.';
  if (before === null) return 'it was not there when the plan was made.';
  if (after === null) return 'it is not there any more.';
  return changeOf(before, after);
}

function changeOf(before: Member, after: Member): string | null {
  if (before.kind === 'gpu' && after.kind === 'gpu') return gpuChange(before.gpu, after.gpu);
  if (before.kind === 'engine' && after.kind === 'engine') return engineChange(before.engine, after.engine);
  if (before.kind === 'cache' && after.kind === 'cache') return cacheChange(before.cache, after.cache);
  return before.kind === 'host' && after.kind === 'host' ? null : 'it is something else now.';
}

function gpuChange(before: Gpu, after: Gpu): string | null {
  if (!isText(before.uuid) || !isText(after.uuid)) return 'its UUID is not known.';
  const [busBefore, busAfter] = [normalizedBusId(before.pciBusId), normalizedBusId(after.pciBusId)];
  if (busBefore === null || busAfter === null) return 'its bus id is not known.';
  return before.uuid === after.uuid && busBefore === busAfter ? null : 'the GPU is in another slot than at planning.';
}

function engineChange(before: Engine, after: Engine): string | null {
  if (before.kind !== after.kind || before.url !== after.url) return 'another engine answers there.';
  const known: readonly [string, string | number | null | undefined, string | number | null | undefined][] = [
    ['process', before.process?.pid, after.process?.pid],
    ['start', before.startedAt, after.startedAt],
    ['model', before.model, after.model],
  ];
  for (const [what, was, is] of known) {
    if (was === null || was === undefined) continue;
    if (is === null || is === undefined) return `its ${what} is not known any more.`;
    if (was !== is) return `its ${what} has changed since planning.`;
  }
  return null;
}

function cacheChange(before: Cache, after: Cache): string | null {
  const isSame = before.mode === after.mode && before.engineId === after.engineId && before.version === after.version;
  return isSame ? null : 'another cache answers there.';
}
