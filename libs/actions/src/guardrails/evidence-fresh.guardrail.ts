import { type SectionName, type Snapshot, type SubjectKind } from '@app/core';
import { isChange } from './action-traits.js';
import type { Guardrail, GuardInput } from './guardrail.js';
import { duration, instantOf, isNumber } from './known-values.js';
import { allow, deny, denyUnknown, type Judgement } from './verdict.js';

/** As old as the sampler may be before its values count as stale … */
const INTERVALS = 3;
/** … and what collecting and judging may take. */
const GRACE_MS = 5_000;

const SECTION_OF_KIND: Readonly<Record<SubjectKind, SectionName>> = {
  gpu: 'gpu',
  engine: 'engines',
  cache: 'lmcache',
  host: 'system',
  fleet: 'engines',
};
/** A type may be about other things than its subject: clocks of the GPUs below an engine, replicas of a busy host. */
const SECTION_OF_PREFIX: readonly (readonly [string, SectionName])[] = [
  ['gpu-', 'gpu'],
  ['vllm-', 'engines'],
  ['sglang-', 'engines'],
  ['router-', 'engines'],
  ['lmcache-', 'lmcache'],
  ['host-', 'system'],
];

export const evidenceFreshGuardrail: Guardrail = {
  name: 'evidence-fresh',
  purpose:
    'A change rests on readings of now: before it is done, snapshot and analysis are at most three sample intervals and 5 s old, and what the action is about could be read. Read-only actions skip it, since stale telemetry is what they look into.',
  moments: ['plan', 'execute'],
  check(input) {
    if (!isChange(input.action)) return allow('It changes nothing, so that it may look into stale readings.');
    const { present, run } = input;
    if (!present?.snapshot || !present.analysis) return denyUnknown('how the target is now');
    const { snapshot, analysis } = present;
    if (snapshot.target !== run.target) return deny(`The snapshot is of ${snapshot.target}, not of ${run.target}.`);
    return (
      ageDenial('snapshot', snapshot.collectedAt, input) ??
      ageDenial('analysis', analysis.analyzedAt, input) ??
      sectionDenial(snapshot, input) ??
      allow('The readings are of now.')
    );
  },
};

function ageDenial(what: string, time: unknown, { moment, nowMs, settings }: GuardInput): Judgement | null {
  const { sampleIntervalMs } = settings;
  const at = instantOf(time);
  if (at === null || !isNumber(nowMs)) return denyUnknown(`how old the ${what} is`);
  if (!isNumber(sampleIntervalMs) || sampleIntervalMs <= 0) return denyUnknown('the sample interval');
  const ageMs = nowMs - at;
  const limitMs = INTERVALS * sampleIntervalMs + GRACE_MS;
  if (ageMs < 0) return deny(`The ${what} is from the future: the clock was set back.`);
  // A plan may wait for the model, whose time has nothing to do with the interval; all is read anew before it is done.
  if (ageMs <= limitMs || moment === 'plan') return null;
  return deny(`The ${what} is ${duration(ageMs / 1000)} old; at most ${duration(limitMs / 1000)} is allowed.`);
}

function sectionDenial(snapshot: Snapshot, input: GuardInput): Judgement | null {
  for (const name of sectionsFor(input.action)) {
    const section = snapshot.sections?.[name];
    if (!section) return denyUnknown(`whether ${name} could be read`);
    if (section.status !== 'ok' && section.status !== 'partial') {
      return deny(`The section ${name} is ${String(section.status)}: what the action is about could not be read.`);
    }
    const denial = ageDenial(`section ${name}`, section.collectedAt, input);
    if (denial !== null) return denial;
  }
  return null;
}

function sectionsFor({ type, subject }: GuardInput['action']): SectionName[] {
  const ofType = SECTION_OF_PREFIX.filter(([prefix]) => type.startsWith(prefix)).map(([, section]) => section);
  return [...new Set([SECTION_OF_KIND[subject.kind], ...ofType])];
}
