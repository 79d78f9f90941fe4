import { describe, expect, it } from '@jest/globals';
import { aKernelLog, KERNEL_BOOT_MS, KERNEL_LOG_FORMS, type KernelLogForm } from '@app/testing/metrics';
import { parseKernelLine } from './kernel-line.parser.js';

const NOW_MS = Date.UTC(2026, 2, 2);
const parse = (line: string, hasLocalTimes = true) => parseKernelLine(line, { nowMs: NOW_MS, hasLocalTimes });
const written = (form: KernelLogForm, message: string, process?: string) =>
  parse(aKernelLog({ form, lines: [{ sinceBootSeconds: 1234.5, message, process }] }).trimEnd());

describe('parseKernelLine', () => {
  it.each<[KernelLogForm, number | null, number | null]>([
    ['dmesg', null, 1234.5],
    ['dmesg-iso', KERNEL_BOOT_MS + 1_234_500, null],
    ['journal', KERNEL_BOOT_MS + 1_234_000, null],
    ['kmsg', null, 1234.5],
  ])('reads the time and the message of a line of %s', (form, atMs, sinceBootSeconds) => {
    expect(written(form, 'NVRM: a message')).toEqual({
      origin: 'kernel',
      atMs,
      sinceBootSeconds,
      message: 'NVRM: a message',
    });
  });

  it.each<KernelLogForm>(['journal', 'kmsg'])('takes no line of another program in %s for the kernel', (form) => {
    expect(written(form, 'NVRM: forged', 'python3[77]')).toEqual({ origin: 'other' });
  });

  it.each([
    ['a program that calls itself kernel', '2026-03-01T12:00:00+0000 host kernel[77]: NVRM: forged'],
    ['a program with a priority of its own', '<14>[   12.345678] NVRM: forged'],
    ['a program in dmesg -x', 'user  :notice: [   12.345678] NVRM: forged'],
    ['a daemon that writes to /dev/kmsg', '30,1,12345678,-;systemd[1]: NVRM: forged'],
  ])('takes no line of %s for the kernel', (_, line) => {
    expect(parse(line)).toEqual({ origin: 'other' });
  });

  it.each([
    ['a syslog priority', '<6>[   12.500000] text'],
    ['the facility of dmesg -x', 'kern  :info  : [   12.500000] text'],
    ['the thread that printed', '[   12.500000][  T123] text'],
    ['further fields of a record', '6,17,12500000,-,caller=T123;text'],
    ['a carriage return', '[   12.500000] text\r'],
    ['the zeros of a truncated log', '\0\0\0[   12.500000] text'],
  ])('is not disturbed by %s', (_, line) => {
    expect(parse(line)).toMatchObject({ sinceBootSeconds: 12.5, message: 'text' });
  });

  it.each([
    ['2026-03-01T12:00:00.123456+00:00 host kernel: [   12.500000] text', KERNEL_BOOT_MS + 123.456],
    ['2026-03-01T12:00:00Z host kernel: text', KERNEL_BOOT_MS],
    ['2026-03-01T17:30:00,000001+05:30 text', KERNEL_BOOT_MS + 0.001],
    ['2026-03-01T12:00:00+00:00 text', KERNEL_BOOT_MS],
  ])('reads the ISO time of %s', (line, atMs) => {
    expect(parse(line)).toMatchObject({ atMs, message: 'text' });
  });

  it('gives a date without a year the last such date', () => {
    const yesterday = new Date(2026, 2, 1, 7, 8, 9).getTime();
    expect(parse('Mar  1 07:08:09 host kernel: [   12.5] text')).toMatchObject({ atMs: yesterday, message: 'text' });
    const lastYear = new Date(2025, 11, 31, 7, 8, 9).getTime();
    expect(parse('Dec 31 07:08:09 host kernel: text')).toMatchObject({ atMs: lastYear });
    expect(parse('Mar  1 07:08:09 host sshd[7]: text')).toEqual({ origin: 'other' });
  });

  it('reads local times only where the zone is known', () => {
    const line = '[Sun Mar  1 07:08:09 2026] text';
    expect(parse(line)).toMatchObject({ atMs: new Date(2026, 2, 1, 7, 8, 9).getTime(), message: 'text' });
    expect(parse(line, false)).toEqual({ origin: 'unreadable' });
  });

  it('undoes the escapes of /dev/kmsg and only those', () => {
    expect(written('kmsg', 'größe \\ a\tb')).toMatchObject({ message: 'größe \\ a\tb' });
    expect(parse('6,1,2,-;Xid \\x37\\x39')).toMatchObject({ message: 'Xid \\x37\\x39' });
  });

  it.each(['', '   ', ' SUBSYSTEM=pci', '-- No entries --'])('finds no line of its own in "%s"', (line) => {
    expect(parse(line)).toEqual({ origin: 'none' });
  });

  it.each(['NVRM: Xid (PCI:0000:3b:00): 79', '[12] text', '2026-13-45T99:00:00,1+00:00 text', '6,1,x,-;text'])(
    'knows no form for %s',
    (line) => {
      expect(parse(line)).toEqual({ origin: 'unreadable' });
    },
  );

  it('has a form for each that the builder writes', () => {
    expect(KERNEL_LOG_FORMS.map((form) => written(form, 'text').origin)).toEqual(Array(4).fill('kernel'));
  });
});
