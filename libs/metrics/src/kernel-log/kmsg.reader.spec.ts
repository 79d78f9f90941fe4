import { describe, expect, it, jest } from '@jest/globals';
import { aKmsgDevice } from '@app/testing/metrics';
import { KmsgReader } from './kmsg.reader.js';

const NEVER_LATE = (): boolean => false;
const failure = (code: string): Error => Object.assign(new Error(code), { code });
const drain = async (reader: KmsgReader, isLate = NEVER_LATE) => {
  const lines: string[] = [];
  return { answer: await reader.read((line) => lines.push(line), isLate), lines };
};

describe('KmsgReader', () => {
  it('reads records until there is no further one, and goes on where it was', async () => {
    const device = aKmsgDevice(['6,1,1,-;a\n SUBSYSTEM=pci\n', '6,2,2,-;b\n']);
    const open = jest.fn(async () => device);
    const reader = new KmsgReader(open);
    expect(await drain(reader)).toEqual({ answer: { ok: true, notes: [] }, lines: ['6,1,1,-;a', '6,2,2,-;b'] });
    expect((await drain(reader)).lines).toEqual([]);
    device.records.push('6,3,3,-;c\n');
    expect((await drain(reader)).lines).toEqual(['6,3,3,-;c']);
    expect(open).toHaveBeenCalledTimes(1);
  });

  it('says that records were overwritten and goes on with the next', async () => {
    const device = aKmsgDevice([failure('EPIPE'), '6,9,9,-;a\n', failure('EINVAL'), '6,10,10,-;b\n']);
    const { answer, lines } = await drain(new KmsgReader(async () => device));
    expect(lines).toEqual(['6,9,9,-;a', '6,10,10,-;b']);
    expect(answer).toEqual({ ok: true, notes: ['the kernel overwrote messages before they were read'] });
  });

  it('leaves the rest to the next collection when it is late', async () => {
    const device = aKmsgDevice(['6,1,1,-;a\n', '6,2,2,-;b\n']);
    const reader = new KmsgReader(async () => device);
    let asked = 0;
    const late = await drain(reader, () => (asked += 1) > 1);
    expect(late).toEqual({
      answer: { ok: true, notes: ['the rest of the log is read at the next collection'] },
      lines: ['6,1,1,-;a'],
    });
    expect((await drain(reader)).lines).toEqual(['6,2,2,-;b']);
  });

  it('does not read for ever where the device gives only errors', async () => {
    const device = { read: () => Promise.reject(failure('EPIPE')), close: async () => undefined };
    expect((await drain(new KmsgReader(async () => device))).answer).toMatchObject({ ok: true });
  });

  it.each([
    ['ENOENT', 'absent', 'KERNEL_LOG'],
    ['EPERM', 'denied', 'CAP_SYSLOG'],
    ['EACCES', 'denied', 'CAP_SYSLOG'],
    ['EIO', 'failed', 'EIO'],
  ])('answers %s as %s and says what to do', async (code, status, advice) => {
    const { answer } = await drain(new KmsgReader(() => Promise.reject(failure(code))));
    expect(answer).toEqual({ ok: false, status, reason: expect.stringContaining(advice) });
  });

  it('opens the device anew after a failed read', async () => {
    const broken = aKmsgDevice([failure('EIO')]);
    const open = jest.fn(async () => (open.mock.calls.length > 1 ? aKmsgDevice(['6,1,1,-;a\n']) : broken));
    const reader = new KmsgReader(open);
    expect((await drain(reader)).answer).toMatchObject({ ok: false, status: 'failed' });
    expect(broken.isClosed).toBe(true);
    expect((await drain(reader)).lines).toEqual(['6,1,1,-;a']);
  });
});
