import type { CacheOptions, EngineOptions, MachineOptions } from './machine-options.js';

export interface PlannedEngine {
  readonly options: EngineOptions;
  readonly gpus: readonly number[];
  readonly cache: CacheOptions | null;
}

/** Which engine has which GPUs: as asked for, or evenly, in powers of two as attention heads divide. */
export function planEngines({ gpus = 1, engines = 1, cache = {} }: MachineOptions): PlannedEngine[] {
  const wanted = typeof engines === 'number' ? Array.from({ length: engines }, (): EngineOptions => ({})) : engines;
  if (wanted.length > gpus) throw new RangeError(`${wanted.length} engines need as many GPUs, and there are ${gpus}`);
  const width = wanted.length === 0 ? 0 : 2 ** Math.floor(Math.log2(gpus / wanted.length));
  return wanted.map((options, i) => {
    const own = options.gpus ?? Array.from({ length: width }, (_, position) => i * width + position);
    const missing = own.find((index) => index < 0 || index >= gpus);
    if (missing !== undefined || own.length === 0) throw new RangeError(`engine ${i} cannot use GPU ${missing}`);
    return { options, gpus: own, cache: options.cache === undefined ? cache : options.cache };
  });
}
