import type { OpenAPIObject } from '@nestjs/swagger';
import { ACTION_GATES, ACTION_RISKS, CATEGORIES, SECTION_STATUSES, SUBJECT_KINDS } from '@app/core';
import { DURATION_CLASSES } from '@app/analysis';
import { CONTROL_SCHEMAS } from './control.schemas.js';
import { PROMPT_SCHEMAS } from './prompt.schemas.js';
import { RUN_SCHEMAS } from './run.schemas.js';
import {
  bool,
  int,
  list,
  num,
  object,
  oneOf,
  orNull,
  page,
  ref,
  type Schema,
  text,
  textOrNull,
  time,
  timeOrNull,
} from './schema-builder.js';
import { SNAPSHOT_SCHEMAS } from './snapshot.schemas.js';
import { TARGET_SCHEMAS } from './target.schemas.js';

const partOfSnapshot = {
  target: text,
  collectedAt: time,
  simulated: bool,
  section: ref('Section'),
  gaps: list(object({ signal: text, status: oneOf(SECTION_STATUSES), reason: text })),
};

const SCHEMAS: Readonly<Record<string, Schema>> = {
  ...SNAPSHOT_SCHEMAS,
  ...RUN_SCHEMAS,
  ...PROMPT_SCHEMAS,
  ...CONTROL_SCHEMAS,
  ...TARGET_SCHEMAS,
  Problem: object({
    type: text,
    title: text,
    status: int,
    detail: text,
    instance: text,
    code: text,
    correlationId: textOrNull,
  }),
  Status: object({
    state: oneOf(['idle', 'busy']),
    activeRuns: list(ref('RunSummary')),
    queuedRuns: int,
    awaitingApproval: list(ref('RunSummary')),
    lastRun: orNull(ref('RunSummary')),
    components: list(
      object({
        name: text,
        status: oneOf(['up', 'degraded', 'down', 'absent']),
        detail: textOrNull,
        checkedAt: timeOrNull,
      }),
    ),
    safety: ref('Safety'),
  }),
  Target: object({
    id: text,
    hostname: textOrNull,
    simulated: bool,
    collectedAt: timeOrNull,
    sections: orNull(ref('Sections')),
  }),
  GpuMetrics: object({ ...partOfSnapshot, gpus: list(ref('Gpu')) }),
  SystemMetrics: object({ ...partOfSnapshot, hostname: textOrNull, system: orNull(ref('System')) }),
  LmcacheStatus: object({ ...partOfSnapshot, caches: list(ref('Cache')) }),
  Rule: object({
    id: text,
    title: text,
    category: oneOf(CATEGORIES),
    subject: oneOf(SUBJECT_KINDS),
    inputs: list(object({ signal: text, required: bool })),
    thresholds: list(
      object({
        name: text,
        value: num,
        unit: text,
        source: text,
        range: object({ min: num, max: num }),
        description: text,
      }),
    ),
    durationClass: oneOf(DURATION_CLASSES),
    candidateActions: list(text),
    reference: text,
    isEvaluated: { ...bool, description: 'False for a rule that waits for inputs.' },
    waitsFor: textOrNull,
  }),
  Action: object({
    type: text,
    title: text,
    description: text,
    risk: oneOf(ACTION_RISKS),
    gate: oneOf(ACTION_GATES),
    reversible: bool,
    parameters: { type: 'object', additionalProperties: true, description: 'JSON Schema.' },
    preconditions: list(text),
    inverse: textOrNull,
    executable: { ...bool, description: 'Whether this installation can do it by itself.' },
    unavailableReason: textOrNull,
    statistics: list(ref('ActionStatistics')),
  }),
  RunPage: page('RunSummary'),
  TargetPage: page('Target'),
  RulePage: page('Rule'),
  ActionPage: page('Action'),
};

/** A reference for `@ApiResponse({ schema })`. */
export function schemaRef(name: string): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

const PROBLEM_RESPONSE = {
  description: 'RFC 9457 problem details.',
  content: { 'application/problem+json': { schema: schemaRef('Problem') } },
};

/** Puts the shapes into the document, and problem+json behind every operation. */
export function withSchemas(document: OpenAPIObject): OpenAPIObject {
  const schemas = { ...document.components?.schemas, ...(SCHEMAS as Record<string, object>) };
  for (const path of Object.values(document.paths)) {
    for (const operation of [path.get, path.post, path.put, path.delete]) {
      if (operation !== undefined) operation.responses['default'] = PROBLEM_RESPONSE;
    }
  }
  return { ...document, components: { ...document.components, schemas } };
}
