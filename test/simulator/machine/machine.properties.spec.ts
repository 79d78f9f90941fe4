import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Machine, type MachineOptions } from '../../../apps/simulator/src/machine/index.js';
import { aMachineConfiguration, type Configuration } from './configuration.arbitrary.js';
import { Observation } from './observation.js';

/** A thousand machines; a few seconds of each by default, and minutes with `SIMULATOR_FULL_PROPERTIES=1`. */
const isFull = process.env['SIMULATOR_FULL_PROPERTIES'] === '1';
const RUNS = 1000;
const LOAD_SECONDS = isFull ? 120 : 4;
const DRAIN_SECONDS = isFull ? 600 : 15;

const NOTHING_MORE = { requestsPerSecond: 0, bursts: null };

function start({ options, faults }: Configuration): Machine {
  const machine = new Machine({ ...options, warmSeconds: 0 } satisfies MachineOptions);
  for (const fault of faults) {
    if (fault.kind === 'broken-fan') machine.gpu(0).breakFan();
    if (fault.kind === 'power-cap') machine.gpu(0).powerCap(fault.watts);
    if (fault.kind === 'power-brake') machine.gpu(0).powerBrake();
    if (fault.kind === 'neighbour') machine.host.setNeighbour(fault.neighbour);
    if (fault.kind === 'slow-remote') for (const cache of machine.caches) cache.slowRemote(fault.factor);
  }
  return machine;
}

/** Load for some time, and then none until every request is answered. */
function observe(configuration: Configuration): Observation {
  const machine = start(configuration);
  const observation = new Observation(machine);
  observation.pass(LOAD_SECONDS);
  for (const engine of machine.engines) engine.setTraffic(NOTHING_MORE);
  observation.drain(DRAIN_SECONDS);
  return observation;
}

describe('a machine of any kind', () => {
  let runs: readonly { readonly configuration: Configuration; readonly seen: Observation }[] = [];

  beforeAll(() => {
    const configurations = fc.sample(aMachineConfiguration(), { numRuns: RUNS, seed: 20_260 });
    runs = configurations.map((configuration) => ({ configuration, seen: observe(configuration) }));
  }, 600_000);

  /** Says of every machine what is wrong with it; a failure prints the first configurations. */
  function expectAll(problemsOf: (seen: Observation) => readonly string[]): void {
    const wrong = runs.flatMap(({ configuration, seen }) =>
      problemsOf(seen).map((problem) => `${problem} in ${JSON.stringify(configuration)}`),
    );
    expect(wrong.slice(0, 3)).toEqual([]);
  }

  it('follows Little’s law: requests in the system are arrivals per second times their time in it', () => {
    const drained = runs.filter(({ seen }) => seen.isDrained);
    expect(drained.length).toBeGreaterThan(0.7 * RUNS);
    expectAll((seen) => seen.littlesLaw());
  });

  it('never counts backwards', () => expectAll((seen) => seen.backwards));

  it('keeps histograms in order: buckets rise, sums lie within them', () => expectAll((seen) => seen.histograms()));

  it('spends the energy that its power takes', () => expectAll((seen) => seen.energy()));

  it('makes as many tokens as its requests have, step by step', () => expectAll((seen) => seen.tokens()));

  it('holds no more KV blocks than there are, and none once nothing runs', () => expectAll((seen) => seen.blocks()));

  it('shows no quantity outside its physical range', () => expectAll((seen) => seen.outOfRange));

  it('is tried with full pools too: some machines preempt', () => {
    expect(runs.filter(({ seen }) => seen.preemptions > 0).length).toBeGreaterThan(0.02 * RUNS);
  });

  it('serves requests in most configurations', () => {
    expect(runs.filter(({ seen }) => seen.finished > 0).length).toBeGreaterThan(0.8 * RUNS);
  });
});

describe('time', () => {
  it.each([1, 2, 3])('is the same in one piece as in many, and with the same seed (%i)', (seed) => {
    const options: MachineOptions = { seed, gpus: 2, engines: 2, product: 'l4', warmSeconds: 5 };
    const [whole, pieces, crumbs] = [new Machine(options), new Machine(options), new Machine(options)];
    whole.advance(10);
    for (let i = 0; i < 10; i += 1) pieces.advance(1);
    for (let i = 0; i < 250; i += 1) crumbs.advance(0.04);
    expect(pieces.view()).toEqual(whole.view());
    expect(crumbs.view()).toEqual(whole.view());
  });

  it('goes another way with another seed', () => {
    const [one, two] = [1, 2].map((seed) => new Machine({ seed, warmSeconds: 5 }).view());
    expect(one?.engines[0]?.counters).not.toEqual(two?.engines[0]?.counters);
  });
});
