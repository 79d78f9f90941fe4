import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RecordedKernelLog, type RecordedKernelLogContent } from '@app/metrics';
import { aMachineView } from '../machine-view.builder.js';
import { KernelLogFile } from './kernel-log-file.js';

const pciBusId = '00000000:1B:00.0';
const atMs = Date.UTC(2026, 2, 1, 11, 59, 30, 500);

describe('the log of the kernel', () => {
  let folder: string;
  let log: KernelLogFile;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'simulator-kernel-'));
    log = new KernelLogFile(join(folder, 'kernel.log'));
    log.start(aMachineView());
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (): RecordedKernelLogContent =>
    new RecordedKernelLog().read({
      text: readFileSync(log.path, 'utf8'),
      atMs: Date.UTC(2026, 2, 1, 12),
      bootAtMs: null,
    });

  it('is one that the agent knows, and marked', () => {
    const { gaps, simulated } = read();
    expect(gaps).toEqual([]);
    expect(simulated).toBe(true);
  });

  it('tells of an error of the driver', () => {
    log.follow(aMachineView({ kernelEvents: [{ kind: 'xid', gpu: 0, pciBusId, code: 63, sequence: 1, atMs }] }));
    expect(read().events).toContainEqual(expect.objectContaining({ kind: 'xid', code: 63 }));
    expect([...log.lastXids.values()]).toEqual([63]);
  });

  it('tells of a GPU off the bus and of a kill for want of memory', () => {
    const kernelEvents = [
      { kind: 'off-bus', gpu: 0, pciBusId, sequence: 1, atMs },
      { kind: 'xid', gpu: 0, pciBusId, code: 79, sequence: 2, atMs },
      { kind: 'oom-kill', pid: 20_117, process: 'stress', residentBytes: 64e9, sequence: 3, atMs },
    ] as const;
    log.follow(aMachineView({ kernelEvents }));
    const { events } = read();
    expect(events).toContainEqual(expect.objectContaining({ kind: 'gpu-lost' }));
    expect(events).toContainEqual(expect.objectContaining({ kind: 'xid', code: 79 }));
    expect(events).toContainEqual(expect.objectContaining({ kind: 'oom-kill', pid: 20_117, processName: 'stress' }));
  });
});
