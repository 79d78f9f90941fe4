import { describe, expect, it } from '@jest/globals';
import { CallSlots } from './call-slots.js';

const NEVER = new AbortController().signal;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('places for calls', () => {
  it('are given in the order in which they were asked for', async () => {
    const slots = new CallSlots(2);
    const order: number[] = [];
    const first = await slots.take(NEVER);
    const second = await slots.take(NEVER);
    const later = [1, 2, 3].map(async (name) => {
      const giveBack = await slots.take(NEVER);
      order.push(name);
      giveBack?.();
    });
    await turn();
    expect(order).toEqual([]);
    first?.();
    await Promise.all(later);
    expect(order).toEqual([1, 2, 3]);
    second?.();
  });

  it('are not taken by who stops waiting, and the next in line moves up', async () => {
    const slots = new CallSlots(1);
    const held = await slots.take(NEVER);
    const impatient = new AbortController();
    const gone = slots.take(impatient.signal);
    const patient = slots.take(NEVER);
    impatient.abort();
    expect(await gone).toBeNull();
    held?.();
    expect(await patient).not.toBeNull();
  });

  it('are not given to who has stopped already, nor twice for one that is given back twice', async () => {
    const slots = new CallSlots(1);
    expect(await slots.take(AbortSignal.abort())).toBeNull();
    const held = await slots.take(NEVER);
    held?.();
    held?.();
    expect(await slots.take(NEVER)).not.toBeNull();
    const waiting = new AbortController();
    const second = slots.take(waiting.signal);
    waiting.abort();
    expect(await second).toBeNull();
  });
});
