import type {
  EngineView,
  GpuView,
  HistogramView,
  HostView,
  Machine,
  MachineView,
} from '../../../apps/simulator/src/machine/index.js';

/** Seconds between two looks: a tick of the machine. */
const LOOK_SECONDS = 0.1;
/** A whole view is made and compared with the last one so often. */
const LOOKS_PER_VIEW = 10;

/** What is seen of a machine over some time, for tests of what must hold of all machines. */
export class Observation {
  readonly backwards: string[] = [];
  readonly outOfRange: string[] = [];
  readonly #before: MachineView;
  #last: MachineView;
  readonly #requestSeconds: number[];
  readonly #joules: number[];
  #looks = 0;

  constructor(private readonly machine: Machine) {
    this.#before = machine.view();
    this.#last = this.#before;
    this.#requestSeconds = this.#before.engines.map(() => 0);
    this.#joules = this.#before.gpus.map(() => 0);
  }

  get isDrained(): boolean {
    return this.machine.engines.every(({ running, waiting }) => running + waiting === 0);
  }

  get finished(): number {
    return this.#last.engines.reduce((sum, { counters }) => sum + counters.succeeded, 0);
  }

  get preemptions(): number {
    return this.#last.engines.reduce((sum, { counters }) => sum + counters.preemptions, 0);
  }

  pass(seconds: number): void {
    for (let looks = Math.round(seconds / LOOK_SECONDS); looks > 0; looks -= 1) this.look();
  }

  /** Until nothing runs any more, or for so long; a second more for what is still on its way in. */
  drain(seconds: number): void {
    this.pass(1);
    for (let looks = Math.round(seconds / LOOK_SECONDS); looks > 0 && !this.isDrained; looks -= 1) this.look();
    this.compare();
  }

