import { Injectable } from '@nestjs/common';
import type { Usage } from '@app/core';
import type { ExchangeCall } from '../exchange/exchange.js';
import { LlmHealth } from '../llm-health.js';
import { ANSWER_FORMAT_TOKENS, type InsightsPrompt, type PromptMessage } from '../prompts/insights.prompt.js';
import { CallSlots } from './call-slots.js';
import { Circuit, type CircuitPass } from './circuit.js';
import type { Deadline } from './deadline.js';
import { overFailure } from './groq-failure.js';
import { type CallResult, GroqClient } from './groq.client.js';
import type { GroqFailureKind } from './failure-kinds.js';
import type { GroqResult } from './groq-result.js';
import { type FailedCall, isRepairable, repairMessages } from './repair.js';
import { MAX_COMPLETION_TOKENS } from './send-chat.js';
import { TokenBudget } from './token-budget.js';
import { addUsage, usageOfAttempts } from './usage.js';

/** Asks the model when there is a free place, something of the budget is left and the service can be reached. */
@Injectable()
export class ModelCaller {
  private readonly slots: CallSlots = new CallSlots();

  constructor(
    private readonly client: GroqClient,
    private readonly circuit: Circuit,
    private readonly budget: TokenBudget,
    private readonly health: LlmHealth,
  ) {}

  /** The deadline covers the waiting, all attempts, their pauses and the repair. */
  async ask(prompt: InsightsPrompt, deadline: Deadline): Promise<GroqResult> {
    const giveBack = await this.slots.take(deadline.signal);
    if (giveBack === null) return unasked(overFailure(deadline));
    try {
      return await this.askWithinBudget(prompt, deadline);
    } finally {
      giveBack();
    }
  }

  private async askWithinBudget(prompt: InsightsPrompt, deadline: Deadline): Promise<GroqResult> {
    const reserved = await this.budget.reserve(tokensOf(prompt));
    if (typeof reserved === 'string') return unasked({ kind: 'over-budget', reason: reserved });
    let spent = 0;
    try {
      const pass = this.circuit.enter();
      if (typeof pass === 'string') return unasked({ kind: 'circuit-open', reason: pass });
      const result = await this.askAndRepair(prompt.messages, deadline, pass);
      spent = result.usage.promptTokens + result.usage.completionTokens;
      return result;
    } finally {
      await reserved.settle(spent);
    }
  }

  private async askAndRepair(
    messages: readonly PromptMessage[],
    deadline: Deadline,
    pass: CircuitPass,
  ): Promise<GroqResult> {
    const first = await this.call(messages, deadline, pass);
    const failed = failedCall(first, deadline);
    if (!isRepairable(failed)) return { ...first, calls: [exchangeCall('first', first)] };
    return merged(first, await this.call(repairMessages(messages, failed), deadline, pass));
  }

  private async call(messages: readonly PromptMessage[], deadline: Deadline, pass: CircuitPass): Promise<CallResult> {
    let result: CallResult | null = null;
    try {
      result = await this.client.call(messages, deadline);
      return result;
    } finally {
      this.note(result, pass);
    }
  }

  /** A cancelled run, and a question that was never sent, say nothing about the service. */
  private note(result: CallResult | null, pass: CircuitPass): void {
    if (result === null || result.kind === 'cancelled' || result.attempts.length === 0) {
      return pass.ended('cancelled', null);
    }
    const reason = result.kind === 'answer' ? null : result.reason;
    pass.ended(result.kind, reason);
    if (reason === null) this.health.succeeded();
    else this.health.failed(reason);
  }
}

/** What a call may use at most: the estimate of the prompt with the ceiling of the answer. */
function tokensOf({ estimatedTokens }: InsightsPrompt): number {
  return estimatedTokens + ANSWER_FORMAT_TOKENS + MAX_COMPLETION_TOKENS;
}

function failedCall(result: CallResult, deadline: Deadline): FailedCall {
  return {
    kind: result.kind,
    fault: 'fault' in result ? (result.fault ?? null) : null,
    durationMs: result.usage.latencyMs,
    remainingMs: deadline.remainingMs(),
  };
}

function exchangeCall(purpose: ExchangeCall['purpose'], { request, attempts }: CallResult): ExchangeCall {
  return { purpose, request, attempts };
}

/** The second answer counts; when it is none, the reason tells of both. */
function merged(first: CallResult, second: CallResult): GroqResult {
  const trace = {
    usage: addUsage(first.usage, second.usage),
    calls: [exchangeCall('first', first), exchangeCall('repair', second)],
  };
  if (second.kind === 'answer') return { kind: 'answer', draft: second.draft, ...trace };
  if (first.kind === 'answer' || first.kind === second.kind || second.kind === 'cancelled') {
    return { kind: second.kind, reason: second.reason, ...trace };
  }
  return { kind: first.kind, reason: `${first.reason} Asked once more: ${second.reason}`, ...trace };
}

function unasked(failure: { readonly kind: GroqFailureKind; readonly reason: string }): GroqResult {
  const nothing: Usage = usageOfAttempts('', [], 0);
  return { ...failure, usage: { ...nothing, costUsd: 0 }, calls: [] };
}
