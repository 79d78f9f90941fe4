import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '@app/config';
import type { InsightRequest, Insights, Usage } from '@app/core';
import { AnswerCache, type CachedAnswer } from './cache/answer-cache.js';
import { SingleFlight } from './cache/single-flight.js';
import type { Exchange } from './exchange/exchange.js';
import { ExchangeLog } from './exchange/exchange-log.js';
import { Deadline } from './groq/deadline.js';
import type { GroqResult } from './groq/groq-result.js';
import { ModelCaller } from './groq/model-caller.js';
import { isUsable } from './is-usable.js';
import { type InsightsPrompt, insightsPrompt } from './prompts/insights.prompt.js';
import { NO_USAGE, RuleBasedWriter } from './rules/rule-based.writer.js';
import { type VerifiedInsights, verifyDraftInSlices } from './verify/verifier.js';

export interface WrittenInsights {
  readonly insights: Insights;
  /** True when a model was wanted and its answer was not used. */
  readonly degraded: boolean;
}

/** One question: what is asked, under which key its answer is kept, and until when it may take. */
interface Question {
  readonly request: InsightRequest;
  readonly prompt: InsightsPrompt;
  readonly key: string;
  readonly deadline: Deadline;
}

const PROVIDER = 'groq';
const UNVERIFIED = 'Too little of the answer of the model could be verified against the evidence.';

/** Writes insights with the model where it is wanted and possible, and with the rules wherever it is not. */
@Injectable()
export class InsightService {
  private readonly logger: Logger = new Logger(InsightService.name);
  private readonly flights: SingleFlight = new SingleFlight();

  constructor(
    private readonly settings: Settings,
    private readonly rules: RuleBasedWriter,
    private readonly caller: ModelCaller,
    private readonly cache: AnswerCache,
    private readonly exchanges: ExchangeLog,
  ) {}

  /** `LLM_TIMEOUT_MS` begins here, with all that the model's answer takes. */
  async write(request: InsightRequest, options: { readonly modelWanted: boolean }): Promise<WrittenInsights> {
    if (!options.modelWanted || !this.isModelUseful(request)) {
      return { insights: await this.rules.write(request), degraded: false };
    }
    const deadline = new Deadline(this.settings.llm.timeoutMs, request.signal);
    const prompt = insightsPrompt(request);
    const question = { request, prompt, key: this.cache.keyOf(request, prompt.version), deadline };
    return this.flights.run(question.key, deadline, () => this.answer(question));
  }

  /** Without a key, when observing, and with nothing found, there is nothing for a model to do. */
  private isModelUseful({ mode, analysis }: InsightRequest): boolean {
    const { enabled, apiKey } = this.settings.llm;
    if (!enabled || apiKey === null || mode === 'observe') return false;
    return analysis.findings.some(({ state }) => state === 'confirmed');
  }

  private async answer(question: Question): Promise<WrittenInsights> {
    const cached = await this.cache.find(question.key, question.request);
    if (cached !== null) return this.useCached(question, cached);
    const result = await this.caller.ask(question.prompt, question.deadline);
    if (result.kind !== 'answer') return this.fallBack(question, result, result.kind, result.reason);
    const draft = question.prompt.restore(result.draft);
    const verified = await verifyDraftInSlices(draft, question.request);
    if (!isUsable(verified)) {
      return this.fallBack(question, result, 'unverified', UNVERIFIED, verified.grounding.removed);
    }
    await this.cache.keep(question.key, question.request, draft, verified.grounding.verified);
    await this.record(question, { outcome: 'answered', calls: result.calls }, result.usage);
    return this.byModel(question, verified, result.usage);
  }

  private async useCached(question: Question, { verified, from }: CachedAnswer): Promise<WrittenInsights> {
    const usage = { ...NO_USAGE, cached: true, latencyMs: question.deadline.elapsedMs() };
    await this.record(question, { outcome: 'cached', cachedFrom: from }, usage);
    return this.byModel(question, verified, usage);
  }

  private byModel({ prompt }: Question, verified: VerifiedInsights, usage: Usage): WrittenInsights {
    const { model } = this.settings.llm;
    const head = { source: 'llm', provider: PROVIDER, model, promptVersion: prompt.version } as const;
    return { insights: { ...head, degradedReason: null, ...verified, usage }, degraded: false };
  }

  private async fallBack(
    question: Question,
    { usage, calls }: Pick<GroqResult, 'usage' | 'calls'>,
    outcome: Exchange['outcome'],
    reason: string,
    removed: Insights['grounding']['removed'] = [],
  ): Promise<WrittenInsights> {
    this.logger.warn({ message: 'model not used', runId: question.request.runId, outcome });
    await this.record(question, { outcome, reason, calls }, usage);
    const written = await this.rules.write(question.request);
    const grounding = { ...written.grounding, removed };
    return { insights: { ...written, degradedReason: reason, grounding, usage }, degraded: true };
  }

  private record(
    { request, prompt }: Question,
    exchange: Pick<Exchange, 'outcome'> & Partial<Exchange>,
    usage: Usage,
  ): Promise<void> {
    const head = { provider: PROVIDER, model: this.settings.llm.model, promptVersion: prompt.version };
    return this.exchanges.record(
      request.runId,
      { ...head, reason: null, cachedFrom: null, calls: [], ...exchange },
      usage,
    );
  }
}
