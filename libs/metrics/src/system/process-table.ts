import { counterRate } from './counter-rate.js';
import { mapBounded } from './bounded-concurrency.js';
import { parseCgroupMembership } from './cgroup.parsers.js';
import { isEngineCommand } from './engine-command.js';
import { type HostFiles, textOf } from './host-files.js';
import type { HostProcess } from './host-process.js';
import { parseUptime } from './proc-text.parsers.js';
import { parseCommandLine, parseProcessStat, parseProcessStatus, type ProcessStat } from './process-text.parsers.js';

/** USER_HZ, in which the kernel gives times to programs: 100 on every architecture here (`asm-generic/param.h`). */
const TICKS_PER_SECOND = 100;
const MAX_PIDS = 65_536;
/**
 * A program may replace itself or its title after it was seen, mostly right after its start: it is looked at again when
 * it is twice as old, within these bounds.
 */
const SHORTEST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 1_800_000;
/** Bounds what one sample costs on a host with very many processes; the rest follows in the next. */
const MAX_NEW_PER_SAMPLE = 4_096;
const MAX_RECHECKS_PER_SAMPLE = 256;
const MAX_ENGINE_PROCESSES = 1_024;
const MAX_COMMAND_LINE_BYTES = 256 * 1024;

interface KnownProcess {
  readonly parentPid: number | null;
  readonly startTicks: number | null;
  readonly isEngine: boolean;
  readonly recheckAtMs: number;
}

interface CpuTime {
  readonly startTicks: number;
  readonly cpuTicks: number;
  readonly atMs: number;
}

export interface ProcessScan {
  /** Engines and everything they started, by pid. */
  readonly processes: readonly HostProcess[];
  /** Group of the first vLLM or SGLang server; null when none was found. */
  readonly engineCgroupPath: string | null;
}

/** Finds the processes of inference engines and follows what they use. */
export class ProcessTable {
  private readonly known = new Map<number, KnownProcess>();
  private cpuTimes: ReadonlyMap<number, CpuTime> = new Map();

  /** Never fails: a process that ends while it is read is none. */
  async read(files: HostFiles, atMs: number): Promise<ProcessScan> {
    const names = await files.list('/proc');
    const pids = names.filter((name) => /^[1-9]\d{0,9}$/.test(name)).map(Number);
    const listed = new Set(pids.slice(0, MAX_PIDS));
    for (const pid of this.known.keys()) if (!listed.has(pid)) this.known.delete(pid);
    const uptimeSeconds = parseUptime(textOf(await files.read('/proc/uptime')));
    await mapBounded(this.due(listed, atMs, files.isRecording), (pid) => this.lookAt(files, pid, atMs, uptimeSeconds));
    const cpuTimes = new Map<number, CpuTime>();
    const found: HostProcess[] = [];
    await mapBounded(this.enginePids(), async (pid) => {
      const process = await this.detail(files, pid, atMs, cpuTimes);
      if (process !== null) found.push(process);
    });
    this.cpuTimes = cpuTimes;
    const processes = found.sort((one, other) => one.pid - other.pid);
    return { processes, engineCgroupPath: engineCgroupOf(processes) };
  }

  private due(listed: ReadonlySet<number>, atMs: number, isRecording: boolean): readonly number[] {
    if (isRecording) return [...listed].slice(0, MAX_NEW_PER_SAMPLE);
    const unseen = [...listed].filter((pid) => !this.known.has(pid));
    const again = [...this.known]
      .filter(([, { isEngine, recheckAtMs }]) => !isEngine && recheckAtMs <= atMs)
      .sort(([, one], [, other]) => one.recheckAtMs - other.recheckAtMs)
      .map(([pid]) => pid);
    return [...unseen.slice(0, MAX_NEW_PER_SAMPLE), ...again.slice(0, MAX_RECHECKS_PER_SAMPLE)];
  }

