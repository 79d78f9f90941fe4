import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ActionJournal, ENDED_PHASES, JOURNAL_PHASES, type JournalEntry } from '@app/core';
import { aJournalEntry } from './action-parts.builder.js';
import type { OpenPart } from './open-part.js';

const EPOCH_MS = Date.parse('2026-01-01T00:00:00.000Z');
const minute = (count: number): string => new Date(EPOCH_MS + count * 60_000).toISOString();

/** Every field differs from what an intent has. */
const FULL_ENTRY: JournalEntry = aJournalEntry({
  phase: 'undone',
  appliedAt: minute(1),
  verifiedAt: minute(2),
  endedAt: minute(3),
  after: { requestedLimitWatts: 600 },
  baseline: {
    fromAt: minute(-2),
    toAt: minute(0),
    reach: { gpus: ['GPU-1'], engines: [], caches: [], host: 'local' },
    signals: [
      {
        signal: 'gpus.power.drawWatts',
        role: 'target',
        better: 'down',
        minimumChangeRatio: 0.02,
        across: 'sum',
        values: [690.5, 700],
        samples: 3,
      },
    ],
    findings: [{ id: 'finding-1', ruleId: 'gpu-power-headroom', severity: 'low' }],
    metTtftSlo: true,
    metItlSlo: null,
    errorRatio: 0.01,
    hadRequests: true,
  },
  output: 'Power limit was set',
  error: 'it came to nothing',
});

