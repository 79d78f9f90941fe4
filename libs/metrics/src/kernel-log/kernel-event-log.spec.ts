import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anXidMessage, KERNEL_BOOT_MS, oomKillMessages } from '@app/testing/metrics';
import { KernelEventLog } from './kernel-event-log.js';
import type { KernelLine } from './kernel-line.parser.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const NOW_MS = KERNEL_BOOT_MS + DAY_MS;

const wall = (atMs: number, message = anXidMessage()): KernelLine => ({
  origin: 'kernel',
  atMs,
  sinceBootSeconds: null,
  message,
});
const sinceBoot = (sinceBootSeconds: number, message = anXidMessage()): KernelLine => ({
  origin: 'kernel',
  atMs: null,
  sinceBootSeconds,
  message,
});
const logOf = (lines: readonly KernelLine[], nowMs = NOW_MS): KernelEventLog => {
  const log = new KernelEventLog();
  for (const line of lines) log.add(line, nowMs);
  return log;
};
const secondsAfterBoot = (at: string): number => (Date.parse(at) - KERNEL_BOOT_MS) / 1000;

describe('KernelEventLog', () => {
  it('makes one incident of lines about the same within a minute of each other', () => {
    const times = [0, 59, 118, 179];
    const events = logOf(times.map((seconds) => wall(NOW_MS - DAY_MS / 2 + seconds * 1000))).events(NOW_MS);
    expect(events.map(({ count }) => count)).toEqual([3, 1]);
    expect(Date.parse(events[0]?.lastAt ?? '') - Date.parse(events[0]?.at ?? '')).toBe(118_000);
  });

  it('tells codes, devices and processes apart', () => {
    const messages = [
      anXidMessage(),
      anXidMessage({ code: 48 }),
      anXidMessage({ busId: '0000:af:00' }),
      ...oomKillMessages({ pid: 1 }),
      ...oomKillMessages({ pid: 2 }),
    ];
    const events = logOf(messages.map((message) => wall(NOW_MS, message))).events(NOW_MS);
    expect(events.map(({ kind, code, pid, count }) => [kind, code, pid, count])).toEqual([
      ['xid', 79, null, 1],
      ['xid', 48, null, 1],
      ['xid', 79, null, 1],
      ['oom-kill', null, 1, 2],
      ['oom-kill', null, 2, 2],
    ]);
  });

  it('knows a bus id in any of its forms, and shows it as the kernel wrote it', () => {
    const events = logOf([
      wall(NOW_MS, anXidMessage({ busId: '0000:3B:00' })),
      wall(NOW_MS + 1, anXidMessage({ busId: '0000:3b:00.0' })),
    ]).events(NOW_MS);
    expect(events).toMatchObject([{ pciBusId: '0000:3B:00', count: 2 }]);
  });

  it('takes the same time and text for the same line', () => {
    const lines = [wall(NOW_MS), wall(NOW_MS, anXidMessage({ text: 'again' })), wall(NOW_MS + 5)];
    expect(logOf([...lines, ...lines, ...lines]).events(NOW_MS)).toMatchObject([{ count: 3 }]);
  });

  it('does not depend on how often earlier lines are repeated', () => {
    const line = fc
      .tuple(fc.integer({ min: 0, max: 600 }), fc.constantFrom(13, 48, 79))
      .map(([seconds, code]) => wall(NOW_MS - DAY_MS / 2 + seconds * 1000, anXidMessage({ code })));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), fc.array(fc.nat(60), { maxLength: 5 }), (lines, cuts) => {
        const inOrder = lines.toSorted((one, other) => (one.atMs ?? 0) - (other.atMs ?? 0));
        const parts = cuts.toSorted((one, other) => one - other).flatMap((cut) => inOrder.slice(0, cut));
        expect(logOf([...parts, ...inOrder]).events(NOW_MS)).toEqual(logOf(inOrder).events(NOW_MS));
      }),
    );
  });

  it('makes 29 incidents of 800,000 lines, also when they are read again', () => {
    const log = new KernelEventLog();
    const startMs = NOW_MS - DAY_MS / 2;
    const read = (from: number, to: number): void => {
      for (let index = from; index < to; index += 1) {
        const message = anXidMessage({ code: 100 + (index % 29), text: `try ${index}` });
        log.add(wall(startMs + index * 10, message), NOW_MS);
      }
    };
    read(0, 800_000);
    expect(log.events(NOW_MS)).toHaveLength(29);
    // Long forgotten ones, and those that are still remembered.
    read(0, 20_000);
    read(780_000, 800_000);
    const counts = log.events(NOW_MS).map(({ count }) => count);
    expect(counts).toHaveLength(29);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(800_000);
  }, 120_000);

  it('keeps a bounded number of incidents, says how many it dropped, and spares rare kinds', () => {
    const log = new KernelEventLog({ incidents: 5, rememberedLines: 100 });
    log.add(wall(NOW_MS - 100 * MINUTE_MS), NOW_MS);
    for (let index = 0; index < 10; index += 1) {
      log.add(wall(NOW_MS - index, `I/O error, dev sd${index}, sector 1`), NOW_MS);
    }
    expect(log.events(NOW_MS).map(({ kind }) => kind)).toEqual(['xid', ...Array(4).fill('io-error')]);
    expect(log.gaps(NOW_MS)).toEqual([
      { signal: 'events', status: 'partial', reason: '6 incidents were dropped: more than 5 in a day' },
    ]);
    expect(log.gaps(NOW_MS + DAY_MS + 1)).toEqual([]);
  });

  it('forgets incidents after a day', () => {
    const log = logOf([wall(NOW_MS)]);
    expect(log.events(NOW_MS + DAY_MS)).toHaveLength(1);
    expect(log.events(NOW_MS + DAY_MS + 1)).toEqual([]);
    expect(logOf([wall(NOW_MS - DAY_MS - 1)]).events(NOW_MS)).toEqual([]);
  });

  it('drops what happened before the last start of the machine', () => {
    const lines = [
      wall(NOW_MS - 10 * MINUTE_MS),
      wall(NOW_MS - 5 * MINUTE_MS, 'Linux version 6.8.0'),
      wall(NOW_MS - MINUTE_MS, anXidMessage({ code: 31 })),
    ];
    expect(logOf(lines).events(NOW_MS)).toMatchObject([{ kind: 'boot' }, { code: 31 }]);

    const log = logOf(lines.slice(0, 1));
    log.setBootTime({ zeroMs: NOW_MS - MINUTE_MS, bootAtMs: NOW_MS - MINUTE_MS });
    expect(log.events(NOW_MS)).toEqual([]);
  });

  it('places seconds since boot by the boot time, which may change', () => {
    const log = new KernelEventLog();
    log.setBootTime({ zeroMs: KERNEL_BOOT_MS, bootAtMs: KERNEL_BOOT_MS });
    log.add(sinceBoot(100), NOW_MS);
    expect(secondsAfterBoot(log.events(NOW_MS)[0]?.at ?? '')).toBe(100);
    log.setBootTime({ zeroMs: KERNEL_BOOT_MS + 7, bootAtMs: KERNEL_BOOT_MS + 7 });
    expect(secondsAfterBoot(log.events(NOW_MS)[0]?.at ?? '')).toBe(100);
    log.setBootTime({ zeroMs: KERNEL_BOOT_MS + 3_600_000, bootAtMs: KERNEL_BOOT_MS + 3_600_000 });
    expect(secondsAfterBoot(log.events(NOW_MS)[0]?.at ?? '')).toBe(3700);
  });

  it('gives seconds since an unknown boot the time of reading, and says so', () => {
    const log = logOf([sinceBoot(100), sinceBoot(5000)]);
    expect(log.events(NOW_MS).map(({ at }) => Date.parse(at))).toEqual([NOW_MS, NOW_MS]);
    expect(log.gaps(NOW_MS)).toMatchObject([{ signal: 'events.at', status: 'partial' }]);
  });

  it('skips lines of another boot, which would lie ahead', () => {
    const log = new KernelEventLog();
    log.setBootTime({ zeroMs: KERNEL_BOOT_MS, bootAtMs: KERNEL_BOOT_MS });
    log.add(sinceBoot(9_000_000), NOW_MS);
    expect(log.events(NOW_MS)).toEqual([]);
    expect(log.gaps(NOW_MS)).toMatchObject([{ signal: 'events', status: 'partial' }]);
  });

  it('marks the source as simulated by any line of the kernel', () => {
    expect(logOf([wall(NOW_MS, 'simulated: all is well')]).isSimulated).toBe(true);
    expect(logOf([wall(NOW_MS)]).isSimulated).toBe(false);
  });
});
