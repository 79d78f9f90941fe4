import { describe, expect, it } from '@jest/globals';
import { aFreeze, aJournalEntry, anOptimizationAction, aPlan, aRunRequest, aStoredRun } from '@app/testing/workflow';
import { healthyGpu } from './agent/device-state.js';
import type { LedgerEntry } from './fake-device.js';
import { type Evidence, violationsOf } from './invariants.js';

const GPU = healthyGpu(0);
const { uuid } = GPU;
const LOWERED = { ...GPU, limitWatts: 400 };
const ACT: LedgerEntry = {
  uuid,
  role: 'act',
  setting: { kind: 'power-limit', watts: 700 },
  hasTakenEffect: true,
  isLate: false,
};
const ENTRY = aJournalEntry({ phase: 'kept', members: [uuid] });

/** A run that gave a GPU its limit back and kept it. */
function evidence(values: Partial<Evidence> = {}): Evidence {
  const plan = aPlan({ actions: [anOptimizationAction({ status: 'verified' })] });
  return {
    run: aStoredRun({ ...aRunRequest({ mode: 'auto' }), status: 'succeeded', plan }),
    journal: [ENTRY],
    freeze: null,
    ledger: [ACT],
    start: [LOWERED],
    end: [GPU],
    wasAlerted: false,
    ...values,
  };
}

describe('the invariants of a killed agent', () => {
  it('hold for a run that did what it says', () => {
    expect(violationsOf(evidence())).toEqual([]);
  });

  const stuck = { journal: [{ ...ENTRY, phase: 'undo-failed' }], end: [LOWERED] } as const;
  const worse = [{ ...LOWERED, limitWatts: 250 }];
  it.each<[string, Partial<Evidence>, RegExp]>([
    ['a run without an end', { run: aStoredRun({ status: 'running' }) }, /did not end/],
    ['an action done twice', { ledger: [ACT, ACT] }, /2 times/],
    ['a setting that nobody noted', { journal: [] }, /not in the journal/],
    ['a setting that is said not to be there', { journal: [{ ...ENTRY, phase: 'failed' }] }, /does not know/],
    ['an action left open', { journal: [{ ...ENTRY, phase: 'verified' }] }, /action-1 is verified/],
    ['a plan that says something else', { journal: [{ ...ENTRY, phase: 'undone' }] }, /verified in the plan/],
    ['a way back that was none', { journal: [{ ...ENTRY, phase: 'undone' }] }, /the device differs/],
    ['a worse device, unsaid', { end: worse }, /worse than before/],
    ['a worse device, frozen in silence', { end: worse, freeze: aFreeze() }, /worse than before/],
    ['a GPU that nobody was to change', { journal: [], ledger: [] }, /changed by nobody/],
    ['a failed way back without a freeze', { ...stuck, wasAlerted: true }, /not frozen/],
    ['a failed way back without an alert', { ...stuck, freeze: aFreeze() }, /nobody was told/],
    ['a success that took something back', { journal: [{ ...ENTRY, phase: 'undone' }] }, /the run succeeded/],
  ])('do not hold for %s', (_, values, violation) => {
    expect(violationsOf(evidence(values))).toContainEqual(expect.stringMatching(violation));
  });
});
