import { beforeEach, describe, expect, it } from '@jest/globals';
import { ActionsService, type SafetyService } from '@app/actions';
import { aJournalEntry, InMemoryActionJournal, InMemoryEffectHistory } from '@app/testing/workflow';
import type { TargetService } from '../targets/target.service.js';
import { ActionReader } from './action-reader.js';

const OFF = { engaged: false, at: null, by: null, reason: null };

describe('ActionReader', () => {
  let journal: InMemoryActionJournal;
  let effects: InMemoryEffectHistory;
  let safety: Awaited<ReturnType<SafetyService['view']>>;
  let reader: ActionReader;
  beforeEach(() => {
    journal = new InMemoryActionJournal();
    effects = new InMemoryEffectHistory();
    safety = { killSwitch: OFF, freezes: [] };
    const targets = { list: () => [{ id: 'local' }] } as unknown as TargetService;
    const view = { view: async () => safety } as SafetyService;
    reader = new ActionReader(journal, effects, new ActionsService(), view, targets);
  });

  it('tells what has ended from what is under way', async () => {
    for (const [actionId, phase] of [
      ['a', 'intended'],
      ['b', 'verified'],
      ['c', 'kept'],
      ['d', 'undo-failed'],
    ] as const) {
      await journal.begin(aJournalEntry({ actionId, phase, type: 'gpu-lock-clocks' }));
    }
    expect(await reader.actions()).toEqual({
      ended: [
        { type: 'gpu-lock-clocks', phase: 'kept', count: 1 },
        { type: 'gpu-lock-clocks', phase: 'undo-failed', count: 1 },
      ],
      underWay: [{ type: 'gpu-lock-clocks', count: 2 }],
      effects: [],
    });
  });

  it('adds up what is not in the catalogue any more under one name', async () => {
    await journal.begin(aJournalEntry({ actionId: 'a', phase: 'kept', type: 'gpu-paint' }));
    await journal.begin(aJournalEntry({ actionId: 'b', phase: 'kept', type: 'gpu-polish' }));
    expect((await reader.actions()).ended).toEqual([{ type: 'other', phase: 'kept', count: 2 }]);
  });

  it('adds up the effects of an action over the rules that led to it', async () => {
    const effect = { target: 'local', type: 'vllm-wake', at: '2026-03-04T10:00:00.000Z', predicted: null };
    for (const [runId, ruleId] of [
      ['run_1', 'one'],
      ['run_2', 'two'],
    ] as const) {
      const rest = { actionId: 'a', observedChangeRatio: null, verdict: 'improved' as const };
      await effects.record({ ...effect, runId, ruleId, ...rest });
    }
    const counts = (await reader.actions()).effects.map(({ verdict, count }) => [verdict, count]);
    expect(Object.fromEntries(counts)).toEqual({ improved: 2, neutral: 0, regressed: 0, inconclusive: 0 });
  });

  it('tells of every target whether it is frozen, and of no other', async () => {
    expect(await reader.safety()).toEqual({ isKillSwitchEngaged: false, targets: [{ id: 'local', isFrozen: false }] });
    const freeze = { at: '2026-03-04T10:00:00.000Z', reason: 'broken', runId: null, by: 'admin-1' };
    safety = {
      killSwitch: { ...OFF, engaged: true },
      freezes: [
        { target: 'local', ...freeze },
        { target: 'gone', ...freeze },
      ],
    };
    expect(await reader.safety()).toEqual({ isKillSwitchEngaged: true, targets: [{ id: 'local', isFrozen: true }] });
  });
});
