import type { Engine, EngineProcess, Gap, Gpu } from '@app/core';
import type { HostProcess } from '../system/host-process.js';
import { type EngineCommand, engineCommandOf } from './engine-command.js';

/** A process that serves, with everything that it started. */
interface Server {
  readonly process: HostProcess;
  readonly command: EngineCommand;
  readonly tree: readonly HostProcess[];
}

/** The one process found, or why there is none. */
type Found = { readonly server: Server } | { readonly server: null; readonly reason: string };

const LIMIT_FLAGS: Readonly<Record<Engine['kind'], string>> = { vllm: 'max-num-seqs', sglang: 'max-running-requests' };

/** Gives engines what their processes on this machine tell: command line, use of CPU and memory, and the GPUs. */
export function assignProcesses(
  engines: readonly Engine[],
  processes: readonly HostProcess[],
  gpus: readonly Gpu[],
  areGpusRead: boolean,
): { engines: readonly Engine[]; gaps: Gap[] } {
  const servers = serversAmong(processes);
  const assigned = engines.map((engine) => {
    const found = findServer(engine, engines, servers, processes.length > 0);
    const withProcess = { ...engine, ...whatProcessTells(engine, found.server) };
    const gpuUuids = areGpusRead ? gpusOf(withProcess, found.server, engines, gpus) : null;
    return { engine: { ...withProcess, gpuUuids }, found };
  });
  return {
    engines: assigned.map(({ engine }) => engine),
    gaps: assigned.flatMap(({ engine, found }) => (engine.up ? gapsOf(engine, found, areGpusRead) : [])),
  };
}

/** Serving processes that no serving process of the same port started: forked workers keep the command line. */
function serversAmong(processes: readonly HostProcess[]): Server[] {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const commands = new Map(processes.map((process) => [process.pid, engineCommandOf(process.arguments)]));
  const childrenOf = byParent(processes);
  return processes.flatMap((process): Server[] => {
    const command = commands.get(process.pid) ?? null;
    const isStarted = ancestorsOf(process, byPid).some(({ pid }) => commands.get(pid)?.port === command?.port);
    return command === null || isStarted ? [] : [{ process, command, tree: treeOf(process, childrenOf) }];
  });
}

function ancestorsOf(process: HostProcess, byPid: ReadonlyMap<number, HostProcess>): readonly HostProcess[] {
  const ancestors = new Set<HostProcess>();
  let parent = byPid.get(process.parentPid ?? 0);
  // Text from outside may name a process its own ancestor.
  while (parent !== undefined && parent !== process && !ancestors.has(parent)) {
    ancestors.add(parent);
    parent = byPid.get(parent.parentPid ?? 0);
  }
  return [...ancestors];
}

function byParent(processes: readonly HostProcess[]): ReadonlyMap<number | null, readonly HostProcess[]> {
  const children = new Map<number | null, HostProcess[]>();
  for (const process of processes) {
    const siblings = children.get(process.parentPid);
    if (siblings === undefined) children.set(process.parentPid, [process]);
    else siblings.push(process);
  }
  return children;
}

function treeOf(
  root: HostProcess,
  childrenOf: ReadonlyMap<number | null, readonly HostProcess[]>,
): readonly HostProcess[] {
  const tree = new Set([root]);
  // A set is walked in the order of insertion and includes what is added on the way.
  for (const { pid } of tree) for (const child of childrenOf.get(pid) ?? []) tree.add(child);
  return [...tree];
}

function findServer(
  engine: Engine,
  engines: readonly Engine[],
  servers: readonly Server[],
  areProcessesRead: boolean,
): Found {
  if (!areProcessesRead) return { server: null, reason: 'no engine process of this machine was read' };
  const port = portOf(engine.url);
  const listening = servers.filter(({ command }) => command.port === port);
  const candidates = listening.length > 1 ? listening.filter(({ command }) => command.kind === engine.kind) : listening;
  const [first, ...others] = candidates;
  if (first !== undefined && others.length === 0) return { server: first };
  if (listening.length > 0) return { server: null, reason: `several processes of this machine serve on port ${port}` };
  // Behind a mapped port the command line has another one.
  const [only, ...more] = servers;
  const isOnlyAddress = new Set(engines.map(addressOf)).size === 1;
  const isSameKind = only?.command.kind === engine.kind || !engine.up;
  if (only !== undefined && more.length === 0 && isOnlyAddress && isSameKind) return { server: only };
  return { server: null, reason: 'no process of this machine has its port on the command line' };
}

