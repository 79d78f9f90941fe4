export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];
export const CATEGORIES = ['health', 'bottleneck', 'efficiency', 'configuration', 'cost'] as const;
export type Category = (typeof CATEGORIES)[number];
export const CONFIDENCES = ['high', 'medium', 'low'] as const;
export type Confidence = (typeof CONFIDENCES)[number];
export const SUBJECT_KINDS = ['gpu', 'engine', 'cache', 'host', 'fleet'] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];
export const HEALTH_STATUSES = ['healthy', 'degraded', 'critical', 'unknown'] as const;
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

export const EVIDENCE_UNITS = [
  'ratio',
  'percent',
  'celsius',
  'watts',
  'megahertz',
  'bytes',
  'bytesPerSecond',
  'seconds',
  'milliseconds',
  'tokensPerSecond',
  'perSecond',
  'count',
  'text',
] as const;
export type EvidenceUnit = (typeof EVIDENCE_UNITS)[number];

export const EVIDENCE_OPERATORS = ['>=', '>', '<=', '<', '==', '!=', 'includes'] as const;
export type EvidenceOperator = (typeof EVIDENCE_OPERATORS)[number];

/** A measured value that a reader can open: what was read, where, when, and against which bound. */
export interface Evidence {
  readonly id: string;
  /** Snapshot path without indices (`gpus.power.drawWatts`), or `derived.NAME`. */
  readonly signal: string;
  readonly value: number | string | boolean | null;
  readonly unit: EvidenceUnit;
  /** Null for context that was not compared with a bound. */
  readonly operator: EvidenceOperator | null;
  readonly threshold: number | string | boolean | null;
  readonly thresholdSource: string | null;
  readonly source: string;
  readonly at: string;
  readonly windowSeconds: number;
}

export interface Subject {
  readonly kind: SubjectKind;
  readonly id: string;
  readonly label: string;
}

export interface CandidateAction {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
}

export interface Finding {
  readonly id: string;
  readonly ruleId: string;
  readonly category: Category;
  readonly severity: Severity;
  readonly state: 'suspected' | 'confirmed';
  readonly confidence: Confidence;
  readonly subject: Subject;
  readonly title: string;
  readonly summary: string;
  readonly evidence: readonly Evidence[];
  readonly rootCause: boolean;
  readonly causedBy: readonly string[];
  readonly candidateActions: readonly CandidateAction[];
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
}

export interface NotEvaluated {
  readonly ruleId: string;
  /** Subject id, or null where there was no subject to look at. */
  readonly subject: string | null;
  readonly reason: string;
}

export interface Analysis {
  readonly analyzedAt: string;
  readonly windowSeconds: number;
  readonly healthStatus: HealthStatus;
  /** 0–100; null when no rule could be evaluated. */
  readonly healthScore: number | null;
  readonly scoreDeductions: readonly { readonly findingId: string; readonly points: number }[];
  /** Rule id of the top confirmed root cause. */
  readonly primaryBottleneck: string | null;
  readonly findings: readonly Finding[];
  readonly notEvaluated: readonly NotEvaluated[];
  readonly coverage: { readonly rulesEvaluated: number; readonly rulesTotal: number };
}
