import { type Gap, NO_CGROUP, type System } from '@app/core';
import { cgroupFolder, type Limit, parseCgroupMembership, parseCpuMax, parseMemoryMax } from './cgroup.parsers.js';
import { counterGrowth } from './counter-rate.js';
import { decimal, parseNamedNumbers } from './decimal.js';
import { gapOf, type HostFile, type HostFiles, textOf } from './host-files.js';
import { firstSampleGap } from './system-reading.js';

export interface CgroupReading {
  readonly values: System['cgroup'];
  readonly gaps: readonly Gap[];
}

const ROOT = '/sys/fs/cgroup';
const FILES = ['cpu.max', 'cpu.stat', 'memory.max', 'memory.current', 'memory.stat', 'memory.events'] as const;
type GroupFiles = Readonly<Record<(typeof FILES)[number], HostFile>>;

interface CgroupSignal {
  readonly name: string;
  readonly file: (typeof FILES)[number];
  readonly value: (group: System['cgroup']) => number | null;
}

const SIGNALS: readonly CgroupSignal[] = [
  { name: 'cpuThrottledRatio', file: 'cpu.stat', value: (group) => group.cpuThrottledRatio },
  { name: 'cpuLimitCores', file: 'cpu.max', value: (group) => group.cpuLimitCores },
  { name: 'cpuThrottledSeconds', file: 'cpu.stat', value: (group) => group.cpuThrottledSeconds },
  { name: 'cpuPeriods', file: 'cpu.stat', value: (group) => group.cpuPeriods },
  { name: 'cpuThrottledPeriods', file: 'cpu.stat', value: (group) => group.cpuThrottledPeriods },
  { name: 'memoryLimitBytes', file: 'memory.max', value: (group) => group.memoryLimitBytes },
  { name: 'memoryCurrentBytes', file: 'memory.current', value: (group) => group.memoryCurrentBytes },
  { name: 'memoryInactiveFileBytes', file: 'memory.stat', value: (group) => group.memoryInactiveFileBytes },
  { name: 'memoryEvents.high', file: 'memory.events', value: (group) => group.memoryEvents.high },
  { name: 'memoryEvents.max', file: 'memory.events', value: (group) => group.memoryEvents.max },
  { name: 'memoryEvents.oom', file: 'memory.events', value: (group) => group.memoryEvents.oom },
  { name: 'memoryEvents.oomKills', file: 'memory.events', value: (group) => group.memoryEvents.oomKills },
];

/** One gap per value, so that whoever misses one finds the reason under its name. */
export function cgroupGaps(status: Gap['status'], reason: string): Gap[] {
  return ['path', ...SIGNALS.map(({ name }) => name)].map((name) => ({
    signal: `system.cgroup.${name}`,
    status,
    reason,
  }));
}

/** Reads a control group of version 2 and remembers its counters. A limit of `max` is null: there is none. */
export class CgroupReader {
  private earlier: { readonly folder: string; readonly values: System['cgroup'] } | null = null;

  /** @param enginePath group of the engine's process; null: that of the agent itself */
  async read(files: HostFiles, enginePath: string | null): Promise<CgroupReading> {
    const membership = await files.read('/proc/self/cgroup');
    const own = parseCgroupMembership(textOf(membership));
    const path = enginePath ?? own.path;
    const found = await findGroup(files, path, own.path);
    if (found === null) {
      this.earlier = null;
      const { status, reason } = whyNone(membership, path, own.hasVersion1);
      const gaps = cgroupGaps(status, reason).filter(({ signal }) => path === null || signal !== 'system.cgroup.path');
      return { values: { ...NO_CGROUP, path }, gaps };
    }
    const { folder, group } = found;
    const earlier = this.earlier?.folder === folder ? this.earlier.values : null;
    const values = valuesOf(group, path ?? '/', earlier);
    this.earlier = { folder, values };
    return { values, gaps: gapsOf(group, values, earlier) };
  }
}

/**
 * Inside a container the root of the file system is the container's own group, whatever its path says. That holds for
 * the group of the agent, never for a foreign one; in a recording only the files that somebody meant are there.
 */
