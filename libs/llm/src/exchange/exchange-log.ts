import { Injectable, Logger } from '@nestjs/common';
import { AppError, messageOf, type Usage } from '@app/core';
import { LlmActivity } from '../llm-activity.js';
import type { Exchange, ExchangeAttempt, ExchangeCall } from './exchange.js';
import { ExchangeStore } from './exchange-store.js';

/** Of all bodies of a run together; an answer that is used has a few kilobytes. */
const MOST_BODY_CHARACTERS = 1024 * 1024;

/** Writes down what was sent and received for a run, and counts how it ended. */
@Injectable()
export class ExchangeLog {
  private readonly logger: Logger = new Logger(ExchangeLog.name);

  constructor(
    private readonly store: ExchangeStore,
    private readonly activity: LlmActivity,
  ) {}

  /** Never throws: a record that can't be kept takes no answer away. Nothing is kept when nothing was sent or used. */
  async record(runId: string, exchange: Exchange, usage: Usage): Promise<void> {
    this.activity.ended(exchange.outcome, usage);
    // A run that was taken up again finds its own answer: the record of how it came by it stays.
    if (exchange.cachedFrom?.runId === runId) return;
    if (exchange.calls.every(({ request }) => request === null) && exchange.cachedFrom === null) return;
    try {
      await this.store.put(runId, JSON.stringify({ ...exchange, calls: bounded(exchange.calls) }));
    } catch (error) {
      this.logger.warn({ message: 'exchange not kept', runId, error: messageOf(error) });
    }
  }

  /**
   * The exchange of a run, or null when it asked no model. One that used an earlier answer has the calls of the run
   * that asked, as long as that one is kept.
   *
   * @throws AppError `store_failed`
   */
  async read(runId: string): Promise<Exchange | null> {
    const exchange = await this.stored(runId);
    if (exchange === null || exchange.cachedFrom === null) return exchange;
    const origin = await this.stored(exchange.cachedFrom.runId);
    return { ...exchange, calls: origin?.calls ?? [] };
  }

  private async stored(runId: string): Promise<Exchange | null> {
    const text = await this.store.get(runId);
    if (text === null) return null;
    try {
      return JSON.parse(text) as Exchange;
    } catch (error) {
      throw new AppError('store_failed', `The stored exchange of run ${runId} can't be read.`, { cause: error });
    }
  }
}

/** From the last answer backwards, since it is the one that counts; what comes before it is cut where room ends. */
function bounded(calls: readonly ExchangeCall[]): ExchangeCall[] {
  let room = MOST_BODY_CHARACTERS;
  const cut = (attempt: ExchangeAttempt): ExchangeAttempt => {
    const { body } = attempt;
    if (body === null || body.length <= room) {
      room -= body?.length ?? 0;
      return attempt;
    }
    const kept = { ...attempt, body: body.slice(0, room), isCut: true };
    room = 0;
    return kept;
  };
  return [...calls]
    .reverse()
    .map((call) => ({ ...call, attempts: [...call.attempts].reverse().map(cut).reverse() }))
    .reverse();
}
