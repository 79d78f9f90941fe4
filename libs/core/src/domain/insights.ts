import type { CandidateAction } from './analysis.js';

export const PRIORITIES = ['high', 'medium', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface Recommendation {
  readonly id: string;
  readonly title: string;
  readonly rationale: string;
  readonly priority: Priority;
  readonly findingIds: readonly string[];
  readonly evidenceIds: readonly string[];
  readonly action: CandidateAction | null;
  readonly expectedEffect: string;
  readonly effort: 'low' | 'medium' | 'high';
  readonly risk: 'low' | 'medium' | 'high';
}

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** US dollars; null when the model's price is not known. */
  readonly costUsd: number | null;
  readonly latencyMs: number;
  readonly cached: boolean;
  readonly attempts: number;
}

export interface Insights {
  readonly source: 'llm' | 'rules';
  readonly provider: string | null;
  readonly model: string | null;
  readonly promptVersion: string | null;
  /** Why a wanted model was not used; null when it was, or when none was wanted. */
  readonly degradedReason: string | null;
  readonly summary: string;
  readonly rootCauses: readonly { readonly findingId: string; readonly explanation: string }[];
  readonly recommendations: readonly Recommendation[];
  readonly grounding: {
    readonly claims: number;
    readonly verified: number;
    readonly removed: readonly { readonly text: string; readonly reason: string }[];
  };
  readonly usage: Usage;
}
