import { readdir, readFile } from 'node:fs/promises';

const MOST_PROCESSES = 200;
const PAGE_BYTES = 4096;

/**
 * The largest processes by name and memory. Command lines stay out: they may hold keys.
 * @throws where there is no /proc
 */
export async function largestProcesses(procRoot = '/proc'): Promise<string> {
  const pids = (await readdir(procRoot)).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => processIn(`${procRoot}/${pid}/stat`)));
  return found
    .filter((each) => each !== null)
    .sort((a, b) => b.residentBytes - a.residentBytes)
    .slice(0, MOST_PROCESSES)
    .map(({ pid, name, state, residentBytes }) => `${pid}\t${state}\t${residentBytes}\t${name}`)
    .join('\n');
}

interface ListedProcess {
  readonly pid: string;
  readonly name: string;
  readonly state: string;
  readonly residentBytes: number;
}

async function processIn(file: string): Promise<ListedProcess | null> {
  try {
    const stat = await readFile(file, 'utf8');
    // The name in parentheses may itself hold blanks and parentheses.
    const [open, close] = [stat.indexOf('('), stat.lastIndexOf(')')];
    const rest = stat.slice(close + 2).split(' ');
    const pid = stat.slice(0, open).trim();
    return {
      pid,
      name: stat.slice(open + 1, close),
      state: rest[0] ?? '?',
      residentBytes: Number(rest[21]) * PAGE_BYTES,
    };
  } catch {
    // It ended while the list was made.
    return null;
  }
}
