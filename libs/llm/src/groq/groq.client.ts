import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Settings } from '@app/config';
import { Clock, type Usage } from '@app/core';
import type { ExchangeAttempt, SentRequest } from '../exchange/exchange.js';
import { exchangeAttempt, sentRequest } from '../exchange/exchange-record.js';
import type { InsightDraft } from '../insight.schema.js';
import type { PromptMessage } from '../prompts/insights.prompt.js';
import type { TokenCounts } from './completion.js';
import type { Deadline } from './deadline.js';
import { overFailure, statusFailure, thrownFailure } from './groq-failure.js';
import type { GroqFailure } from './groq-result.js';
import { readAnswer, type UnusableAnswer } from './read-answer.js';
import { pauseBeforeRetry } from './retry-policy.js';
import { sendChat } from './send-chat.js';
import { usageOfAttempts } from './usage.js';
import { Wire } from './wire.js';

type AttemptOutcome = { readonly kind: 'answer'; readonly draft: InsightDraft } | UnusableAnswer;

/** What came of one question, with all its attempts. */
export type CallResult = AttemptOutcome & {
  readonly usage: Usage;
  /** Null when nothing could be sent. */
  readonly request: SentRequest | null;
  readonly attempts: readonly ExchangeAttempt[];
};

interface Attempt {
  readonly outcome: AttemptOutcome;
  readonly wire: Wire;
  readonly record: ExchangeAttempt;
}

/** Asks one model on Groq; never throws for what the service does, and never logs what is sent. */
@Injectable()
export class GroqClient {
  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** One request, tried again while its failure may pass and the deadline leaves time for it. */
  async call(messages: readonly PromptMessage[], deadline: Deadline): Promise<CallResult> {
    const startedAt = performance.now();
    const attempts: Attempt[] = [];
    let ended: AttemptOutcome | null = null;
    while (ended === null) {
      const attempt = await this.attempt(messages, deadline);
      attempts.push(attempt);
      ended = await this.afterPause(attempt, attempts.length, deadline);
    }
    return this.resultOf(ended, attempts, Math.round(performance.now() - startedAt));
  }

  /** Waits as long as the failure asks for; the outcome when the question is not asked again. */
  private async afterPause(
    { outcome, wire }: Attempt,
    attempt: number,
    deadline: Deadline,
  ): Promise<AttemptOutcome | null> {
    if (outcome.kind === 'answer') return outcome;
    const { maxRetries } = this.settings.llm;
    const { retryAfterMs } = wire;
    const remainingMs = deadline.remainingMs();
    const pause = pauseBeforeRetry({ kind: outcome.kind, retryAfterMs, attempt, maxRetries, remainingMs });
    if (pause === null) return outcome;
    try {
      await sleep(pause, undefined, { signal: deadline.signal });
      return null;
    } catch (error) {
      if (deadline.isOver) return overFailure(deadline);
      throw error;
    }
  }

  private async attempt(messages: readonly PromptMessage[], deadline: Deadline): Promise<Attempt> {
    const wire = new Wire();
    const startedAt = this.clock.isoNow();
    const start = performance.now();
    const outcome = await this.outcomeOf(messages, wire, deadline);
    const durationMs = Math.round(performance.now() - start);
    const failure = outcome.kind === 'answer' ? null : outcome.kind;
    const record = exchangeAttempt(wire, { startedAt, durationMs, failure }, this.settings.llm.apiKey);
    return { outcome, wire, record };
  }

  private async outcomeOf(messages: readonly PromptMessage[], wire: Wire, deadline: Deadline): Promise<AttemptOutcome> {
    const { llm } = this.settings;
    try {
      await deadline.race(sendChat(llm, messages, wire, deadline.signal));
    } catch (error) {
      // With a whole answer on the wire it says what happened better than what was made of it.
      if (!wire.isComplete) return thrownFailure(error, wire, deadline);
    }
    if (deadline.isOver) return overFailure(deadline);
    return outcomeOnWire(wire, llm.model);
  }

  private resultOf(outcome: AttemptOutcome, attempts: readonly Attempt[], latencyMs: number): CallResult {
    const { apiKey, model } = this.settings.llm;
    const sent = attempts.map(({ wire }) => wire.sent).filter((text) => text !== null);
    const counts: (TokenCounts | null)[] = attempts
      .filter(({ wire }) => wire.sent !== null)
      .map(({ wire }) => wire.completion?.usage ?? null);
    return {
      ...outcome,
      usage: usageOfAttempts(model, counts, latencyMs),
      request: sent[0] === undefined ? null : sentRequest(sent[0], apiKey),
      attempts: attempts.filter(({ wire }) => wire.sent !== null).map(({ record }) => record),
    };
  }
}

function outcomeOnWire({ status, completion }: Wire, model: string): AttemptOutcome {
  if (status !== null && (status < 200 || status >= 300)) {
    return statusFailure(status, completion?.errorCode ?? null, model);
  }
  if (completion === null) {
    const failure: GroqFailure = {
      kind: 'unparsable',
      reason: 'The answer of the model service was not JSON, or broke off; check GROQ_BASE_URL.',
    };
    return failure;
  }
  const read = readAnswer(completion);
  return 'kind' in read ? read : { kind: 'answer', draft: read };
}
