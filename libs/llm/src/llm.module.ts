import { Module } from '@nestjs/common';
import { GroqClient } from './groq/groq.client.js';
import { InsightService } from './insight.service.js';
import { LlmHealth } from './llm-health.js';
import { RuleBasedWriter } from './rules/rule-based.writer.js';

/** Expects `Settings`, `Clock` and a `TokenLedger` to be provided globally. */
@Module({
  providers: [GroqClient, RuleBasedWriter, LlmHealth, InsightService],
  exports: [InsightService, LlmHealth],
})
export class LlmModule {}
