import type { DrawnRequest } from './traffic.js';

/** A request on its way through an engine. Times are seconds of the machine. */
export class EngineRequest {
  readonly context: number;
  readonly contextTokens: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly isAborted: boolean;
  readonly isCutByLength: boolean;
  scheduledAt = -1;
  firstTokenAt = -1;
  lastTokenAt = -1;
  /** Tokens of its answer so far. */
  generated = 0;
  /** Tokens of its beginning whose keys and values exist, counted up to the step at which it started to decode. */
  computed = 0;
  /** Of those, what the caches gave. */
  fromLocalCache = 0;
  fromExternalCache = 0;
  /** Blocks that only it uses, while it is being prefilled. */
  blocks = 0;
  /** Its beginning is one that others use too. */
  isSharing = false;
  /** Number of the step with which it began to decode; -1 before. */
  decodesFrom = -1;
  wasPreempted = false;

  constructor(
    drawn: DrawnRequest,
    /** At the front end, and at the scheduler's queue. */
    readonly arrivedAt: number,
    readonly queuedAt: number,
  ) {
    this.context = drawn.context;
    this.contextTokens = drawn.contextTokens;
    this.promptTokens = drawn.promptTokens;
    this.outputTokens = drawn.outputTokens;
    this.isAborted = drawn.isAborted;
    this.isCutByLength = drawn.isCutByLength;
  }

  /** Tokens whose keys and values are needed before the next one of its answer can come. */
  get neededTokens(): number {
    return this.promptTokens + this.generated;
  }
}
