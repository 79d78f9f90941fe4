import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '@app/config';
import { Clock, type InsightRequest, type Insights, messageOf, type Usage } from '@app/core';
import { GroqClient } from './groq/groq.client.js';
import { LlmHealth } from './llm-health.js';
import { insightsPrompt } from './prompts/insights.prompt.js';
import { RuleBasedWriter } from './rules/rule-based.writer.js';
import { TokenLedger } from './token-ledger.js';
import { type VerifiedInsights, verifyDraft } from './verify/verifier.js';

export interface WrittenInsights {
  readonly insights: Insights;
  /** True when a model was wanted and its answer was not used. */
  readonly degraded: boolean;
}

/** Writes insights with the model where it is wanted and possible, and with the rules wherever it is not. */
@Injectable()
export class InsightService {
  private readonly logger: Logger = new Logger(InsightService.name);

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly groq: GroqClient,
    private readonly rules: RuleBasedWriter,
    private readonly ledger: TokenLedger,
    private readonly health: LlmHealth,
  ) {}

  async write(request: InsightRequest, options: { readonly modelWanted: boolean }): Promise<WrittenInsights> {
    if (!options.modelWanted || !this.isModelUseful(request)) {
      return { insights: await this.rules.write(request), degraded: false };
    }
    const overBudget = await this.budgetProblem();
    return overBudget === null ? this.askModel(request) : this.fallBack(request, overBudget);
  }

  /** Without a key, when observing, and with nothing found, there is nothing for a model to do. */
  private isModelUseful({ mode, analysis }: InsightRequest): boolean {
    const { enabled, apiKey } = this.settings.llm;
    if (!enabled || apiKey === null || mode === 'observe') return false;
    return analysis.findings.some(({ state }) => state === 'confirmed');
  }

  private async askModel(request: InsightRequest): Promise<WrittenInsights> {
    const prompt = insightsPrompt(request);
    const result = await this.groq.ask(prompt.messages, request.signal);
    await this.spend(result.usage);
    if (result.kind !== 'answer') {
      // A cancelled run says nothing about the service.
      if (result.kind !== 'cancelled') this.health.failed(result.reason);
      this.logger.warn({ message: 'model not used', runId: request.runId, kind: result.kind });
      return this.fallBack(request, result.reason, result.usage);
    }
    this.health.succeeded();
    const verified = verifyDraft(prompt.restore(result.draft), request);
    if (isUnusable(verified)) {
      const reason = 'Too little of the answer of the model could be verified against the evidence.';
      return this.fallBack(request, reason, result.usage, verified.grounding.removed);
    }
    const insights: Insights = {
      source: 'llm',
      provider: 'groq',
      model: this.settings.llm.model,
      promptVersion: prompt.version,
      degradedReason: null,
      ...verified,
      usage: result.usage,
    };
    return { insights, degraded: false };
  }

  private async fallBack(
    request: InsightRequest,
    degradedReason: string,
    usage?: Usage,
    removed: Insights['grounding']['removed'] = [],
  ): Promise<WrittenInsights> {
    const written = await this.rules.write(request);
    const grounding = { ...written.grounding, removed };
    const insights = { ...written, degradedReason, grounding, usage: usage ?? written.usage };
    return { insights, degraded: true };
  }

  private async budgetProblem(): Promise<string | null> {
    const budget = this.settings.llm.dailyTokenBudget;
    try {
      if ((await this.ledger.usedToday(this.today())) < budget) return null;
    } catch (error) {
      this.logger.warn({ message: 'token budget not readable', error: messageOf(error) });
      return 'The token budget could not be read, so the model was not asked; check the store.';
    }
    return `The daily budget of ${budget} tokens is used up; it starts anew at midnight UTC, or raise LLM_DAILY_TOKEN_BUDGET.`;
  }

  /** The answer is paid for already, so that a store that can not note it does not take it away. */
  private async spend({ promptTokens, completionTokens }: Usage): Promise<void> {
    const tokens = promptTokens + completionTokens;
    if (tokens === 0) return;
    try {
      await this.ledger.add(this.today(), tokens);
    } catch (error) {
      this.logger.error({ message: 'spent tokens not noted', tokens, error: messageOf(error) });
    }
  }

  private today(): string {
    return this.clock.isoNow().slice(0, 10);
  }
}

/** Without a summary, or with nothing that explains or advises, the rules have more to say. */
function isUnusable({ summary, rootCauses, recommendations }: VerifiedInsights): boolean {
  return summary === '' || (rootCauses.length === 0 && recommendations.length === 0);
}
