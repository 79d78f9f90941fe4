import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AuditLog, AuditPage, Clock } from '@app/core';
import { anAuditRecord } from './action-parts.builder.js';
import type { OpenPart } from './open-part.js';
import { SetClock } from './set-clock.fake.js';

/** What every `AuditLog` keeps to, the fake included. */
export function describeAuditLogContract(name: string, open: (clock: Clock) => OpenPart<AuditLog>): void {
  describe(`${name} keeps the contract of an audit log`, () => {
    let clock: SetClock;
    let opened: OpenPart<AuditLog>;
    let log: AuditLog;
    beforeEach(() => {
      clock = new SetClock();
      opened = open(clock);
      log = opened.part;
    });
    afterEach(() => opened.close());

    const addMany = async (count: number): Promise<void> => {
      for (let index = 1; index <= count; index += 1) await log.append(anAuditRecord({ event: `event-${index}` }));
    };
    const eventsOf = ({ items }: AuditPage): string[] => items.map(({ event }) => event);
    const next = ({ nextCursor }: AuditPage): string => nextCursor ?? 'there is no next page';

    it('answers with the stored record, and gives it back exactly so', async () => {
      clock.advance(1234);
      const record = anAuditRecord({ reason: 'Because.', details: { nested: { list: [1, 'two', null] } } });
      const stored = await log.append(record);
      expect(stored).toEqual({ ...record, id: expect.any(Number), at: '2026-01-01T00:00:01.234Z' });
      expect(await log.list({ limit: 9 })).toEqual({ items: [stored], nextCursor: null });
    });

    it('takes a record of no run, no target and no action', async () => {
      const nothing = { target: null, runId: null, actionId: null, planHash: null, reason: null, details: {} };
      await log.append(anAuditRecord(nothing));
      expect((await log.list({ limit: 1 })).items[0]).toMatchObject(nothing);
    });

    it('gives rising ids, also to what comes at once', async () => {
      const records = await Promise.all([1, 2, 3].map(() => log.append(anAuditRecord())));
      const ids = records.map(({ id }) => id);
      expect(new Set(ids).size).toBe(3);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
    });

    it('pages newest first, and new records do not shift the pages', async () => {
      await addMany(5);
      const first = await log.list({ limit: 2 });
      await log.append(anAuditRecord({ event: 'later' }));
      const second = await log.list({ limit: 2, cursor: next(first) });
      const third = await log.list({ limit: 2, cursor: next(second) });
      expect([first, second, third].map(eventsOf)).toEqual([
        ['event-5', 'event-4'],
        ['event-3', 'event-2'],
        ['event-1'],
      ]);
      expect(third.nextCursor).toBeNull();
    });

    it('has no next page when the last one is exactly full', async () => {
      await addMany(2);
      expect((await log.list({ limit: 2 })).nextCursor).toBeNull();
      expect(await log.list({ limit: 2, runId: 'run_none' })).toEqual({ items: [], nextCursor: null });
    });

    it('pages through the records of one run', async () => {
      await log.append(anAuditRecord({ event: 'first' }));
      await log.append(anAuditRecord({ event: 'of another', runId: 'run_2' }));
      await log.append(anAuditRecord({ event: 'second' }));
      const first = await log.list({ limit: 1, runId: 'run_1' });
      const second = await log.list({ limit: 1, runId: 'run_1', cursor: next(first) });
      expect([first, second].map(eventsOf)).toEqual([['second'], ['first']]);
      expect(second.nextCursor).toBeNull();
    });

    it.each(['nonsense', '', '!!', '-1', Buffer.from('2026-01-01T00:00:00.000Z run_1').toString('base64url')])(
      'refuses the cursor "%s", which it never gave',
      async (cursor) => {
        await expect(log.list({ limit: 2, cursor })).rejects.toMatchObject({ code: 'validation_failed' });
      },
    );
  });
}
