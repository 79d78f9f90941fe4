import { type Cache, type Engine, type Gpu, gpuIdOf, type Snapshot, type Subject } from '@app/core';
import { enginesOfCache } from '../reach.js';

/** What a text is made for. */
export interface Advice {
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  readonly subject: Subject;
  readonly snapshot: Snapshot;
}

/** The exact command, flag or call for a person. */
export type Recommendation = (advice: Advice) => string;

/** A word of a shell command: names come from metrics and labels, and are pasted by somebody. */
export function word(value: unknown): string {
  const text = String(value).replace(/\p{Cc}/gu, ' ');
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A parameter, or what stands in its place for a person to fill in. */
export function given({ parameters }: Advice, name: string): string {
  return parameters[name] === undefined ? `<${name}>` : word(parameters[name]);
}

/** The engine that it is about; null where there is none or several. */
export function engineOf({ subject, snapshot }: Advice): Engine | null {
  const { engines, caches } = snapshot;
  const own = engines.find(({ id }) => id === subject.id);
  if (own !== undefined) return own;
  const cache = caches.find(({ id }) => id === subject.id);
  const candidates =
    cache !== undefined
      ? enginesOfCache(cache, snapshot)
      : subject.kind === 'gpu'
        ? engines.filter(({ gpuUuids }) => gpuUuids?.includes(subject.id) === true)
        : engines;
  return candidates.length === 1 ? (candidates[0] ?? null) : null;
}

export function cacheOf({ subject, snapshot }: Advice): Cache | null {
  const { caches } = snapshot;
  const own = caches.find(({ id, engineId }) => id === subject.id || engineId === subject.id);
  return own ?? (caches.length === 1 ? (caches[0] ?? null) : null);
}

export function gpuOf({ subject, snapshot }: Advice): Gpu | null {
  return snapshot.gpus.find((gpu) => gpuIdOf(gpu) === subject.id) ?? null;
}

/** GPUs that it is about, as nvidia-smi takes them. */
export function gpuIds(advice: Advice): string {
  const gpu = gpuOf(advice);
  if (gpu !== null) return word(gpuIdOf(gpu));
  const uuids = engineOf(advice)?.gpuUuids ?? [];
  return uuids.length === 0 ? '<uuid>' : word(uuids.join(','));
}

/** `(now 256)`, or nothing where the present value is not known. */
export function now(value: unknown): string {
  return value === null || value === undefined || value === '' ? '' : ` (now ${String(value)})`;
}
