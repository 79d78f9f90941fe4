import { decimal } from './decimal.js';

/** `/proc/PID/cgroup`: which group of version 2 the process is in, and whether version 1 holds the controllers. */
export interface CgroupMembership {
  readonly path: string | null;
  readonly hasVersion1: boolean;
}

export function parseCgroupMembership(text: string): CgroupMembership {
  const lines = text.split('\n');
  const path = lines.find((line) => line.startsWith('0::/'))?.slice('0::'.length) ?? null;
  return { path, hasVersion1: lines.some((line) => /^\d{1,4}:[^:]*\b(cpu|memory)\b[^:]*:\//.test(line)) };
}

/** Where a group's files are; null for a path that leaves the file system's root, as seen from inside a namespace. */
export function cgroupFolder(path: string): string | null {
  const segments = path.split('/').filter((segment) => segment !== '');
  if (segments.some((segment) => segment === '..' || segment === '.')) return null;
  return ['/sys/fs/cgroup', ...segments].join('/');
}

/** `null`: no limit; `undefined`: the text does not say. */
export type Limit = number | null | undefined;

/** `cpu.max`: quota and period in microseconds, or `max` and the period. */
export function parseCpuMax(text: string): Limit {
  const [quota, period, ...rest] = text.trim().split(' ');
  const periodUs = decimal(period);
  if (periodUs === null || periodUs === 0 || rest.length > 0) return undefined;
  if (quota === 'max') return null;
  const quotaUs = decimal(quota);
  return quotaUs === null ? undefined : quotaUs / periodUs;
}

/** `memory.max`: bytes or `max`. */
export function parseMemoryMax(text: string): Limit {
  const limit = text.trim();
  return limit === 'max' ? null : (decimal(limit) ?? undefined);
}
