import { setImmediate } from 'node:timers/promises';

/** Longest time at a stretch, in milliseconds; a step more may be under way when it is over. */
const SLICE_MS = 8;

/** Takes all steps of a piece of work at once. */
export function finish<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Takes the steps in slices of time, and lets the event loop turn between them. */
export async function finishInSlices<T>(steps: Generator<undefined, T>): Promise<T> {
  let started = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - started < SLICE_MS) continue;
    await setImmediate();
    started = performance.now();
  }
}
