import { AUDIT_KINDS, OUTCOME_VERDICTS } from '@app/core';
import {
  anything,
  bool,
  fields,
  int,
  list,
  numOrNull,
  object,
  oneOf,
  page,
  ref,
  type Schema,
  text,
  textOrNull,
  time,
  timeOrNull,
} from './schema-builder.js';

/** Schemas of what is decided, stopped and recorded. */
export const CONTROL_SCHEMAS: Readonly<Record<string, Schema>> = {
  KillSwitch: object({ engaged: bool, at: timeOrNull, by: textOrNull, reason: textOrNull }),
  Freeze: object({ target: text, at: time, reason: text, runId: textOrNull, by: text }),
  Safety: object({ killSwitch: ref('KillSwitch'), freezes: list(ref('Freeze')) }),
  AuditRecord: object({
    id: int,
    at: time,
    kind: oneOf(AUDIT_KINDS),
    event: text,
    actor: text,
    ...fields(textOrNull, 'target', 'runId', 'actionId', 'planHash', 'reason'),
    details: anything,
  }),
  AuditPage: page('AuditRecord'),
  ActionStatistics: object({
    ruleId: text,
    count: int,
    verdicts: object(fields(int, ...OUTCOME_VERDICTS)),
    ...fields(numOrNull, 'predictedChangeRatio', 'observedChangeRatio'),
    lastAt: time,
  }),
};
