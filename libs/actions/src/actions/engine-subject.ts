import { type Engine, type Finding, gpuIdOf, type Snapshot, type Subject } from '@app/core';
import type { HttpExecutor } from '../executors/http.executor.js';
import { impossible, isImpossible } from './proposals.js';

type Impossible = ReturnType<typeof impossible>;

/** An id without the label of one of several engines behind an address. */
export function addressOf(engineId: string): string {
  const at = engineId.indexOf('#');
  return at === -1 ? engineId : engineId.slice(0, at);
}

export function subjectOfEngine({ id, model }: Engine): Subject {
  return { kind: 'engine', id, label: model === null ? id : `${model} (${id})` };
}

export function engineOf(id: string, { engines }: Snapshot): Engine | null {
  return engines.find((engine) => engine.id === id) ?? null;
}

/** The engine that a finding is about, or the only one on its GPU. */
export function engineForFinding({ subject }: Finding, snapshot: Snapshot): Engine | Impossible {
  if (subject.kind === 'engine') {
    return engineOf(subject.id, snapshot) ?? impossible(`engine ${subject.id} is not in the snapshot`);
  }
  if (subject.kind === 'cache') {
    const engineId = snapshot.caches.find(({ id }) => id === subject.id)?.engineId ?? null;
    const engine = engineId === null ? null : engineOf(engineId, snapshot);
    if (engine !== null) return engine;
  }
  const candidates =
    subject.kind === 'gpu'
      ? snapshot.engines.filter(({ gpuUuids }) => gpuUuids?.includes(subject.id) === true)
      : snapshot.engines;
  const [only, ...others] = candidates;
  if (only === undefined) return impossible(`no engine is known to run on ${subject.label}`);
  return others.length === 0 ? only : impossible(`which of ${candidates.length} engines is meant is not known`);
}

/** As above, and only one that can be told what to do: a vLLM with a configured address of its own. */
export function vllmForFinding(
  finding: Finding,
  snapshot: Snapshot,
  http: Pick<HttpExecutor, 'has'>,
): { readonly engine: Engine; readonly url: string } | Impossible {
  const engine = engineForFinding(finding, snapshot);
  if (isImpossible(engine)) return engine;
  if (engine.kind !== 'vllm') return impossible(`${engine.id} is no vLLM engine`);
  const url = addressOf(engine.id);
  if (!http.has(url)) return impossible(`${url} is none of the configured ENGINE_URLS`);
  if (snapshot.engines.some((other) => other.id !== engine.id && addressOf(other.id) === url)) {
    return impossible(`${url} answers for several engines, and the call would be for all of them`);
  }
  return { engine, url };
}

/** GPU memory that the processes of an engine hold; null where the driver does not tell all of it. */
export function gpuMemoryOf({ gpuUuids, process }: Engine, { gpus }: Snapshot): number | null {
  if (gpuUuids === null || process === null) return null;
  const own = gpus.filter((gpu) => gpuUuids.includes(gpuIdOf(gpu)));
  const used = own.flatMap(({ processes }) =>
    processes.filter(({ pid }) => process.pids.includes(pid)).map(({ usedMemoryBytes }) => usedMemoryBytes),
  );
  if (own.length < gpuUuids.length || used.length === 0 || used.includes(null)) return null;
  return used.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
}
