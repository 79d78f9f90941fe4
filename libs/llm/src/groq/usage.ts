import type { Usage } from '@app/core';
import { costUsd } from '../model-prices.js';
import type { TokenCounts } from './completion.js';

/** The tokens of all attempts together with their price; an attempt without `usage` adds none. */
export function usageOfAttempts(model: string, attempts: readonly (TokenCounts | null)[], latencyMs: number): Usage {
  const sum = (of: (counts: TokenCounts) => number): number =>
    attempts.reduce((total, counts) => total + (counts === null ? 0 : of(counts)), 0);
  const promptTokens = sum((counts) => counts.promptTokens);
  const completionTokens = sum((counts) => counts.completionTokens);
  return {
    promptTokens,
    completionTokens,
    costUsd: costUsd(model, promptTokens, completionTokens),
    latencyMs,
    cached: false,
    attempts: attempts.length,
  };
}

/** Two calls for one answer. */
export function addUsage(first: Usage, second: Usage): Usage {
  return {
    promptTokens: first.promptTokens + second.promptTokens,
    completionTokens: first.completionTokens + second.completionTokens,
    costUsd:
      first.costUsd === null || second.costUsd === null ? null : Number((first.costUsd + second.costUsd).toFixed(8)),
    latencyMs: first.latencyMs + second.latencyMs,
    cached: false,
    attempts: first.attempts + second.attempts,
  };
}
