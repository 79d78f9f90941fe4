import { describe, expect, it } from '@jest/globals';
import { aKernelLog, anXidMessage, KERNEL_BOOT_MS, KERNEL_LOG_FORMS, type KernelLogLine } from '@app/testing/metrics';
import { RecordedKernelLog } from './recorded-kernel-log.js';

const AT_MS = KERNEL_BOOT_MS + 3_600_000;
const XID: KernelLogLine = { sinceBootSeconds: 1200, message: anXidMessage() };
const read = (text: string, bootAtMs: number | null = KERNEL_BOOT_MS) =>
  new RecordedKernelLog().read({ text, atMs: AT_MS, bootAtMs });

describe('RecordedKernelLog', () => {
  it.each(KERNEL_LOG_FORMS)('reads the form %s', (form) => {
    const content = read(aKernelLog({ form, lines: [{ sinceBootSeconds: 0, message: 'Linux version 6.8.0' }, XID] }));
    expect(content).toMatchObject({ gaps: [], simulated: false });
    expect(content.events).toEqual([
      expect.objectContaining({ kind: 'boot', at: '2026-03-01T12:00:00.000Z' }),
      {
        at: '2026-03-01T12:20:00.000Z',
        lastAt: '2026-03-01T12:20:00.000Z',
        kind: 'xid',
        code: 79,
        pciBusId: '0000:3b:00',
        pid: null,
        processName: null,
        message: anXidMessage(),
        count: 1,
      },
    ]);
  });

  it('counts lines once that later frames repeat', () => {
    const log = new RecordedKernelLog();
    const again = { ...XID, sinceBootSeconds: 1210 };
    const frames = [[XID], [XID, again], [again]].map((lines, index) =>
      log.read({
        text: aKernelLog({ lines }),
        atMs: AT_MS + index * 10_000,
        bootAtMs: KERNEL_BOOT_MS + index * 7,
      }),
    );
    expect(frames.map(({ events }) => events.map(({ count }) => count))).toEqual([[1], [2], [2]]);
    expect(frames.map(({ events }) => events[0]?.at)).toEqual(Array(3).fill('2026-03-01T12:20:00.000Z'));
  });

  it('keeps what earlier frames told when a frame has no lines', () => {
    const log = new RecordedKernelLog();
    log.read({ text: aKernelLog({ lines: [XID] }), atMs: AT_MS, bootAtMs: KERNEL_BOOT_MS });
    expect(log.read({ text: '', atMs: AT_MS + 1000, bootAtMs: null }).events).toHaveLength(1);
  });

  it('starts anew when the machine was started between two frames', () => {
    const log = new RecordedKernelLog();
    log.read({ text: aKernelLog({ lines: [XID] }), atMs: AT_MS, bootAtMs: KERNEL_BOOT_MS });
    const bootAtMs = AT_MS + 60_000;
    const after = log.read({ text: aKernelLog({ lines: [XID] }), atMs: bootAtMs + 1_300_000, bootAtMs });
    expect(after.events.map(({ at }) => Date.parse(at))).toEqual([bootAtMs + 1_200_000]);
    expect(log.read({ text: '', atMs: bootAtMs + 1_400_000, bootAtMs }).events).toHaveLength(1);
  });

  it('shows no event of before the boot', () => {
    expect(read(aKernelLog({ form: 'journal', lines: [XID] }), AT_MS - 1000).events).toEqual([]);
  });

  it('gives dmesg lines of an unknown boot the time of their frame, and says so', () => {
    const { events, gaps } = read(aKernelLog({ lines: [XID] }), null);
    expect(events).toMatchObject([{ code: 79, at: new Date(AT_MS).toISOString() }]);
    expect(gaps).toMatchObject([{ signal: 'events.at', status: 'partial' }]);
  });

  it('does not take a forged line for one of the kernel', () => {
    const forged = { ...XID, process: 'python3[7]' };
    for (const form of ['journal', 'kmsg'] as const) {
      expect(read(aKernelLog({ form, lines: [forged] }))).toMatchObject({ events: [], gaps: [] });
    }
  });

  it('joins the further lines of a message', () => {
    const text = [
      '[   12.000000] NVRM: The NVIDIA GPU 0000:03:00.0',
      '               NVRM: (PCI ID: 10de:1db6) installed in this system has',
      '               NVRM: fallen off the bus and is not responding to commands.',
      '6,1,13000000,-;NVRM: Xid (PCI:0000:3b:00): 31, x',
      ' SUBSYSTEM=pci',
    ].join('\n');
    expect(read(text).events).toMatchObject([{ kind: 'gpu-lost', pciBusId: '0000:03:00.0' }, { code: 31 }]);
    expect(read(text).events[1]?.message).not.toContain('SUBSYSTEM');
  });

  it('tells of lines that have no known form', () => {
    expect(read('what is this\n').gaps).toMatchObject([{ signal: 'events', status: 'failed' }]);
    expect(read(`cut\n${aKernelLog({ lines: [XID] })}`)).toMatchObject({
      events: [{ code: 79 }],
      gaps: [{ status: 'partial', reason: '1 of 2 lines have no known form of a kernel log' }],
    });
    expect(read('-- No entries --\n')).toEqual({ events: [], gaps: [], simulated: false });
  });

  it('knows a simulated machine by its mark', () => {
    const lines = [{ sinceBootSeconds: 1, message: 'simulated: NVRM: Xid (PCI:0000:3b:00): 79, x' }];
    expect(read(aKernelLog({ lines }))).toMatchObject({ simulated: true, events: [{ code: 79 }] });
  });
});
