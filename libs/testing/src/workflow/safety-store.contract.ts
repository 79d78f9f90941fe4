import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KillSwitchState, SafetyStore } from '@app/core';
import { aFreeze } from './action-parts.builder.js';
import type { OpenPart } from './open-part.js';

const LATER = '2026-01-01T00:10:00.000Z';
const MUCH_LATER = '2026-01-01T00:20:00.000Z';

/** What every `SafetyStore` keeps to, the fake included. */
export function describeSafetyStoreContract(name: string, open: () => OpenPart<SafetyStore>): void {
  describe(`${name} keeps the contract of a safety store`, () => {
    let opened: OpenPart<SafetyStore>;
    let store: SafetyStore;
    beforeEach(() => {
      opened = open();
      store = opened.part;
    });
    afterEach(() => opened.close());

    it('begins with nothing frozen and the kill switch off', async () => {
      expect(await store.freezes()).toEqual([]);
      expect(await store.freezeOf('local')).toBeNull();
      expect(await store.liftedAt('local')).toBeNull();
      expect(await store.killSwitch()).toEqual({ engaged: false, at: null, by: null, reason: null });
    });

    it.each([
      ['the agent', aFreeze()],
      ['a person', aFreeze({ runId: null, by: 'alice' })],
    ])('gives back a freeze by %s as it was', async (_who, freeze) => {
      await store.freeze(freeze);
      expect(await store.freezeOf('local')).toEqual(freeze);
      expect(await store.freezeOf('other')).toBeNull();
    });

    it('keeps the first freeze of a target', async () => {
      await store.freeze(aFreeze());
      await store.freeze(aFreeze({ at: LATER, reason: 'A second one.', by: 'bob' }));
      expect(await store.freezes()).toEqual([aFreeze()]);
    });

    it('lists the frozen targets, the first frozen first', async () => {
      await store.freeze(aFreeze({ target: 'c', at: LATER }));
      await store.freeze(aFreeze({ target: 'b' }));
      await store.freeze(aFreeze({ target: 'a', at: LATER }));
      expect((await store.freezes()).map(({ target }) => target)).toEqual(['b', 'a', 'c']);
    });

    it('lifts a freeze once, remembers when, and leaves the other targets frozen', async () => {
      await store.freeze(aFreeze());
      await store.freeze(aFreeze({ target: 'other' }));
      expect(await store.lift('local', LATER)).toBe(true);
      expect(await store.lift('local', MUCH_LATER)).toBe(false);
      expect(await store.liftedAt('local')).toBe(LATER);
      expect(await store.liftedAt('other')).toBeNull();
      expect((await store.freezes()).map(({ target }) => target)).toEqual(['other']);
    });

    it('lifts nothing of a target that was never frozen', async () => {
      expect(await store.lift('local', LATER)).toBe(false);
      expect(await store.liftedAt('local')).toBeNull();
    });

    it('freezes a target again, and remembers the last lift', async () => {
      await store.freeze(aFreeze());
      await store.lift('local', LATER);
      await store.freeze(aFreeze({ at: LATER, reason: 'Again.' }));
      expect(await store.freezeOf('local')).toMatchObject({ reason: 'Again.' });
      await store.lift('local', MUCH_LATER);
      expect(await store.liftedAt('local')).toBe(MUCH_LATER);
    });

    it('keeps what the kill switch was set to last', async () => {
      const engaged: KillSwitchState = { engaged: true, at: LATER, by: 'alice', reason: 'Something is odd.' };
      await store.setKillSwitch(engaged);
      expect(await store.killSwitch()).toEqual(engaged);
      const released: KillSwitchState = { engaged: false, at: MUCH_LATER, by: 'bob', reason: null };
      await store.setKillSwitch(released);
      expect(await store.killSwitch()).toEqual(released);
    });
  });
}
