import { readdirSync, readFileSync } from 'node:fs';

/** Of every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;

export function residentMiB(pid: number | string): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib ?? 0) / 1024;
}

export function childrenOf(pid: number): string[] {
  const isChild = (entry: string): boolean => {
    try {
      return new RegExp(`^PPid:\\s+${pid}$`, 'm').test(readFileSync(`/proc/${entry}/status`, 'utf8'));
    } catch {
      return false; // It ended between the listing and the look.
    }
  };
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && isChild(entry));
}

export interface CpuSeconds {
  /** Of the process itself, all threads. */
  readonly own: number;
  /** Of the children that it has waited for. */
  readonly endedChildren: number;
}

export function cpuSeconds(pid: number | string): CpuSeconds {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command name in parentheses may itself hold blanks and parentheses; the state after it is field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const seconds = (field: number): number => Number(fields[field - 3]) / TICKS_PER_SECOND;
  return { own: seconds(14) + seconds(15), endedChildren: seconds(16) + seconds(17) };
}
