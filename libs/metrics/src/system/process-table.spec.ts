import { describe, expect, it } from '@jest/globals';
import { type ProcProcessValues, procFiles } from '@app/testing/metrics';
import { type HostFile, RecordedHostFiles } from './host-files.js';
import { ProcessTable } from './process-table.js';

type Processes = Readonly<Record<number, ProcProcessValues>>;

/** Answers as a live host does, from files in memory, and remembers what was read. */
class LiveFiles extends RecordedHostFiles {
  override readonly isRecording = false;
  readonly reads: string[] = [];

  constructor(processes: Processes) {
    super(procFiles({ processes }));
  }

  override async read(path: string): Promise<HostFile> {
    this.reads.push(path);
    return super.read(path);
  }
}

const SERVE = { commandLine: ['python3', '/usr/bin/vllm', 'serve', 'm', '--port', '8000'], cgroupPath: '/pod1' };
const pidsOf = (scan: { processes: readonly { pid: number }[] }): number[] => scan.processes.map(({ pid }) => pid);

describe('ProcessTable', () => {
  it('finds an engine and everything it started', async () => {
    const files = new LiveFiles({
      1: { parentPid: 0, commandLine: ['systemd'] },
      10: { ...SERVE, residentKib: 1024, cpusAllowed: '0-3' },
      11: { parentPid: 10, commandLine: ['VLLM::EngineCore'] },
      12: { parentPid: 11, commandLine: ['python3', '-c', 'from multiprocessing.spawn import spawn_main'] },
      20: { commandLine: ['python3', 'train.py'] },
    });
    const scan = await new ProcessTable().read(files, 0);

    expect(pidsOf(scan)).toEqual([10, 11, 12]);
    expect(scan.engineCgroupPath).toBe('/pod1');
    expect(scan.processes[0]).toEqual({
      pid: 10,
      parentPid: 1,
      arguments: SERVE.commandLine,
      cpuCores: null,
      residentBytes: 1_048_576,
      cpusAllowed: '0-3',
      cgroupPath: '/pod1',
    });
  });

  it('gives busy cores from the second sample on', async () => {
    const table = new ProcessTable();
    await table.read(new LiveFiles({ 10: { ...SERVE, userTicks: 100, systemTicks: 50 } }), 0);
    const scan = await table.read(new LiveFiles({ 10: { ...SERVE, userTicks: 500, systemTicks: 150 } }), 2000);

    expect(scan.processes[0]?.cpuCores).toBe(2.5);
  });

  it('gives no rate for another process with the same pid', async () => {
    const table = new ProcessTable();
    await table.read(new LiveFiles({ 10: { ...SERVE, userTicks: 100, startTicks: 1 } }), 0);
    const reused = new LiveFiles({ 10: { commandLine: ['sleep', '9'], userTicks: 900, startTicks: 2 } });

    expect(pidsOf(await table.read(reused, 2000))).toEqual([]);
    expect(pidsOf(await table.read(reused, 4000))).toEqual([]);
  });

  it('reads the command line of a process that is no engine only when it is new', async () => {
    const table = new ProcessTable();
    const processes: Processes = { 1: { commandLine: ['systemd'] }, 20: { commandLine: ['sh'] }, 10: SERVE };
    await table.read(new LiveFiles(processes), 0);
    const later = new LiveFiles({ ...processes, 30: { commandLine: ['sleep', '1'] } });
    await table.read(later, 5000);

    expect(later.reads.filter((path) => path.startsWith('/proc/20/'))).toEqual([]);
    expect(later.reads).toContain('/proc/30/cmdline');
    expect(later.reads).toContain('/proc/10/stat');
  });

  it('sees a young shell that replaced itself by an engine, and looks at old processes seldom', async () => {
    // The host of these files runs for 86,400.5 seconds, so the shell is ten seconds old and the other a day.
    const shell = { commandLine: ['sh', 'entrypoint.sh'], startTicks: 8_639_050 };
    const exec = { ...SERVE, startTicks: shell.startTicks };
    const table = new ProcessTable();
    await table.read(new LiveFiles({ 20: shell, 30: { startTicks: 0 } }), 0);
    const sample = (): LiveFiles => new LiveFiles({ 20: exec, 30: { startTicks: 0 } });
    const [later, muchLater] = [sample(), sample()] as const;

    expect(pidsOf(await table.read(sample(), 5_000))).toEqual([]);
    expect(pidsOf(await table.read(later, 10_000))).toEqual([20]);
    expect(later.reads).not.toContain('/proc/30/cmdline');
    await table.read(muchLater, 1_800_000);
    expect(muchLater.reads).toContain('/proc/30/cmdline');
  });

  it('forgets a process that ended, also while it was read', async () => {
    const table = new ProcessTable();
    await table.read(new LiveFiles({ 10: SERVE, 11: { parentPid: 10 } }), 0);
    const ending = new LiveFiles({ 10: SERVE, 11: { parentPid: 10 } });
    ending.read = async (path): Promise<HostFile> =>
      path.startsWith('/proc/11/')
        ? { ok: false, status: 'absent', reason: 'gone' }
        : RecordedHostFiles.prototype.read.call(ending, path);

    expect(pidsOf(await table.read(ending, 1000))).toEqual([10]);
    expect(pidsOf(await table.read(new LiveFiles({}), 2000))).toEqual([]);
  });

  it('reads recorded processes of which some files were not copied', async () => {
    const all = procFiles({ processes: { 10: SERVE, 11: { parentPid: 10 } } });
    delete all['/proc/10/stat'];
    delete all['/proc/11/stat'];
    const scan = await new ProcessTable().read(new RecordedHostFiles(all), 0);

    expect(scan.processes.map(({ pid, parentPid }) => [pid, parentPid])).toEqual([
      [10, 1],
      [11, 10],
    ]);
  });

  it('looks at every recorded frame anew', async () => {
    const table = new ProcessTable();
    const frame = (process: ProcProcessValues): RecordedHostFiles =>
      new RecordedHostFiles(procFiles({ processes: { 10: process } }));
    await table.read(frame({ commandLine: ['sh'] }), 0);

    expect(pidsOf(await table.read(frame(SERVE), 1))).toEqual([10]);
  });

  it('prefers the group of a model server to that of a cache server', async () => {
    const scan = await new ProcessTable().read(
      new LiveFiles({ 5: { commandLine: ['lmcache', 'server'], cgroupPath: '/cache' }, 10: SERVE }),
      0,
    );

    expect(scan.engineCgroupPath).toBe('/pod1');
  });

  it('survives a loop of parents', async () => {
    const files = new LiveFiles({ 10: { ...SERVE, parentPid: 11 }, 11: { parentPid: 10 } });

    expect(pidsOf(await new ProcessTable().read(files, 0))).toEqual([10, 11]);
  });
});
