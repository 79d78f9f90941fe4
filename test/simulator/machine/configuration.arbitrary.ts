import fc from 'fast-check';
import {
  type CacheOptions,
  GPU_PRODUCT_IDS,
  type MachineOptions,
  type Neighbour,
  type Traffic,
} from '../../../apps/simulator/src/machine/index.js';

export type Fault =
  | { readonly kind: 'broken-fan' }
  | { readonly kind: 'power-cap'; readonly watts: number }
  | { readonly kind: 'power-brake' }
  | { readonly kind: 'neighbour'; readonly neighbour: Neighbour }
  | { readonly kind: 'slow-remote'; readonly factor: number };

/** A machine to try, with what is wrong with it. */
export interface Configuration {
  readonly options: MachineOptions;
  readonly faults: readonly Fault[];
}

const sizes = (low: number, high: number): fc.Arbitrary<{ median: number; p95: number }> =>
  fc
    .record({ median: fc.integer({ min: low, max: high }), spread: fc.double({ min: 1, max: 4, noNaN: true }) })
    .map(({ median, spread }) => ({ median, p95: Math.round(median * spread) }));

/** Loads from next to nothing to more than small cards can take; short answers, so that many end in a short run. */
function someTraffic(): fc.Arbitrary<Partial<Traffic>> {
  return fc.record({
    requestsPerSecond: fc.double({ min: 0.5, max: 25, noNaN: true }),
    promptTokens: sizes(4, 900),
    outputTokens: sizes(1, 60),
    contexts: fc.record({
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      count: fc.integer({ min: 0, max: 300 }),
      tokens: fc.integer({ min: 1, max: 1500 }),
      skew: fc.double({ min: 0, max: 1.5, noNaN: true }),
    }),
    bursts: fc.option(fc.constant({ factor: 3, everySeconds: 3, lastsSeconds: 1 }), { freq: 3 }),
    dailyWave: fc.double({ min: 0, max: 0.8, noNaN: true }),
    // Nobody goes away: who breaks off spends time in the system that no histogram tells.
    abortShare: fc.constant(0),
    patienceSeconds: fc.constant(1e9),
  });
}

function someFault(): fc.Arbitrary<Fault> {
  return fc.oneof(
    fc.constant({ kind: 'broken-fan' } as const),
    fc.record({ kind: fc.constant('power-cap' as const), watts: fc.integer({ min: 40, max: 700 }) }),
    fc.constant({ kind: 'power-brake' } as const),
    fc.record({
      kind: fc.constant('neighbour' as const),
      neighbour: fc.record({
        cpuCores: fc.double({ min: 0, max: 150, noNaN: true }),
        memoryBytes: fc.double({ min: 0, max: 1e12, noNaN: true }),
        diskBytesPerSecond: fc.double({ min: 0, max: 6e9, noNaN: true }),
      }),
    }),
    fc.record({ kind: fc.constant('slow-remote' as const), factor: fc.double({ min: 1, max: 20, noNaN: true }) }),
  );
}

/** Any product, up to eight GPUs, one or two engines, with or without caches, well or not. */
export function aMachineConfiguration(): fc.Arbitrary<Configuration> {
  return fc
    .record({
      seed: fc.integer({ min: 0, max: 2 ** 31 }),
      product: fc.constantFrom(...GPU_PRODUCT_IDS),
      gpus: fc.integer({ min: 1, max: 8 }),
      twoEngines: fc.boolean(),
      maxNumSeqs: fc.integer({ min: 1, max: 300 }),
      maxNumBatchedTokens: fc.constantFrom(512, 2048, 8192),
      gpuMemoryUtilization: fc.double({ min: 0.4, max: 0.95, noNaN: true }),
      traffic: someTraffic(),
      cache: fc.option(fc.record({ capacityGib: fc.integer({ min: 1, max: 80 }), remoteGib: fc.constant(100) })),
      quota: fc.option(fc.double({ min: 1, max: 16, noNaN: true }), { freq: 2 }),
      faults: fc.array(someFault(), { maxLength: 2 }),
    })
    .map(({ seed, product, gpus, twoEngines, traffic, cache, quota, faults, ...limits }) => ({
      options: {
        seed,
        product,
        gpus,
        engines: Array.from({ length: twoEngines && gpus > 1 ? 2 : 1 }, () => ({ ...limits, traffic })),
        cache: cache as CacheOptions | null,
        host: { cpuQuotaCores: quota },
      },
      faults,
    }));
}
