import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { JournalEntry } from '@app/core';
import {
  aPlannedAction,
  DeviceKnob,
  KnobAction,
  type KnobActionOptions,
  KNOB_WATTS,
  ScriptedGuards,
} from '@app/testing/loop';
import { InMemoryActionJournal, SetClock } from '@app/testing/workflow';
import type { Clearance } from '../guardrails/gate.js';
import { ActionSet } from '../action-set.js';
import { ActionRunner, type Order } from './action-runner.js';

const TASK = { ...aPlannedAction(), runId: 'run_1', actionId: 'action-1', target: 'local' };

let knob: DeviceKnob;
let journal: InMemoryActionJournal;
let guards: ScriptedGuards;
let clock: SetClock;

function runner(options: KnobActionOptions = {}): ActionRunner {
  return new ActionRunner({
    actions: new ActionSet([new KnobAction(knob, options)]),
    gate: guards,
    journal,
    settings: { monitor: {} },
    clock,
    wait: async (ms) => clock.advance(ms),
  });
}

async function order(): Promise<Order> {
  const { clearance } = await guards.judge('execute', aPlannedAction());
  return { task: TASK, risk: 'reversible', planHash: 'hash', baseline: null, clearance: clearance as Clearance };
}

const phase = async (): Promise<string | undefined> => (await journal.get('run_1', 'action-1'))?.phase;

async function entryIn(to: JournalEntry['phase'], patch: Partial<JournalEntry> = {}): Promise<JournalEntry> {
  const entry: JournalEntry = {
    ...{ runId: 'run_1', actionId: 'action-1', target: 'local', type: TASK.type, subject: TASK.subject },
    ...{ members: TASK.members, parameters: {}, risk: 'reversible', planHash: 'hash', phase: to },
    ...{ intendedAt: clock.isoNow(), appliedAt: null, verifiedAt: null, endedAt: null },
    ...{ before: { watts: 300 }, after: null, baseline: null, output: null, error: null },
    ...patch,
  };
  await journal.begin(entry);
  return entry;
}

beforeEach(() => {
  Logger.overrideLogger(false);
  knob = new DeviceKnob();
  journal = new InMemoryActionJournal();
  guards = new ScriptedGuards();
  clock = new SetClock();
});

describe('doing an action', () => {
  it('writes the intent first, does it once, and believes only the device', async () => {
    const done = await runner().perform(await order());
    expect(done).toMatchObject({
      kind: 'verified',
      wasSo: false,
      entry: { phase: 'verified', before: { watts: 300 }, after: { watts: KNOB_WATTS }, output: 'All done.' },
    });
    expect(knob.writes).toEqual([KNOB_WATTS]);
  });

  it('does nothing without a clearance, and none is good twice', async () => {
    const once = await order();
    await runner().perform(once);
    await expect(runner().perform(once)).rejects.toMatchObject({ code: 'forbidden' });
    expect(knob.writes).toHaveLength(1);
  });

  it('does not begin an action again that the run has begun before', async () => {
    await runner().perform(await order());
    knob.watts = 300;
    expect(await runner().perform(await order())).toMatchObject({ kind: 'verified' });
    expect(knob.writes).toHaveLength(1);
  });

  it('calls it no change when the device is so already', async () => {
    knob.watts = KNOB_WATTS;
    expect(await runner().perform(await order())).toMatchObject({ kind: 'verified', wasSo: true });
    expect(knob.writes).toEqual([]);
    expect(await phase()).toBe('kept');
  });

  it('does nothing to a device whose present state nobody can read', async () => {
    knob.isReadable = false;
    expect(await runner().perform(await order())).toMatchObject({ kind: 'unchanged', entry: null });
    expect(knob.writes).toEqual([]);
    expect(await phase()).toBeUndefined();
  });

  it.each([
    ['fail', 'unchanged', 'failed'],
    ['lie', 'unchanged', 'failed'],
    ['worsen', 'astray', 'applied'],
    ['mute', 'verified', 'verified'],
  ] as const)('of an executor that does %s finds the device %s', async (behaviour, kind, journalled) => {
    knob.behaviour = behaviour;
    expect(await runner().perform(await order())).toMatchObject({ kind });
    expect(await phase()).toBe(journalled);
  });

  it('does not wait for what a refusal rules out', async () => {
    knob.behaviour = 'fail';
    const before = clock.now();
    await runner().perform(await order());
    expect(clock.now()).toBe(before);
  });
});

describe('after a restart', () => {
  it('finds what was done before the service stopped', async () => {
    const entry = await entryIn('intended');
    knob.watts = KNOB_WATTS;
    expect(await runner().recover(entry)).toMatchObject({ kind: 'verified' });
    expect(knob.writes).toEqual([]);
  });

  it('does not do again what was not done, and waits until it can not come any more', async () => {
    const entry = await entryIn('intended');
    const begun = clock.now();
    expect(await runner().recover(entry)).toMatchObject({ kind: 'unchanged' });
    expect(clock.now() - begun).toBeGreaterThanOrEqual(2_000);
    expect(knob.writes).toEqual([]);
    expect(await phase()).toBe('failed');
  });

  it('finds a device that is neither so nor so astray', async () => {
    const entry = await entryIn('applied', { appliedAt: clock.isoNow() });
    knob.watts = 123;
    expect(await runner().recover(entry)).toMatchObject({ kind: 'astray' });
  });

  it.each(['undoing', 'undone', 'undo-failed'] as const)('sends what was %s on its way back', async (found) => {
    expect(await runner().recover(await entryIn(found))).toMatchObject({ kind: 'astray' });
  });
});

describe('taking back', () => {
  it('puts back what was before, and looks', async () => {
    const done = await runner().perform(await order());
    expect(await runner().undo(done.entry as JournalEntry)).toMatchObject({ kind: 'undone' });
    expect(knob.writes).toEqual([KNOB_WATTS, 300]);
    expect(await phase()).toBe('undone');
  });

  it('writes nothing to a device that is as it was', async () => {
    const entry = await entryIn('undoing');
    expect(await runner().undo(entry)).toMatchObject({ kind: 'undone' });
    expect(knob.writes).toEqual([]);
  });

  it('tries twice, then says that it failed', async () => {
    const done = await runner().perform(await order());
    knob.undoBehaviour = 'worsen';
    expect(await runner().undo(done.entry as JournalEntry)).toMatchObject({
      kind: 'undo-failed',
      error: expect.stringContaining('100'),
    });
    expect(knob.writes).toEqual([KNOB_WATTS, 300, 300]);
    expect(await phase()).toBe('undo-failed');
  });

  it('says that there is no way back where there is none', async () => {
    const done = await runner({ canUndo: false }).perform(await order());
    expect(await runner({ canUndo: false }).undo(done.entry as JournalEntry)).toMatchObject({ kind: 'irreversible' });
    expect(await phase()).toBe('undo-failed');
  });
});
