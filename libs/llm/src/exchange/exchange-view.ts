import { readCompletion, type TokenCounts } from '../groq/completion.js';
import type { Exchange, ExchangeAttempt, ExchangeCall, ExchangeMessage } from './exchange.js';

export interface AttemptView extends ExchangeAttempt {
  /** The text of the answer inside the body, as the model wrote it; null where there is none. */
  readonly content: string | null;
  readonly refusal: string | null;
  readonly finishReason: string | null;
  /** What the service counted; null where it says nothing. */
  readonly usage: TokenCounts | null;
}

export interface CallView extends Omit<ExchangeCall, 'attempts'> {
  readonly attempts: readonly AttemptView[];
}

/** An exchange with the parts that most people look for on top. */
export interface ExchangeView extends Omit<Exchange, 'calls'> {
  readonly runId: string;
  readonly isCached: boolean;
  /** The messages of the last call, exactly as sent. */
  readonly messages: readonly ExchangeMessage[];
  /** The raw answer to them; null when none came. */
  readonly answer: string | null;
  readonly calls: readonly CallView[];
}

function attemptView(attempt: ExchangeAttempt): AttemptView {
  const completion = attempt.body === null ? null : readCompletion(attempt.body);
  return {
    ...attempt,
    content: completion?.text ?? null,
    refusal: completion?.refusal ?? null,
    finishReason: completion?.finishReason ?? null,
    usage: completion?.usage ?? null,
  };
}

export function exchangeView(runId: string, { calls, ...exchange }: Exchange): ExchangeView {
  const views = calls.map((call): CallView => ({ ...call, attempts: call.attempts.map(attemptView) }));
  const last = views.at(-1);
  const answered = last?.attempts.at(-1);
  return {
    runId,
    ...exchange,
    isCached: exchange.cachedFrom !== null,
    messages: last?.request?.messages ?? [],
    // What is no completion is shown as it came.
    answer: answered?.content ?? answered?.refusal ?? answered?.body ?? null,
    calls: views,
  };
}
