import type { Gap, Gpu } from '@app/core';
import type { Issue } from './smi-reader.js';

/** One gap per signal that is null on any GPU, and one per signal of which a part could not be read. */
export function gapsOf(gpus: readonly Gpu[], issues: readonly Issue[]): Gap[] {
  const gaps = new Map<string, Gap>();
  for (const issue of issues) {
    if (!gaps.has(issue.signal) || issue.status === 'failed') gaps.set(issue.signal, { ...issue });
  }
  const counts = new Map<string, number>();
  for (const gpu of gpus) {
    for (const signal of new Set(nullPaths(gpu, 'gpus'))) counts.set(signal, (counts.get(signal) ?? 0) + 1);
  }
  for (const [signal, count] of counts) {
    if (gaps.has(signal)) continue;
    const where = count === gpus.length ? '' : ` for ${count} of ${gpus.length} GPUs`;
    gaps.set(signal, { signal, status: 'absent', reason: `not reported by the driver${where}` });
  }
  return [...gaps.values()];
}

function nullPaths(value: unknown, path: string): string[] {
  if (value === null) return [path];
  if (Array.isArray(value)) return value.flatMap((item: unknown) => nullPaths(item, path));
  if (typeof value !== 'object') return [];
  return Object.entries(value ?? {}).flatMap(([name, item]) => nullPaths(item, `${path}.${name}`));
}