  /** Of drained engines: the integral of running and waiting requests is the sum of their times (Little, 1961). */
  littlesLaw(): string[] {
    if (!this.isDrained) return [];
    return this.#last.engines.flatMap(({ histograms }, i) => {
      const { queueTime, inferenceTime } = histograms;
      const times = queueTime.sum + inferenceTime.sum;
      const seen = this.#requestSeconds[i] ?? 0;
      // A look rounds the stay of each request to whole looks, up or down.
      const tolerance = 0.03 * times + LOOK_SECONDS * (1 + 1.5 * Math.sqrt(queueTime.count));
      return Math.abs(seen - times) <= tolerance ? [] : [`L is ${seen} and λW is ${times} request seconds`];
    });
  }

  energy(): string[] {
    return this.#last.gpus.flatMap(({ power }, i) => {
      const spent = power.energyJoules - (this.#before.gpus[i]?.power.energyJoules ?? 0);
      const expected = this.#joules[i] ?? 0;
      return Math.abs(spent - expected) <= 1e-6 * expected + 1e-6 ? [] : [`${spent} J spent, ${expected} J drawn`];
    });
  }

  histograms(): string[] {
    const { engines, caches } = this.#last;
    return [
      ...engines.flatMap(({ histograms }) => Object.entries(histograms).flatMap(([name, one]) => disorder(name, one))),
      ...caches.flatMap((cache) => [
        ...disorder('retrieveSpeed', cache.retrieveSpeed),
        ...disorder('retrieveSeconds', cache.retrieveSeconds),
      ]),
      ...engines.flatMap(ofRequests),
    ];
  }

  tokens(): string[] {
    return this.#last.engines.flatMap(({ counters, histograms, running, waiting }) => {
      const { iterationTokens, requestGenerationTokens, requestPromptTokens, ttft, interTokenLatency } = histograms;
      const problems: string[] = [];
      const same = (what: string, one: number, other: number): void => {
        if (Math.abs(one - other) > 1e-6 * Math.max(1, one)) problems.push(`${what}: ${one} and ${other}`);
      };
      same('tokens of steps', iterationTokens.sum, counters.promptTokens + counters.generationTokens);
      same('first and later tokens', ttft.count + interTokenLatency.count, counters.generationTokens);
      if (running + waiting > 0) return problems;
      same('answers', requestGenerationTokens.sum, counters.generationTokens);
      same('prompts', requestPromptTokens.sum, counters.promptTokens);
      // Every later token came after a gap, so the gaps of all answers are the time in which they were made.
      same('time of answers', interTokenLatency.sum, histograms.decodeTime.sum);
      return problems;
    });
  }

  blocks(): string[] {
    return this.#last.engines.flatMap(({ kvUsageRatio, running, waiting }) =>
      running + waiting === 0 && kvUsageRatio !== 0 ? [`${kvUsageRatio} of the blocks held by nobody`] : [],
    );
  }

  private look(): void {
    this.machine.advance(LOOK_SECONDS);
    this.machine.engines.forEach(({ running, waiting }, i) => {
      this.#requestSeconds[i] = (this.#requestSeconds[i] ?? 0) + (running + waiting) * LOOK_SECONDS;
    });
    this.machine.gpus.forEach(({ instantWatts }, i) => {
      this.#joules[i] = (this.#joules[i] ?? 0) + instantWatts * LOOK_SECONDS;
    });
    this.#looks += 1;
    if (this.#looks % LOOKS_PER_VIEW === 0) this.compare();
  }

  private compare(): void {
    const view = this.machine.view();
    if (this.backwards.length === 0) this.backwards.push(...fallen(this.#last, view));
    if (this.outOfRange.length === 0) this.outOfRange.push(...beyond(view));
    this.#last = view;
  }
}

function disorder(name: string, { bounds, counts, sum, count }: HistogramView): string[] {
  const all = [...counts, count];
  if (all.some((one, i) => one < (all[i - 1] ?? 0) || !Number.isInteger(one))) return [`${name} has ${all.join()}`];
  let [low, high] = [0, 0];
  all.forEach((one, i) => {
    const inBucket = one - (all[i - 1] ?? 0);
    low += inBucket * (bounds[i - 1] ?? 0);
    high += inBucket === 0 ? 0 : inBucket * (bounds[i] ?? Infinity);
  });
  return sum >= low * (1 - 1e-9) - 1e-9 && sum <= high * (1 + 1e-9) + 1e-9
    ? []
    : [`${name}: ${sum} not in ${low}–${high}`];
}

/** Finished requests are in each histogram of requests once. */
function ofRequests({ histograms, counters }: EngineView): string[] {
  const { queueTime, prefillTime, decodeTime, inferenceTime, endToEnd, ttft } = histograms;
  const counts = [queueTime, prefillTime, decodeTime, inferenceTime, endToEnd].map(({ count }) => count);
  const parts = prefillTime.sum + decodeTime.sum;
  return [
    ...(counts.every((count) => count === counters.succeeded) ? [] : [`${counts.join()} of ${counters.succeeded}`]),
    ...(ttft.count >= counters.succeeded ? [] : [`${ttft.count} first tokens of ${counters.succeeded}`]),
    ...(Math.abs(parts - inferenceTime.sum) < 1e-6 * (1 + parts) ? [] : [`${parts} s is not ${inferenceTime.sum} s`]),
    ...(endToEnd.sum + 1e-6 >= queueTime.sum + inferenceTime.sum ? [] : ['requests end before they come']),
  ];
}

/** Everything that only ever grows, by name. */
function totals({ gpus, engines, caches, host }: MachineView): Record<string, number> {
  const all: Record<string, number> = {};
  const add = (place: string, values: Readonly<Record<string, number>>): void => {
    for (const [name, value] of Object.entries(values)) all[`${place}.${name}`] = value;
  };
  gpus.forEach((gpu, i) => add(`gpu${i}`, { ...gpu.clockReasonMicroseconds, energy: gpu.power.energyJoules }));
  engines.forEach((engine, i) => {
    add(`engine${i}`, { ...engine.counters, cpu: engine.cpuSeconds });
    for (const [name, { count, sum }] of Object.entries(engine.histograms)) add(`engine${i}.${name}`, { count, sum });
  });
  caches.forEach((cache, i) => add(`cache${i}`, { ...cache.counters, speed: cache.retrieveSpeed.count }));
  add('host.cpu', host.cpuSeconds);
  add('host.paging', { ...host.paging });
  const { periods, throttledPeriods, throttledSeconds } = host.cgroup;
  add('host.cgroup', { periods, throttledPeriods, throttledSeconds });
  for (const { device, readBytes, writtenBytes, ioSeconds } of host.disks) {
    add(device, { readBytes, writtenBytes, ioSeconds });
  }
  for (const { rxBytes, txBytes } of host.network) add('network', { rxBytes, txBytes });
  for (const [name, { some, full }] of Object.entries(host.pressure)) {
    add(`pressure.${name}`, { some: some.totalMicroseconds, full: full.totalMicroseconds });
  }
  return all;
}

function fallen(before: MachineView, after: MachineView): string[] {
  const old = totals(before);
  return Object.entries(totals(after)).flatMap(([name, value]) =>
    value >= (old[name] ?? 0) ? [] : [`${name} fell from ${old[name]} to ${value}`],
  );
}

function beyond({ gpus, engines, caches, host }: MachineView): string[] {
  return [
    ...gpus.flatMap(beyondGpu),
    ...engines.flatMap(({ running, waiting, maxNumSeqs, kvUsageRatio }) => [
      ...outside('running', running, 0, maxNumSeqs),
      ...outside('waiting', waiting, 0, Infinity),
      ...outside('KV blocks', kvUsageRatio, 0, 1),
    ]),
    ...caches.flatMap(({ usedBytes, capacityBytes }) => outside('cache', usedBytes, 0, capacityBytes)),
    ...beyondHost(host),
  ];
}

function beyondGpu({ power, clocks, temperature, memory, ...gpu }: GpuView): string[] {
  return [
    ...outside('utilisation', gpu.utilizationRatio, 0, 1),
    ...outside('memory utilisation', gpu.memoryUtilizationRatio, 0, 1),
    ...outside('SM active', gpu.smActiveRatio, 0, 1),
    ...outside('tensor active', gpu.tensorActiveRatio, 0, 1),
    ...outside('DRAM active', gpu.dramActiveRatio, 0, 1),
    ...outside('power', power.averageWatts, 5, 1.04 * power.maxLimitWatts),
    ...outside('power', power.instantWatts, 5, 1.04 * power.enforcedLimitWatts),
    ...outside('limit', power.enforcedLimitWatts, power.minLimitWatts, power.maxLimitWatts),
    ...outside('clock', clocks.smMhz, 200, clocks.maxSmMhz),
    ...outside('temperature', temperature.gpuCelsius, 15, 96),
    ...outside('memory', memory.usedMib + memory.reservedMib, 0, memory.totalMib),
    ...outside('PCIe', gpu.pcie.rxKilobytesPerSecond + gpu.pcie.txKilobytesPerSecond, 0, 2 * 64e6),
  ];
}

function beyondHost({ memory, pressure, load, logicalCores, cgroup }: HostView): string[] {
  const averages = Object.values(pressure).flatMap(({ some, full }) => [some, full]);
  return [
    ...outside('memory', memory.availableBytes, 0, memory.totalBytes),
    ...outside('free memory', memory.freeBytes, 0, memory.availableBytes),
    ...outside('swap', memory.swapFreeBytes, 0, memory.swapTotalBytes),
    ...averages.flatMap(({ avg10, avg60, avg300 }) => [avg10, avg60, avg300].flatMap((x) => outside('PSI', x, 0, 100))),
    ...load.flatMap((one) => outside('load', one, 0, 50 * logicalCores)),
    ...outside('throttled periods', cgroup.throttledPeriods, 0, cgroup.periods),
  ];
}

function outside(name: string, value: number, low: number, high: number): string[] {
  return value >= low && value <= high ? [] : [`${name} is ${value}, not within ${low} and ${high}`];
}
