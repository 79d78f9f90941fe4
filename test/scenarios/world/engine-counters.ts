import { around, draw, meanOf } from './distribution.js';
import type { EngineLoad } from './engine-flow.js';
import type { EngineMoment } from './engine-moment.js';
import { HistogramCounter } from './histogram-counter.js';
import type { Random } from './random.js';

/** Requests drawn per step; the others of the step are like them. */
const MAX_REQUESTS = 20;

/** Bucket bounds as the engines define them [LLMD-SIM, SGL]. */
const BOUNDS = {
  vllm: {
    ttft: [
      0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
    ],
    interToken: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80],
    queue: [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680],
    latency: [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680],
    tokens: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
  },
  sglang: {
    ttft: [0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 20, 40, 60, 80, 100, 200, 400],
    interToken: [0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2],
    queue: [0, 0.1, 0.2, 0.5, 1, 2, 3, 4, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 100],
    latency: [0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 20, 40, 60, 80, 100, 200, 400],
    tokens: [100, 300, 500, 700, 1000, 1500, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000],
  },
} as const;
const ITERATION = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384];

const NAMES = [
  'preemptions',
  'promptTokens',
  'generationTokens',
  'finished',
  'errored',
  'aborted',
  'prefixQueries',
  'prefixHits',
  'externalQueries',
  'externalHits',
  'http2xx',
  'http5xx',
  'rejections',
  'draftTokens',
  'acceptedTokens',
  'requests',
] as const;
export type EngineCounterName = (typeof NAMES)[number];

/** Everything that an engine counts since its process started. */
export class EngineCounters {
  readonly values: Record<EngineCounterName, number>;
  readonly histograms: Readonly<
    Record<
      'ttft' | 'interToken' | 'queue' | 'prefill' | 'decode' | 'endToEnd' | 'iteration' | 'prompt' | 'generation',
      HistogramCounter
    >
  >;
  /** CPU time of its processes, in ticks of 10 ms. */
  readonly cpuTicks = { server: 0, engine: 0 };
  /** Parts of a count that a step left over. */
  #rest: Partial<Record<EngineCounterName, number>> = {};

  constructor(kind: 'vllm' | 'sglang') {
    const bounds = BOUNDS[kind];
    this.values = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<EngineCounterName, number>;
    this.histograms = {
      ttft: new HistogramCounter(bounds.ttft),
      interToken: new HistogramCounter(bounds.interToken),
      queue: new HistogramCounter(bounds.queue),
      prefill: new HistogramCounter(bounds.latency),
      decode: new HistogramCounter(bounds.latency),
      endToEnd: new HistogramCounter(bounds.latency),
      iteration: new HistogramCounter(ITERATION),
      prompt: new HistogramCounter(bounds.tokens),
      generation: new HistogramCounter(bounds.tokens),
    };
  }

  add(moment: EngineMoment, { seconds, load, random }: { seconds: number; load: EngineLoad; random: Random }): void {
    const finished = this.count(
      'finished',
      moment.completionsPerSecond * (1 - moment.errorShare - moment.abortShare) * seconds,
    );
    const failed = this.count('errored', moment.completionsPerSecond * moment.errorShare * seconds);
    const aborted = this.count('aborted', moment.completionsPerSecond * moment.abortShare * seconds);
    this.count('requests', moment.completionsPerSecond * seconds);
    this.count('http2xx', moment.completionsPerSecond * (1 - moment.http5xxShare) * seconds);
    this.count(
      'http5xx',
      (moment.completionsPerSecond * moment.http5xxShare + moment.http5xxPerSecond + moment.rejectionsPerSecond) *
        seconds,
    );
    this.count('rejections', moment.rejectionsPerSecond * seconds);
    this.count('preemptions', moment.preemptionsPerSecond * seconds);
    this.count('promptTokens', moment.promptTokensPerSecond * seconds);
    const generated = this.count('generationTokens', moment.generationTokensPerSecond * seconds);
    this.addCaches(moment, seconds);
    this.count('draftTokens', moment.draftTokensPerSecond * seconds);
    this.count('acceptedTokens', moment.draftTokensPerSecond * moment.draftAcceptance * seconds);
    const { interToken, iteration } = this.histograms;
    interToken.observe(moment.interTokenLatency, generated, random);
    iteration.observe(moment.iterationTokens, random.whole(moment.stepsPerSecond * seconds), random);
    this.addRequests(moment, { times: finished + failed + aborted, load, random });
    this.cpuTicks.server += moment.apiServerCores * seconds * 100;
    this.cpuTicks.engine += moment.engineCores * seconds * 100;
  }

  /** As if the same had happened so many times. */
  scale(factor: number): void {
    for (const name of NAMES) this.values[name] *= factor;
    for (const histogram of Object.values(this.histograms)) histogram.scale(factor);
    for (const part of ['server', 'engine'] as const) this.cpuTicks[part] *= factor;
  }

  reset(): void {
    for (const name of NAMES) this.values[name] = 0;
    for (const histogram of Object.values(this.histograms)) histogram.reset();
    Object.assign(this.cpuTicks, { server: 0, engine: 0 });
    this.#rest = {};
  }

  private addCaches(moment: EngineMoment, seconds: number): void {
    const looked = moment.prefixQueriesPerSecond * seconds;
    this.count('prefixQueries', looked);
    this.count('prefixHits', looked * moment.prefixHitRatio);
    if (moment.externalHitRatio === null) return;
    // The connector is asked for what the prefix cache lacks.
    const rest = looked * (1 - moment.prefixHitRatio);
    this.count('externalQueries', rest);
    this.count('externalHits', rest * moment.externalHitRatio);
  }

  /** Times of one request belong together: its first token is after frontend, queue and prefill. */
  private addRequests(
    moment: EngineMoment,
    { times, load, random }: { times: number; load: EngineLoad; random: Random },
  ): void {
    const { histograms } = this;
    const meanGap = meanOf(moment.interTokenLatency);
    const draws = Math.min(MAX_REQUESTS, times);
    for (let i = 0; i < draws; i += 1) {
      const weight = Math.floor(times / draws) + (i < times % draws ? 1 : 0);
      const queue = draw(moment.queueTime, random);
      const prefill = draw(moment.prefillTime, random);
      const output = Math.max(1, Math.round(random.near(load.outputTokens, 0.25)));
      const decode = (output - 1) * meanGap;
      const first = draw(moment.frontendTime, random) + queue + prefill;
      histograms.queue.add(queue, weight);
      histograms.prefill.add(prefill, weight);
      histograms.decode.add(decode, weight);
      histograms.ttft.add(first, weight);
      histograms.endToEnd.add(first + decode, weight);
      histograms.prompt.add(Math.max(1, Math.round(draw(around(load.promptTokens * 0.93, 1.8), random))), weight);
      histograms.generation.add(output, weight);
    }
  }

  /** Whole events only; what is left over comes with the next step. */
  private count(name: EngineCounterName, amount: number): number {
    const due = (this.#rest[name] ?? 0) + amount;
    const whole = Math.floor(due + 1e-9);
    this.#rest[name] = due - whole;
    this.values[name] += whole;
    return whole;
  }
}
