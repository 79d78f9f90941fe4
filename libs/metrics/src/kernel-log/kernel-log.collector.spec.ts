import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aKernelLog, aKmsgDevice, anXidMessage, KERNEL_BOOT_MS } from '@app/testing/metrics';
import { SetClock } from '@app/testing/workflow';
import { KernelLogCollector, type KernelLogCollectorOptions } from './kernel-log.collector.js';
import type { KmsgDevice } from './kmsg.reader.js';

const NOW_MS = KERNEL_BOOT_MS + 3_600_000;
const TIMEOUT_MS = 1000;
const XID = { sinceBootSeconds: 1200, message: anXidMessage() };
const records = (...lines: (typeof XID)[]): string[] =>
  lines.map((line) => aKernelLog({ form: 'kmsg', lines: [line] }));
const failure = (code: string): Error => Object.assign(new Error(code), { code });

describe('KernelLogCollector', () => {
  let folder: string;
  let collectors: KernelLogCollector[];
  let clock: SetClock;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kernel-log-'));
    collectors = [];
    clock = new SetClock(NOW_MS);
  });

  afterEach(async () => {
    await Promise.all(collectors.map((collector) => collector.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  const collectorOf = (source: string, options: KernelLogCollectorOptions = {}) => {
    const bootClock = () => ({ zeroMs: KERNEL_BOOT_MS, bootAtMs: KERNEL_BOOT_MS });
    const collector = new KernelLogCollector(source, clock, { bootClock, ...options });
    collectors.push(collector);
    return collector;
  };
  const withDevice = (device: KmsgDevice) => collectorOf('auto', { openKmsg: async () => device });

  it('knows what the kernel logged before the agent started, with its time', async () => {
    const reading = await withDevice(aKmsgDevice(records(XID))).collect(TIMEOUT_MS);
    expect(reading.section).toMatchObject({ status: 'ok', source: '/dev/kmsg', detail: null });
    expect(reading).toMatchObject({ gaps: [], simulated: false });
    expect(reading.events).toMatchObject([{ kind: 'xid', code: 79, at: '2026-03-01T12:20:00.000Z', count: 1 }]);
  });

  it('shows known events again at each collection, with those that came', async () => {
    const device = aKmsgDevice(records(XID));
    const collector = withDevice(device);
    await collector.collect(TIMEOUT_MS);
    device.records.push(...records({ sinceBootSeconds: 3000, message: anXidMessage({ code: 48 }) }));
    const { events } = await collector.collect(TIMEOUT_MS);
    expect(events.map(({ code }) => code)).toEqual([79, 48]);
  });

  it('is partial, with a gap, where messages were overwritten', async () => {
    const { section, gaps, events } = await withDevice(aKmsgDevice([failure('EPIPE'), ...records(XID)])).collect(
      TIMEOUT_MS,
    );
    const reason = 'the kernel overwrote messages before they were read';
    expect(section).toMatchObject({ status: 'partial', detail: reason });
    expect(gaps).toEqual([{ signal: 'events', status: 'partial', reason }]);
    expect(events).toHaveLength(1);
  });

  it.each([
    ['ENOENT', 'absent'],
    ['EPERM', 'denied'],
    ['EIO', 'failed'],
  ])('has no events and a gap where the device answers %s', async (code, status) => {
    const reading = await collectorOf('auto', { openKmsg: () => Promise.reject(failure(code)) }).collect(TIMEOUT_MS);
    expect(reading.section).toMatchObject({ status, source: '/dev/kmsg' });
    expect(reading.events).toEqual([]);
    expect(reading.gaps).toEqual([{ signal: 'events', status, reason: reading.section.detail }]);
  });

  it('reads nothing when it is switched off', async () => {
    const reading = await collectorOf('none').collect(TIMEOUT_MS);
    expect(reading).toMatchObject({ section: { status: 'absent', source: null }, events: [], simulated: false });
  });

  it('follows the file that is named', async () => {
    const path = join(folder, 'kern.log');
    const collector = collectorOf(path);
    expect((await collector.collect(TIMEOUT_MS)).section).toMatchObject({ status: 'absent', source: path });
    writeFileSync(path, aKernelLog({ form: 'journal', lines: [XID] }));
    expect((await collector.collect(TIMEOUT_MS)).events).toMatchObject([{ code: 79 }]);
    appendFileSync(path, aKernelLog({ form: 'journal', lines: [{ ...XID, sinceBootSeconds: 1230 }] }));
    expect((await collector.collect(TIMEOUT_MS)).events).toMatchObject([{ code: 79, count: 2 }]);
  });

  it('does not take a file for quiet that is no kernel log', async () => {
    const path = join(folder, 'app.log');
    writeFileSync(path, 'INFO started\nINFO ready\n');
    const collector = collectorOf(path);
    for (let round = 0; round < 2; round += 1) {
      expect((await collector.collect(TIMEOUT_MS)).section).toMatchObject({
        status: 'failed',
        detail: 'no line has a known form of a kernel log',
      });
    }
  });

  it('marks the reading as simulated where a line says so', async () => {
    const message = 'simulated: NVRM: Xid (PCI:0000:3b:00): 79, x';
    const reading = await withDevice(aKmsgDevice(records({ sinceBootSeconds: 1, message }))).collect(TIMEOUT_MS);
    expect(reading).toMatchObject({ simulated: true, events: [{ code: 79 }] });
  });

  it('keeps its deadline where a read hangs, starts no second one, and uses what comes late', async () => {
    let finish: (device: KmsgDevice) => void = () => undefined;
    let opened = 0;
    const openKmsg = () => {
      opened += 1;
      return new Promise<KmsgDevice>((resolve) => (finish = resolve));
    };
    const collector = collectorOf('auto', { openKmsg });
    expect((await collector.collect(5)).section.status).toBe('timeout');
    expect((await collector.collect(5)).section.status).toBe('timeout');
    expect(opened).toBe(1);
    const late = collector.collect(TIMEOUT_MS);
    finish(aKmsgDevice(records(XID)));
    await late;
    expect((await collector.collect(TIMEOUT_MS)).events).toHaveLength(1);
  });

  it('reads no more once it is closed', async () => {
    const device = aKmsgDevice(records(XID));
    const collector = withDevice(device);
    await collector.collect(TIMEOUT_MS);
    await collector.close();
    expect(device.isClosed).toBe(true);
    expect((await collector.collect(TIMEOUT_MS)).section.status).toBe('absent');
  });
});
