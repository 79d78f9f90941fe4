import { Injectable } from '@nestjs/common';
import { Settings } from '@app/config';
import { Clock, type Usage } from '@app/core';
import { insightSchema } from '../insight.schema.js';
import { costUsd } from '../model-prices.js';
import type { PromptMessage } from '../prompts/insights.prompt.js';
import { cappedFetch, type WireRecord } from './capped-fetch.js';
import { classifyFailure } from './groq-failure.js';
import type { GroqResult } from './groq-result.js';
import { readAnswer } from './read-answer.js';

/** Reasoning tokens count against the ceiling, so it lies well above the length of an answer. */
const MAX_COMPLETION_TOKENS = 4096;

interface RawMessage {
  readonly content: unknown;
  readonly response_metadata?: Readonly<Record<string, unknown>>;
  readonly usage_metadata?: { readonly input_tokens: number; readonly output_tokens: number };
  readonly tool_calls?: readonly { readonly args: unknown }[];
}

/** Asks one model on Groq for insights; never throws for what the service does, and never logs what is sent. */
@Injectable()
export class GroqClient {
  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** One deadline covers all attempts, the waits between them and the reading of the answer. */
  async ask(messages: readonly PromptMessage[], runSignal?: AbortSignal): Promise<GroqResult> {
    const { model, timeoutMs } = this.settings.llm;
    const startedAt = this.clock.now();
    const wire: WireRecord = { attempts: 0, wasTooLarge: false };
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = runSignal ? AbortSignal.any([deadline, runSignal]) : deadline;
    try {
      const raw = await this.invoke(messages, wire, signal);
      const usage = this.usageOf(raw, wire, startedAt);
      const read = readAnswer({
        content: raw.content,
        finishReason: raw.response_metadata?.['finish_reason'],
        toolArguments: raw.tool_calls?.[0]?.args,
      });
      return 'reason' in read ? { ...read, usage } : { kind: 'answer', draft: read, usage };
    } catch (error) {
      const isCancelled = runSignal?.aborted === true;
      const context = { model, timeoutMs, wire, isCancelled, isOverdue: deadline.aborted };
      return { ...classifyFailure(error, context), usage: this.usageOf(null, wire, startedAt) };
    }
  }

  private async invoke(messages: readonly PromptMessage[], wire: WireRecord, signal: AbortSignal): Promise<RawMessage> {
    // Loaded at the first call: it costs start-up time that an agent without a key never gets back.
    const { ChatGroq } = await import('@langchain/groq');
    const { apiKey, model, baseUrl, maxRetries } = this.settings.llm;
    const chat = new ChatGroq({
      apiKey: apiKey ?? '',
      baseUrl,
      model,
      maxRetries,
      temperature: 0.1,
      reasoningEffort: model.startsWith('openai/gpt-oss') ? 'low' : undefined,
      maxTokens: MAX_COMPLETION_TOKENS,
      fetch: cappedFetch(wire),
    });
    const structured = chat.withStructuredOutput(insightSchema, { name: 'insights', includeRaw: true });
    const { raw } = await structured.invoke(
      messages.map(({ role, content }) => ({ role, content })),
      { signal },
    );
    return raw as RawMessage;
  }

  private usageOf(raw: RawMessage | null, wire: WireRecord, startedAt: number): Usage {
    const promptTokens = raw?.usage_metadata?.input_tokens ?? 0;
    const completionTokens = raw?.usage_metadata?.output_tokens ?? 0;
    return {
      promptTokens,
      completionTokens,
      costUsd: costUsd(this.settings.llm.model, promptTokens, completionTokens),
      latencyMs: Math.max(0, Math.round(this.clock.now() - startedAt)),
      cached: false,
      attempts: wire.attempts,
    };
  }
}