  private async lookAt(files: HostFiles, pid: number, atMs: number, uptimeSeconds: number | null): Promise<void> {
    const statFile = await files.read(`/proc/${pid}/stat`);
    const stat = parseProcessStat(textOf(statFile));
    const commandFile =
      stat?.isKernelThread === true
        ? null
        : await files.read(`/proc/${pid}/cmdline`, { maxBytes: MAX_COMMAND_LINE_BYTES });
    if (!statFile.ok && commandFile?.ok !== true) {
      this.known.delete(pid);
      return;
    }
    this.known.set(pid, {
      // A recording may lack `stat`.
      parentPid: stat?.parentPid ?? (files.isRecording ? await parentInStatus(files, pid) : null),
      startTicks: stat?.startTicks ?? null,
      isEngine: commandFile !== null && isEngineCommand(parseCommandLine(textOf(commandFile))),
      recheckAtMs: commandFile === null ? Infinity : atMs + pauseOf(stat, uptimeSeconds),
    });
  }

  /** Engines and their descendants. */
  private enginePids(): readonly number[] {
    const children = new Map<number, number[]>();
    for (const [pid, { parentPid }] of this.known) {
      if (parentPid === null) continue;
      const siblings = children.get(parentPid);
      if (siblings === undefined) children.set(parentPid, [pid]);
      else siblings.push(pid);
    }
    const tree = new Set([...this.known].filter(([, { isEngine }]) => isEngine).map(([pid]) => pid));
    // A set is walked in the order of insertion and includes what is added on the way.
    for (const pid of tree) for (const child of children.get(pid) ?? []) tree.add(child);
    return [...tree].slice(0, MAX_ENGINE_PROCESSES);
  }

  private async detail(
    files: HostFiles,
    pid: number,
    atMs: number,
    cpuTimes: Map<number, CpuTime>,
  ): Promise<HostProcess | null> {
    const [statFile, statusFile, commandFile, cgroupFile] = await Promise.all(
      ['stat', 'status', 'cmdline', 'cgroup'].map((name) =>
        files.read(`/proc/${pid}/${name}`, { maxBytes: MAX_COMMAND_LINE_BYTES }),
      ),
    );
    if (!statFile?.ok && !commandFile?.ok) return this.forget(pid);
    const stat = parseProcessStat(statFile === undefined ? '' : textOf(statFile));
    const known = this.known.get(pid);
    // Another process got the pid; it is looked at anew with the next sample.
    if (stat !== null && known?.startTicks !== stat.startTicks) return this.forget(pid);
    const status = parseProcessStatus(statusFile === undefined ? '' : textOf(statusFile));
    return {
      pid,
      parentPid: stat?.parentPid ?? status.parentPid,
      arguments: parseCommandLine(commandFile === undefined ? '' : textOf(commandFile)),
      cpuCores: stat === null ? null : this.cpuCores(pid, stat, atMs, cpuTimes),
      residentBytes: status.residentBytes,
      cpusAllowed: status.cpusAllowed,
      cgroupPath: parseCgroupMembership(cgroupFile === undefined ? '' : textOf(cgroupFile)).path,
    };
  }

  private forget(pid: number): null {
    this.known.delete(pid);
    return null;
  }

  private cpuCores(pid: number, stat: ProcessStat, atMs: number, cpuTimes: Map<number, CpuTime>): number | null {
    cpuTimes.set(pid, { startTicks: stat.startTicks, cpuTicks: stat.cpuTicks, atMs });
    const earlier = this.cpuTimes.get(pid);
    if (earlier === undefined || earlier.startTicks !== stat.startTicks) return null;
    const ticksPerSecond = counterRate(earlier.cpuTicks, stat.cpuTicks, (atMs - earlier.atMs) / 1000);
    return ticksPerSecond === null ? null : ticksPerSecond / TICKS_PER_SECOND;
  }
}

/** As long as the process is old. */
function pauseOf(stat: ProcessStat | null, uptimeSeconds: number | null): number {
  const isKnown = stat !== null && uptimeSeconds !== null;
  const ageMs = isKnown ? (uptimeSeconds - stat.startTicks / TICKS_PER_SECOND) * 1000 : 0;
  return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, ageMs));
}

async function parentInStatus(files: HostFiles, pid: number): Promise<number | null> {
  return parseProcessStatus(textOf(await files.read(`/proc/${pid}/status`))).parentPid;
}

/** Of several engines the one with the lowest pid, so that the choice stays the same while they run. */
function engineCgroupOf(processes: readonly HostProcess[]): string | null {
  const servers = processes.filter(({ arguments: commandLine }) => isEngineCommand(commandLine));
  const model = servers.find(({ arguments: commandLine }) => !/lmcache/i.test(commandLine.slice(0, 3).join(' ')));
  return (model ?? servers[0])?.cgroupPath ?? null;
}