/** The engines of one page share it. */
function addressOf({ id, url }: Engine): string {
  const label = id.indexOf('#');
  return url ?? (label === -1 ? id : id.slice(0, label));
}

function portOf(url: string | null): number | null {
  if (url === null || !URL.canParse(url)) return null;
  const { port, protocol } = new URL(url);
  return port === '' ? ({ 'http:': 80, 'https:': 443 }[protocol] ?? null) : Number(port);
}

function whatProcessTells(engine: Engine, server: Server | null): Pick<Engine, 'process' | 'maxNumSeqs'> {
  if (server === null) return { process: null, maxNumSeqs: engine.maxNumSeqs };
  const limit = server.command.flags[LIMIT_FLAGS[engine.kind]] ?? '';
  return {
    process: processOf(server),
    maxNumSeqs: engine.maxNumSeqs ?? (/^[1-9]\d{0,8}$/.test(limit) ? Number(limit) : null),
  };
}

function processOf({ process, command, tree }: Server): EngineProcess {
  return {
    pid: process.pid,
    pids: tree.map(({ pid }) => pid),
    flags: command.flags,
    cpuCores: process.cpuCores,
    treeCpuCores: sumOfAll(tree.map(({ cpuCores }) => cpuCores)),
    residentBytes: sumOfAll(tree.map(({ residentBytes }) => residentBytes)),
    cpusAllowed: process.cpusAllowed,
    cgroupPath: process.cgroupPath,
  };
}

/** Null as soon as one is unknown: a part of the sum would look like the whole. */
function sumOfAll(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

/** From the GPUs' process lists, else all that compute when there is one engine. */
function gpusOf(
  engine: Engine,
  server: Server | null,
  engines: readonly Engine[],
  gpus: readonly Gpu[],
): readonly string[] | null {
  const pids = new Set(server === null ? [] : pidsOf(engine, server, engines));
  const own = uuidsOf(gpus.filter(({ processes }) => processes.some(({ pid }) => pids.has(pid))));
  if (own.length > 0) return own;
  if (engines.length > 1 || !engine.up) return null;
  const computing = uuidsOf(
    gpus.filter(({ processes }) => processes.some(({ type }) => type === 'C' || type === 'C+G')),
  );
  return computing.length > 0 ? computing : null;
}

function uuidsOf(gpus: readonly Gpu[]): string[] {
  return gpus.flatMap(({ uuid }) => (uuid === null ? [] : [uuid]));
}

/** Data-parallel engines share the process that listens; each has a core of its own, titled with its rank. */
function pidsOf(engine: Engine, { tree }: Server, engines: readonly Engine[]): readonly number[] {
  const isAlone = engines.filter((other) => addressOf(other) === addressOf(engine)).length === 1;
  if (isAlone) return tree.map(({ pid }) => pid);
  const title = `VLLM::EngineCore_DP${engine.id.slice(engine.id.lastIndexOf('#') + 1)}`;
  const core = tree.find(({ arguments: [name] }) => name === title);
  const childrenOf = byParent(tree);
  return core === undefined ? [] : treeOf(core, childrenOf).map(({ pid }) => pid);
}

function gapsOf(engine: Engine, found: Found, areGpusRead: boolean): Gap[] {
  const gap = (field: string, reason: string): Gap => ({
    signal: `engines.${field}`,
    status: 'absent',
    reason: `${engine.id}: ${reason}`,
  });
  const flag = LIMIT_FLAGS[engine.kind];
  const limitReason =
    found.server === null
      ? `${found.reason}, where --${flag} would stand`
      : `its command line does not set --${flag}, and the default depends on version and GPU`;
  const gpuReason = areGpusRead ? 'no GPU process could be taken for the engine' : 'the GPUs were not read';
  return [
    ...(found.server === null ? [gap('process', found.reason)] : []),
    ...(engine.maxNumSeqs === null ? [gap('maxNumSeqs', limitReason)] : []),
    ...(engine.gpuUuids === null ? [gap('gpuUuids', gpuReason)] : []),
  ];
}
