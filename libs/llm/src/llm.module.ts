import { Module } from '@nestjs/common';
import { AnswerCache } from './cache/answer-cache.js';
import { ExchangeLog } from './exchange/exchange-log.js';
import { Circuit } from './groq/circuit.js';
import { GroqClient } from './groq/groq.client.js';
import { ModelCaller } from './groq/model-caller.js';
import { TokenBudget } from './groq/token-budget.js';
import { InsightService } from './insight.service.js';
import { LlmActivity } from './llm-activity.js';
import { LlmHealth } from './llm-health.js';
import { RuleBasedWriter } from './rules/rule-based.writer.js';

/** Expects `Settings`, `Clock`, a `TokenLedger`, an `InsightCache` and an `ExchangeStore` to be provided globally. */
@Module({
  providers: [
    RuleBasedWriter,
    Circuit,
    GroqClient,
    TokenBudget,
    ModelCaller,
    LlmHealth,
    LlmActivity,
    AnswerCache,
    ExchangeLog,
    InsightService,
  ],
  exports: [InsightService, LlmHealth, LlmActivity, ExchangeLog, Circuit],
})
export class LlmModule {}
