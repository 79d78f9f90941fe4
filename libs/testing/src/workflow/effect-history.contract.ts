import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EffectHistory, EffectRecord } from '@app/core';
import { anEffect } from './action-parts.builder.js';
import type { OpenPart } from './open-part.js';

const predicting = (changeRatio: number | null): EffectRecord['predicted'] => ({
  signal: 'gpus.power.drawWatts',
  direction: 'down',
  changeRatio,
  basis: 'The limit is lower.',
});

/** What every `EffectHistory` keeps to, the fake included. */
export function describeEffectHistoryContract(name: string, open: () => OpenPart<EffectHistory>): void {
  describe(`${name} keeps the contract of an effect history`, () => {
    let opened: OpenPart<EffectHistory>;
    let history: EffectHistory;
    beforeEach(() => {
      opened = open();
      history = opened.part;
    });
    afterEach(() => opened.close());

    const add = (actionId: string, values: Partial<EffectRecord> = {}) =>
      history.record(anEffect({ actionId, ...values }));

    it('has no record of what never was', async () => {
      expect(await history.trackRecords()).toEqual([]);
      expect(await history.trackRecords('local')).toEqual([]);
    });

    it('sums up what came of an action type on findings of a rule', async () => {
      await add('action-1', { predicted: predicting(-0.1), observedChangeRatio: -0.5 });
      await add('action-2', { predicted: predicting(-0.3), observedChangeRatio: 0.25, verdict: 'regressed' });
      await add('action-3', { at: '2026-01-03T00:00:00.000Z', verdict: 'neutral', predicted: null });
      await add('action-4', { at: '2026-01-02T00:00:00.000Z', verdict: 'improved', observedChangeRatio: null });
      expect(await history.trackRecords()).toEqual([
        {
          type: 'gpu-set-power-limit',
          ruleId: 'gpu-power-headroom',
          count: 4,
          verdicts: { improved: 2, neutral: 1, regressed: 1, inconclusive: 0 },
          predictedChangeRatio: -0.2,
          observedChangeRatio: -0.125,
          lastAt: '2026-01-03T00:00:00.000Z',
        },
      ]);
    });

    it('has no means where only a direction was claimed or nothing was measured', async () => {
      await add('action-1', { predicted: predicting(null), observedChangeRatio: -0.5 });
      await add('action-2', { observedChangeRatio: null, verdict: 'inconclusive' });
      const [record] = await history.trackRecords();
      expect(record).toMatchObject({ count: 2, predictedChangeRatio: null, observedChangeRatio: null });
    });

    it('puts a second record of the same action in the place of the first', async () => {
      await add('action-1', { verdict: 'inconclusive' });
      await add('action-1', { verdict: 'regressed' });
      await add('action-1', { runId: 'run_2' });
      const [record] = await history.trackRecords();
      expect(record?.verdicts).toEqual({ improved: 1, neutral: 0, regressed: 1, inconclusive: 0 });
    });

    it('tells types and rules apart, in the order of their names', async () => {
      await add('action-1', { type: 'b', ruleId: 'rule-1' });
      await add('action-2', { type: 'a', ruleId: 'rule-2' });
      await add('action-3', { type: 'a', ruleId: 'rule-1' });
      const records = await history.trackRecords();
      expect(records.map(({ type, ruleId, count }) => [type, ruleId, count])).toEqual([
        ['a', 'rule-1', 1],
        ['a', 'rule-2', 1],
        ['b', 'rule-1', 1],
      ]);
    });

    it('counts one target, or all of them', async () => {
      await add('action-1');
      await add('action-2', { target: 'other' });
      const countOf = async (target?: string) => (await history.trackRecords(target)).map(({ count }) => count);
      expect(await countOf('other')).toEqual([1]);
      expect(await countOf('none')).toEqual([]);
      expect(await countOf()).toEqual([2]);
    });
  });
}
