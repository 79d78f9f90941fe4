import { Injectable } from '@nestjs/common';
import { Clock } from '@app/core';
import type { GroqFailureKind } from './failure-kinds.js';

/** Calls in a row that did not get through before no more are made for a while. */
export const FAILURES_TO_OPEN = 5;
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

interface Pauses {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** A service that is down often comes back within minutes; a rejected key needs a person, and a restart tries it at once. */
const PAUSES: Readonly<Record<'transport' | 'auth', Pauses>> = {
  transport: { firstMs: 30 * SECOND_MS, longestMs: 15 * MINUTE_MS },
  auth: { firstMs: MINUTE_MS, longestMs: 60 * MINUTE_MS },
};

type Verdict = keyof typeof PAUSES | 'works' | 'nothing';

/** What the end of a call says about the way to the service. */
const VERDICTS: Readonly<Record<GroqFailureKind | 'answer', Verdict>> = {
  auth: 'auth',
  network: 'transport',
  server: 'transport',
  timeout: 'transport',
  // Whatever the answer is worth: it came, and the key was taken.
  answer: 'works',
  'too-large': 'works',
  truncated: 'works',
  empty: 'works',
  refused: 'works',
  unparsable: 'works',
  'rate-limited': 'works',
  rejected: 'works',
  cancelled: 'nothing',
  'circuit-open': 'nothing',
  'over-budget': 'nothing',
};

export const CIRCUIT_STATES = ['closed', 'open', 'half-open'] as const;
export type CircuitState = (typeof CIRCUIT_STATES)[number];

export interface CircuitView {
  /** `half-open`: the next call is a trial, or one is under way. */
  readonly state: CircuitState;
  /** When an open circuit takes its next trial; null in other states. */
  readonly retryAt: string | null;
  /** What opened it; null while it is closed. */
  readonly reason: string | null;
}

/** Given for one call. */
export interface CircuitPass {
  /** How the call ended; must be said, since a trial that never ends would let nobody else through. */
  ended(kind: GroqFailureKind | 'answer', reason: string | null): void;
}

/**
 * Spares a service that can't be reached, and runs the wait for it. It opens after `FAILURES_TO_OPEN` calls in a row
 * that failed on the way (network, 5xx, deadline), and at once when the key is rejected. After a pause one call is let
 * through: its success closes the circuit, its failure doubles the pause. What a model answers never opens it.
 */
@Injectable()
export class Circuit {
  private failures: number = 0;
  private pauseMs: number = 0;
  private openUntilMs: number | null = null;
  private reason: string | null = null;
  private isTrying: boolean = false;

  constructor(private readonly clock: Clock) {}

  /** A pass for one call, or a sentence that says why it is not made. */
  enter(): CircuitPass | string {
    const { state, retryAt, reason } = this.view();
    if (state === 'open') return `${reason ?? ''} The model is asked again after ${retryAt ?? 'a while'}.`.trim();
    if (state === 'half-open' && this.isTrying) return `${reason ?? ''} Another run is trying the model now.`.trim();
    const isTrial = state === 'half-open';
    this.isTrying ||= isTrial;
    return {
      ended: (kind, why) => {
        // Of a question that is asked again, the first answer may have closed the circuit.
        const isStillTrial = isTrial && this.openUntilMs !== null;
        if (isTrial) this.isTrying = false;
        this.note(VERDICTS[kind], why, isStillTrial);
      },
    };
  }

  view(): CircuitView {
    if (this.openUntilMs === null) return { state: 'closed', retryAt: null, reason: null };
    if (this.clock.now() >= this.openUntilMs) return { state: 'half-open', retryAt: null, reason: this.reason };
    return { state: 'open', retryAt: new Date(this.openUntilMs).toISOString(), reason: this.reason };
  }

  private note(verdict: Verdict, reason: string | null, wasTrial: boolean): void {
    if (verdict === 'nothing') return;
    if (verdict === 'works') return this.close();
    this.failures += 1;
    const opens = verdict === 'auth' || wasTrial || this.failures >= FAILURES_TO_OPEN;
    if (opens) this.open(PAUSES[verdict], reason, wasTrial);
  }

  private open({ firstMs, longestMs }: Pauses, reason: string | null, wasTrial: boolean): void {
    this.pauseMs = wasTrial ? Math.min(longestMs, Math.max(firstMs, this.pauseMs * 2)) : firstMs;
    this.openUntilMs = this.clock.now() + this.pauseMs;
    this.reason = reason;
  }

  private close(): void {
    this.failures = 0;
    this.pauseMs = 0;
    this.openUntilMs = null;
    this.reason = null;
  }
}
