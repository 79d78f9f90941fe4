/** Does so many of them at the same time and yields the results in their order. */
export async function* inLanes<T>(
  lanes: number,
  tasks: readonly (() => Promise<T>)[],
): AsyncGenerator<{ readonly position: number; readonly value: T }> {
  const results: Promise<T>[] = [];
  let next = 0;
  const begin = (): void => {
    const task = tasks[next];
    next += 1;
    if (task === undefined) return;
    const result = task();
    results.push(result);
    // Whoever takes the result sees its error; here it only means that a lane is free.
    void result.then(begin, begin);
  };
  for (let lane = 0; lane < lanes; lane += 1) begin();
  for (let position = 0; position < tasks.length; position += 1) {
    const result = results[position];
    if (result === undefined) throw new Error('a lane stood still');
    yield { position, value: await result };
  }
}
