import { describe, expect, it } from '@jest/globals';
import { RunQueue } from './run-queue.js';

/** Jobs that end when told to. */
function heldJobs() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const execute = (id: string): Promise<void> => {
    begun.push(id);
    return new Promise((resolve) => ends.set(id, resolve));
  };
  const end = async (id: string): Promise<void> => {
    ends.get(id)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { begun, end, queue: new RunQueue(execute) };
}

describe('RunQueue', () => {
  it('works on one run per target, in order of arrival', async () => {
    const { begun, end, queue } = heldJobs();
    for (const id of ['a', 'b', 'c']) queue.add('local', id);
    expect(begun).toEqual(['a']);
    await end('a');
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('does not let a busy target hold up another', () => {
    const { begun, queue } = heldJobs();
    queue.add('local', 'a');
    queue.add('other', 'b');
    expect(begun).toEqual(['a', 'b']);
  });

  it('begins nothing more once closed, and is idle when the last job ends', async () => {
    const { begun, end, queue } = heldJobs();
    queue.add('local', 'a');
    queue.add('local', 'b');
    queue.close();
    queue.add('other', 'c');
    const idle = queue.idle();
    await end('a');
    await idle;
    expect(begun).toEqual(['a']);
  });
});
