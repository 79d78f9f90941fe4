import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { types } from 'node:util';

/** A killed process takes some milliseconds to go, more on a busy machine. */
const DYING_MS = 300;
const LOOK_EVERY_MS = 10;

/** Not by `instanceof`, which fails for errors that come from outside the context that a test runs in. */
function isErrorWithCode(error: unknown, ...codes: string[]): boolean {
  return types.isNativeError(error) && 'code' in error && codes.includes(String(error.code));
}

/** Kills a process and everything it started in its group. A group that is already gone is fine. */
export function killGroup(leaderPid: number): void {
  try {
    process.kill(process.platform === 'win32' ? leaderPid : -leaderPid, 'SIGKILL');
  } catch (error) {
    if (!isErrorWithCode(error, 'ESRCH')) throw error;
  }
}

/**
 * Whether a killed group still has a process that runs: one in an uninterruptible driver call survives SIGKILL.
 * Zombies do not count; in a container nobody may ever reap them. Without /proc the group counts as gone.
 */
function isGroupAlive(leaderPid: number): boolean {
  try {
    process.kill(-leaderPid, 0);
  } catch (error) {
    if (isErrorWithCode(error, 'ESRCH', 'EPERM', 'EINVAL')) return false;
    throw error;
  }
  return process.platform === 'linux' && processIds().some((pid) => isRunningMember(pid, leaderPid));
}

/** Whether a killed group is gone, or goes within a moment. */
export async function isGroupGoneSoon(leaderPid: number): Promise<boolean> {
  for (let waitedMs = 0; isGroupAlive(leaderPid); waitedMs += LOOK_EVERY_MS) {
    if (waitedMs >= DYING_MS) return false;
    await delay(LOOK_EVERY_MS);
  }
  return true;
}

function processIds(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function isRunningMember(pid: string, groupId: number): boolean {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    // It ended between listing and reading, or is hidden from us.
    if (isErrorWithCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return false;
    throw error;
  }
  // The command name in parentheses may itself hold blanks and parentheses.
  const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(group) === groupId && state !== 'Z' && state !== 'X';
}
