/** A file that hangs holds a thread of Node's pool of four: some stay for everybody else. */
const CONCURRENCY = 2;

/** Awaits `work` for each item, two at a time. */
export async function mapBounded<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const drain = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, drain));
}
