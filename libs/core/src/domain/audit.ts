export const AUDIT_KINDS = [
  'run',
  'plan',
  'guardrail',
  'approval',
  'execution',
  'outcome',
  'rollback',
  'cancel',
  'freeze',
  'kill-switch',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** One decision or deed. Records are only ever added; they outlive their run. */
export interface AuditRecord {
  /** Increasing. */
  readonly id: number;
  readonly at: string;
  readonly kind: AuditKind;
  /** What happened, a word or two: `denied`, `approved`, `executed`, `rolled-back` … */
  readonly event: string;
  /** Who: the name of a key, `local`, `startup`, or `agent`. */
  readonly actor: string;
  readonly target: string | null;
  readonly runId: string | null;
  readonly actionId: string | null;
  readonly planHash: string | null;
  readonly reason: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}
export type NewAuditRecord = Omit<AuditRecord, 'id' | 'at'>;
