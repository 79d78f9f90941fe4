import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** USER_HZ, which Linux fixes at 100 for what it shows to programs. */
const TICKS_PER_SECOND = 100;
const BYTES_PER_KIB = 1024;
/** More children than this are not ours to sum up; it bounds the work of one reading. */
const MAX_CHILDREN = 256;

export interface ChildProcesses {
  /** Direct children that were not yet waited for. */
  readonly count: number;
  /** CPU time of the direct children and of all that ended and were waited for. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

interface ProcessTimes {
  readonly parent: number;
  readonly ownTicks: number;
  /** Of its children that ended and were waited for. */
  readonly waitedTicks: number;
}

/** The direct children of a process by the files below `/proc`; null where these say nothing, as on other systems. */
export async function readChildProcesses(procRoot: string, pid: number): Promise<ChildProcesses | null> {
  // Before the children: one that ends in between is then missed for a moment rather than counted twice.
  const own = parseTimes(await textOf(join(procRoot, String(pid), 'stat')));
  if (own === null) return null;
  const pids = (await listedChildren(procRoot, pid)) ?? (await scannedChildren(procRoot, pid));
  if (pids === null) return null;
  const children = await Promise.all(pids.slice(0, MAX_CHILDREN).map((child) => readChild(procRoot, child, pid)));
  const living = children.filter((child) => child !== null);
  const cpuTicks = living.reduce((sum, { ticks }) => sum + ticks, own.waitedTicks);
  return {
    count: living.length,
    cpuSeconds: cpuTicks / TICKS_PER_SECOND,
    residentBytes: living.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
  };
}

/** Null where it has ended, or its number belongs to another process by now. */
async function readChild(
  procRoot: string,
  child: number,
  parent: number,
): Promise<{ readonly ticks: number; readonly residentBytes: number } | null> {
  const folder = join(procRoot, String(child));
  const times = parseTimes(await textOf(join(folder, 'stat')));
  if (times === null || times.parent !== parent) return null;
  const resident = /^VmRSS:\s*(\d+) kB/m.exec((await textOf(join(folder, 'status'))) ?? '')?.[1];
  // A process that has ended and is not yet waited for has no memory, and no such line.
  return { ticks: times.ownTicks + times.waitedTicks, residentBytes: Number(resident ?? 0) * BYTES_PER_KIB };
}

/** As the kernel lists them per thread; null where it was built without these files. */
async function listedChildren(procRoot: string, pid: number): Promise<number[] | null> {
  const tasks = join(procRoot, String(pid), 'task');
  const threads = (await folderOf(tasks)) ?? [];
  const lists = await Promise.all(threads.map((thread) => textOf(join(tasks, thread, 'children'))));
  const known = lists.filter((list) => list !== null);
  if (known.length === 0) return null;
  return known.flatMap((list) => list.split(' ').filter(Boolean).map(Number)).filter(Number.isSafeInteger);
}

async function scannedChildren(procRoot: string, pid: number): Promise<number[] | null> {
  const names = await folderOf(procRoot);
  if (names === null) return null;
  const pids: number[] = [];
  // One after the other: this is the rare way, and a host may run thousands of processes.
  for (const name of names.filter((entry) => /^\d+$/.test(entry))) {
    const times = parseTimes(await textOf(join(procRoot, name, 'stat')));
    if (times?.parent === pid) pids.push(Number(name));
  }
  return pids;
}

/** proc(5): the name in brackets may hold blanks and brackets itself, so the fields count from the last bracket. */
function parseTimes(stat: string | null): ProcessTimes | null {
  if (stat === null) return null;
  const fields = stat
    .slice(stat.lastIndexOf(')') + 1)
    .trim()
    .split(/\s+/);
  const numbers = [1, 11, 12, 13, 14].map((index) => Number(fields[index] ?? Number.NaN));
  const [parent, user, system, waitedUser, waitedSystem] = numbers;
  if (parent === undefined || user === undefined || system === undefined) return null;
  if (waitedUser === undefined || waitedSystem === undefined || !numbers.every(Number.isSafeInteger)) return null;
  return { parent, ownTicks: user + system, waitedTicks: waitedUser + waitedSystem };
}

/** A process may end at any moment, so a file that is gone is an answer. */
function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

function folderOf(path: string): Promise<string[] | null> {
  return readdir(path).catch(() => null);
}