/** What every `ActionJournal` keeps to, the fake included. */
export function describeActionJournalContract(name: string, open: () => OpenPart<ActionJournal>): void {
  describe(`${name} keeps the contract of an action journal`, () => {
    let opened: OpenPart<ActionJournal>;
    let journal: ActionJournal;
    beforeEach(() => {
      opened = open();
      journal = opened.part;
    });
    afterEach(() => opened.close());

    const add = (actionId: string, values: Partial<JournalEntry> = {}) =>
      journal.begin(aJournalEntry({ actionId, ...values }));
    const idsOf = (entries: readonly JournalEntry[]): string[] => entries.map(({ actionId }) => actionId);

    it.each([
      ['an intent', aJournalEntry()],
      ['an entry with every field', FULL_ENTRY],
    ])('gives back %s exactly as it was written', async (_what, entry) => {
      expect(await journal.begin(entry)).toBe(true);
      expect(await journal.get(entry.runId, entry.actionId)).toEqual(entry);
    });

    it('begins an action of a run once, and keeps its first intent', async () => {
      await add('action-1');
      await journal.advance('run_1', 'action-1', ['intended'], 'applied');
      expect(await add('action-1', { planHash: 'other' })).toBe(false);
      expect(await journal.get('run_1', 'action-1')).toMatchObject({ phase: 'applied', planHash: 'plan-hash' });
    });

    it('begins the same action for another run', async () => {
      await add('action-1');
      expect(await add('action-1', { runId: 'run_2' })).toBe(true);
    });

    it('lets one of many begin that come at once', async () => {
      const begun = await Promise.all([1, 2, 3, 4].map(() => add('action-1')));
      expect(begun.filter(Boolean)).toHaveLength(1);
    });

    it('knows nothing of what was never begun', async () => {
      expect(await journal.get('run_1', 'action-1')).toBeNull();
      expect(await journal.ofRun('run_1')).toEqual([]);
      expect(await journal.recent('local', 0)).toEqual([]);
      expect(await journal.advance('run_1', 'action-1', JOURNAL_PHASES, 'applied')).toBe(false);
    });

    it('changes what the patch names with the phase, and nothing else', async () => {
      await add('action-1', { output: 'as it was', error: 'a first try' });
      const patch = { appliedAt: minute(1), after: { requestedLimitWatts: 600 }, error: null, endedAt: undefined };
      expect(await journal.advance('run_1', 'action-1', ['intended'], 'applied', patch)).toBe(true);
      expect(await journal.get('run_1', 'action-1')).toEqual(
        aJournalEntry({
          phase: 'applied',
          output: 'as it was',
          appliedAt: minute(1),
          after: { requestedLimitWatts: 600 },
        }),
      );
    });

    it('changes nothing from another phase', async () => {
      await add('action-1', { phase: 'kept' });
      expect(await journal.advance('run_1', 'action-1', ['verified'], 'undoing', { error: 'late' })).toBe(false);
      expect(await journal.advance('run_1', 'action-1', [], 'undoing')).toBe(false);
      expect(await journal.get('run_1', 'action-1')).toEqual(aJournalEntry({ phase: 'kept' }));
    });

    it('lets one of two win that go on from the same phase', async () => {
      await add('action-1', { phase: 'verified' });
      const won = await Promise.all([
        journal.advance('run_1', 'action-1', ['verified'], 'kept'),
        journal.advance('run_1', 'action-1', ['verified'], 'undoing'),
      ]);
      expect(won).toEqual([true, false]);
    });

    it('changes no other action', async () => {
      await add('action-1');
      await add('action-2');
      await add('action-1', { runId: 'run_2' });
      await journal.advance('run_1', 'action-1', ['intended'], 'applied');
      expect(await journal.get('run_1', 'action-2')).toMatchObject({ phase: 'intended' });
      expect(await journal.get('run_2', 'action-1')).toMatchObject({ phase: 'intended' });
    });

    it('gives the actions of a run in the order in which they were begun, though the clock was set back', async () => {
      await add('action-b', { intendedAt: minute(5) });
      await add('action-c', { intendedAt: minute(1) });
      await add('action-other', { runId: 'run_2' });
      await add('action-a', { intendedAt: minute(1) });
      expect(idsOf(await journal.ofRun('run_1'))).toEqual(['action-b', 'action-c', 'action-a']);
    });

    it('counts the entries of every target by type and phase', async () => {
      expect(await journal.counts()).toEqual([]);
      await add('action-1', { type: 'vllm-wake', phase: 'kept' });
      await add('action-2', { type: 'gpu-lock-clocks', phase: 'undone', target: 'other' });
      await add('action-3', { type: 'gpu-lock-clocks', phase: 'kept' });
      await add('action-4', { type: 'gpu-lock-clocks', phase: 'kept' });
      expect(await journal.counts()).toEqual([
        { type: 'gpu-lock-clocks', phase: 'kept', count: 2 },
        { type: 'gpu-lock-clocks', phase: 'undone', count: 1 },
        { type: 'vllm-wake', phase: 'kept', count: 1 },
      ]);
    });

    describe('recent', () => {
      const ended = (begin: number, end: number): Partial<JournalEntry> => ({
        phase: 'kept',
        intendedAt: minute(begin),
        endedAt: minute(end),
      });
      const since = async (count: number): Promise<string[]> =>
        idsOf(await journal.recent('local', EPOCH_MS + count * 60_000));

      it('gives what was begun or ended since, that very instant included', async () => {
        await add('long-gone', ended(0, 1));
        await add('ended-since', ended(0, 11));
        await add('ended-then', ended(0, 10));
        await add('begun-then', ended(10, 12));
        expect(await since(10)).toEqual(['ended-since', 'ended-then', 'begun-then']);
        expect(await since(13)).toEqual([]);
      });

      it('gives what has not ended, however old', async () => {
        for (const phase of JOURNAL_PHASES) await add(phase, { phase, intendedAt: minute(0) });
        expect(await since(10)).toEqual(JOURNAL_PHASES.filter((phase) => !ENDED_PHASES.includes(phase)));
      });

      it('gives nothing of another target', async () => {
        await add('action-1', { target: 'other' });
        expect(await since(0)).toEqual([]);
        expect(idsOf(await journal.recent('other', 0))).toEqual(['action-1']);
      });
    });
  });
}