async function findGroup(
  files: HostFiles,
  path: string | null,
  ownPath: string | null,
): Promise<{ readonly folder: string; readonly group: GroupFiles } | null> {
  const named = path === null ? null : cgroupFolder(path);
  const isOwn = path === null || path === ownPath || files.isRecording;
  for (const folder of [named, isOwn ? ROOT : null]) {
    if (folder === null) continue;
    const texts = await Promise.all(FILES.map(async (name) => [name, await files.read(`${folder}/${name}`)] as const));
    const exists = texts.some(([, file]) => file.ok || file.status !== 'absent');
    if (exists) return { folder, group: Object.fromEntries(texts) as GroupFiles };
  }
  return null;
}

function whyNone(membership: HostFile, path: string | null, hasVersion1: boolean): Pick<Gap, 'status' | 'reason'> {
  if (hasVersion1) {
    return {
      status: 'absent',
      reason: 'the limits of this host are in control groups of version 1, which are not read',
    };
  }
  if (path !== null)
    return { status: 'absent', reason: `the files of control group ${path.slice(0, 256)} do not exist here` };
  if (!membership.ok) return { status: membership.status, reason: membership.reason };
  return { status: 'absent', reason: '/proc/self/cgroup names no control group of version 2' };
}

function valuesOf(group: GroupFiles, path: string, earlier: System['cgroup'] | null): System['cgroup'] {
  const cpu = parseNamedNumbers(textOf(group['cpu.stat']));
  const memory = parseNamedNumbers(textOf(group['memory.stat']));
  const events = parseNamedNumbers(textOf(group['memory.events']));
  const throttledMicroseconds = cpu.get('throttled_usec');
  const counters = { cpuPeriods: cpu.get('nr_periods') ?? null, cpuThrottledPeriods: cpu.get('nr_throttled') ?? null };
  return {
    path,
    cpuThrottledRatio: throttledRatio(earlier, counters),
    ...counters,
    cpuLimitCores: limitOf(group['cpu.max'], parseCpuMax) ?? null,
    cpuThrottledSeconds: throttledMicroseconds === undefined ? null : throttledMicroseconds / 1e6,
    memoryLimitBytes: limitOf(group['memory.max'], parseMemoryMax) ?? null,
    memoryCurrentBytes: decimal(textOf(group['memory.current']).trim()),
    memoryInactiveFileBytes: memory.get('inactive_file') ?? null,
    memoryEvents: {
      high: events.get('high') ?? null,
      max: events.get('max') ?? null,
      oom: events.get('oom') ?? null,
      oomKills: events.get('oom_kill') ?? null,
    },
  };
}

function limitOf(file: HostFile, parse: (text: string) => Limit): Limit {
  return file.ok ? parse(file.text) : undefined;
}

type Periods = Pick<System['cgroup'], 'cpuPeriods' | 'cpuThrottledPeriods'>;

function throttledRatio(earlier: Periods | null, later: Periods): number | null {
  const periods = counterGrowth(earlier?.cpuPeriods, later.cpuPeriods);
  const throttled = counterGrowth(earlier?.cpuThrottledPeriods, later.cpuThrottledPeriods);
  if (periods === null || throttled === null || periods === 0 || throttled > periods) return null;
  return throttled / periods;
}

function gapsOf(group: GroupFiles, values: System['cgroup'], earlier: System['cgroup'] | null): Gap[] {
  const hasNoCpuLimit = limitOf(group['cpu.max'], parseCpuMax) === null;
  const hasNoMemoryLimit = limitOf(group['memory.max'], parseMemoryMax) === null;
  // Without a limit nothing can be throttled.
  const unlimited = new Set([
    ...(hasNoCpuLimit ? ['cpuLimitCores', 'cpuThrottledRatio'] : []),
    ...(hasNoMemoryLimit ? ['memoryLimitBytes'] : []),
  ]);
  const missing = SIGNALS.filter(({ value }) => value(values) === null);
  return missing.map(({ name, file }) => {
    const signal = `system.cgroup.${name}`;
    const text = group[file];
    if (unlimited.has(name)) return { signal, status: 'absent', reason: 'the control group sets no limit' };
    if (!text.ok) return gapOf(signal, text);
    if (name === 'cpuThrottledRatio' && values.cpuPeriods !== null) return ratioGap(signal, earlier, values);
    return { signal, status: 'absent', reason: `${file} of the control group does not say` };
  });
}

function ratioGap(signal: string, earlier: Periods | null, values: Periods): Gap {
  return counterGrowth(earlier?.cpuPeriods, values.cpuPeriods) === 0
    ? { signal, status: 'absent', reason: 'no scheduling period with a CPU limit passed since the sample before' }
    : firstSampleGap(signal);
}
