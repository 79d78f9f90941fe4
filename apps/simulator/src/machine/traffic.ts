import type { Random } from './random.js';

export interface TokenSizes {
  readonly median: number;
  readonly p95: number;
}

/** Requests as clients send them. */
export interface Traffic {
  readonly requestsPerSecond: number;
  /** Tokens that only this request has, and tokens that it will be answered with. */
  readonly promptTokens: TokenSizes;
  readonly outputTokens: TokenSizes;
  /** Prompts that begin with something others begin with too: system prompts, documents, earlier turns. */
  readonly contexts: {
    /** Share of the requests that have one. */
    readonly share: number;
    readonly count: number;
    readonly tokens: number;
    /** Zipf exponent of their popularity: 0 is even, around 1 is what catalogues of documents show. */
    readonly skew: number;
  };
  /** For `lastsSeconds` in every `everySeconds` the rate is `factor` times as high. */
  readonly bursts: { readonly factor: number; readonly everySeconds: number; readonly lastsSeconds: number } | null;
  /** The rate goes up and down by this share of itself over a day, highest at 14:00 UTC. */
  readonly dailyWave: number;
  /** Clients whose request still waits after this long go away. */
  readonly patienceSeconds: number;
  /** Share of requests that clients break off while they run. */
  readonly abortShare: number;
}

/** Sizes as in public traces of chat services (Azure LLM inference trace 2023: prompts near 1 000 tokens, answers of hundreds). */
export const USUAL_TRAFFIC: Traffic = {
  requestsPerSecond: 4,
  promptTokens: { median: 180, p95: 700 },
  outputTokens: { median: 230, p95: 760 },
  contexts: { share: 0.65, count: 400, tokens: 1024, skew: 0.9 },
  bursts: null,
  dailyWave: 0,
  patienceSeconds: 120,
  abortShare: 0.004,
};

export interface DrawnRequest {
  readonly context: number;
  readonly contextTokens: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly isAborted: boolean;
  /** Ends at its `max_tokens` and not by itself. */
  readonly isCutByLength: boolean;
}

/** Share of answers that end at their limit (estimate). */
const CUT_SHARE = 0.12;
const DAY_SECONDS = 86_400;
const PEAK_SECONDS = 14 * 3600;

/** Mean of a log-normal size [Random.size]. */
export function meanTokens({ median, p95 }: TokenSizes): number {
  const sigma = Math.log(Math.max(1, p95 / median)) / 1.645;
  return median * Math.exp((sigma * sigma) / 2);
}

/** Prompt tokens of a request on average, context included. */
export function meanPromptTokens(traffic: Traffic): number {
  return meanTokens(traffic.promptTokens) + traffic.contexts.share * traffic.contexts.tokens;
}

/** Poisson arrivals at a rate that may change with time, by thinning (Lewis and Shedler, 1979). */
export class ArrivalProcess {
  #traffic: Traffic;
  #nextAt: number;
  #popularity: readonly number[] = [];

  constructor(
    traffic: Traffic,
    private readonly random: Random,
    /** Seconds of the day at the machine's second 0. */
    private readonly daySeconds: number,
    now: number,
  ) {
    this.#traffic = traffic;
    this.#nextAt = now;
    this.change(traffic, now);
  }

  get traffic(): Traffic {
    return this.#traffic;
  }

  change(traffic: Traffic, now: number): void {
    this.#traffic = traffic;
    this.#popularity = cumulativeZipf(traffic.contexts.count, traffic.contexts.skew);
    this.#nextAt = now + this.gap();
  }

  /** Time of the next arrival up to `until`; null when none is left. The caller then draws the request. */
  take(until: number): number | null {
    while (this.#nextAt <= until) {
      const at = this.#nextAt;
      this.#nextAt = at + this.gap();
      if (this.random.next() * this.peakRate <= this.rateAt(at)) return at;
    }
    return null;
  }

  /** Requests per second at a time. */
  rateAt(second: number): number {
    const { requestsPerSecond, bursts, dailyWave } = this.#traffic;
    const phase = (2 * Math.PI * (this.daySeconds + second - PEAK_SECONDS)) / DAY_SECONDS;
    const isBurst = bursts !== null && second % bursts.everySeconds < bursts.lastsSeconds;
    return Math.max(0, requestsPerSecond * (1 + dailyWave * Math.cos(phase)) * (isBurst ? bursts.factor : 1));
  }

  draw(maxModelLen: number): DrawnRequest {
    const { contexts, promptTokens, outputTokens, abortShare } = this.#traffic;
    const hasContext = contexts.count > 0 && this.random.next() < contexts.share;
    const contextTokens = hasContext ? Math.min(contexts.tokens, Math.floor(maxModelLen / 2)) : 0;
    const output = clamp(Math.round(this.random.size(outputTokens)), 1, Math.floor(maxModelLen / 4));
    const own = clamp(Math.round(this.random.size(promptTokens)), 1, maxModelLen - contextTokens - output - 1);
    return {
      context: hasContext ? this.popular() : -1,
      contextTokens,
      promptTokens: contextTokens + own,
      outputTokens: output,
      isAborted: this.random.next() < abortShare,
      isCutByLength: this.random.next() < CUT_SHARE,
    };
  }

  private get peakRate(): number {
    const { requestsPerSecond, bursts, dailyWave } = this.#traffic;
    return requestsPerSecond * (1 + Math.abs(dailyWave)) * Math.max(1, bursts?.factor ?? 1);
  }

  private gap(): number {
    return this.peakRate > 0 ? this.random.gap(this.peakRate) : Infinity;
  }

  private popular(): number {
    const point = this.random.next();
    let [low, high] = [0, this.#popularity.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#popularity[middle] ?? 1) < point) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Zipf's law: the n-th most popular of `count` is asked for with weight 1/n^skew. */
function cumulativeZipf(count: number, skew: number): number[] {
  const weights = Array.from({ length: count }, (_, i) => (i + 1) ** -skew);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  return weights.map((weight) => (sum += weight / total));
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
