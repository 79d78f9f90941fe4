import { describe, expect, it } from '@jest/globals';
import { aFrameEngine } from '@app/testing/analysis';
import { fuzzRuns } from '@app/testing/fuzz';
import {
  aGuardFinding,
  aGuardInput,
  type AllowedKind,
  anotherGuardGpu,
  aPastAction,
  aPastActionEnded,
  GUARD_CORRUPTIONS,
  GUARD_ENGINE,
  GUARD_NOW_MS,
  type GuardInputOptions,
} from '@app/testing/guardrails';
import fc from 'fast-check';
import { planHash } from '../planner/plan-hash.js';
import { GuardGate } from './gate.js';
import type { GuardInput } from './guardrail.js';

const TWO_ENGINES = [
  GUARD_ENGINE,
  aFrameEngine({ id: 'http://127.0.0.1:8001', url: 'http://127.0.0.1:8001', gpuUuids: [] }),
];

/** Inputs that are allowed, one for each way to it. */
const ALLOWED: readonly (readonly [AllowedKind, GuardInput])[] = [
  ['approved', aGuardInput({ hashOf: planHash })],
  [
    'automatic',
    aGuardInput({
      hashOf: planHash,
      mode: 'auto',
      action: { gate: 'automatic' },
      settings: { rule: { gate: 'automatic' } },
      approval: null,
    }),
  ],
  [
    'approved',
    aGuardInput({
      hashOf: planHash,
      frame: { engines: TWO_ENGINES },
      action: {
        type: 'vllm-sleep',
        parameters: { level: 1 },
        risk: 'disruptive',
        subject: { kind: 'engine', id: GUARD_ENGINE.id, label: 'engine' },
        members: [GUARD_ENGINE.id],
      },
    }),
  ],
  [
    'approved',
    aGuardInput({
      hashOf: planHash,
      action: {
        type: 'vllm-reset-prefix-cache',
        parameters: {},
        risk: 'destructive',
        subject: { kind: 'engine', id: GUARD_ENGINE.id, label: 'engine' },
        members: [GUARD_ENGINE.id],
      },
    }),
  ],
  [
    'read-only',
    aGuardInput({
      hashOf: planHash,
      action: { type: 'collect-diagnostics', parameters: {}, risk: 'read-only', gate: 'automatic' },
      approval: null,
    }),
  ],
];

/** What makes no difference, so that denying everything would be noticed. */
const harmless = fc.record({
  ageSeconds: fc.integer({ min: 0, max: 35 }),
  oldEntries: fc.integer({ min: 0, max: 3 }),
  recentLook: fc.boolean(),
  moreGpus: fc.boolean(),
  suspected: fc.boolean(),
});

function withHarmless(
  input: GuardInput,
  noise: typeof harmless extends fc.Arbitrary<infer Value> ? Value : never,
): GuardInput {
  const draft = structuredClone(input);
  const { planned, present } = draft;
  if (planned === null || present === null) return raise();
  const suspected = aGuardFinding({ id: 'gpu-power-brake:gpu-0', ruleId: 'gpu-power-brake', state: 'suspected' });
  const more = noise.moreGpus ? [anotherGuardGpu()] : [];
  const look = aPastActionEnded(5, { runId: 'look', type: 'engine-health-check', risk: 'read-only' });
  const at = new Date(GUARD_NOW_MS - noise.ageSeconds * 1000).toISOString();
  const sections = Object.fromEntries(
    Object.entries(present.snapshot.sections).map(([name, section]) => [name, { ...section, collectedAt: at }]),
  ) as typeof present.snapshot.sections;
  return {
    ...draft,
    planned: { ...planned, snapshot: { ...planned.snapshot, gpus: [...planned.snapshot.gpus, ...more] } },
    present: {
      snapshot: { ...present.snapshot, collectedAt: at, sections, gpus: [...more, ...present.snapshot.gpus] },
      analysis: {
        ...present.analysis,
        findings: [...present.analysis.findings, ...(noise.suspected ? [suspected] : [])],
      },
    },
    journal: [
      ...Array.from({ length: noise.oldEntries }, (_, index) => aPastAction({ runId: `old-${index}` })),
      ...(noise.recentLook ? [look] : []),
    ],
  };
}

const DEFAULT = { numRuns: fuzzRuns() };
/** By its number, so that a counterexample stays readable. */
const someAllowed = fc.constantFrom(...ALLOWED.keys());
const allowed = (number: number): readonly [AllowedKind, GuardInput] => ALLOWED[number] ?? raise();
function raise(): never {
  throw new Error('There is no such input.');
}

describe('GuardGate under corrupted inputs', () => {
  it('lets every untouched input through, whatever harmless stands beside it', () => {
    fc.assert(
      fc.property(someAllowed, harmless, (number, noise) => {
        const [, input] = allowed(number);
        const { verdicts, clearance } = new GuardGate().judge(withHarmless(input, noise));
        expect(verdicts.filter(({ verdict }) => verdict === 'deny')).toEqual([]);
        expect(clearance).not.toBeNull();
      }),
      DEFAULT,
    );
  });

  it('denies every single corruption', () => {
    const gate = new GuardGate();
    const letThrough = ALLOWED.flatMap(([kind, input]) =>
      GUARD_CORRUPTIONS.filter(({ kinds }) => kinds.includes(kind)).flatMap(({ name, apply }) =>
        // With an empty journal as well: an entry of it may be what else would have been in the way.
        [input, { ...input, journal: [] }].flatMap((whole) => {
          const draft = structuredClone(whole);
          apply(draft);
          return gate.judge(draft).clearance === null ? [] : [`${input.action.type}: ${name}`];
        }),
      ),
    );
    expect(letThrough).toEqual([]);
  });

  it.each<[string, GuardInputOptions]>([
    ['a value beyond all bounds', { action: { parameters: { watts: 99_999 } } }],
    ['a parameter that the type has not', { action: { parameters: { watts: 630, scope: 1 } } }],
    ['a risk that the type has not', { action: { risk: 'read-only' } }],
    ['a type of no catalogue', { action: { type: 'host-reboot', parameters: {} } }],
    ['a recommendation', { action: { gate: 'recommend' } }],
    ['a finding that never was', { action: { findingIds: ['no-such-finding'] } }],
    ['a GPU that is not there', { action: { members: ['GPU-99999999-2222-3333-4444-555555555555'] } }],
  ])('denies %s although the plan says so and a person approved it', (_, options) => {
    expect(new GuardGate().judge(aGuardInput({ hashOf: planHash, ...options })).clearance).toBeNull();
  });

  it('denies whatever set of corruptions an input has', () => {
    fc.assert(
      fc.property(someAllowed, harmless, fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), (number, noise, picks) => {
        const [kind, input] = allowed(number);
        const draft = withHarmless(input, noise);
        const fitting = GUARD_CORRUPTIONS.filter(({ kinds }) => kinds.includes(kind));
        for (const pick of picks) fitting[pick % fitting.length]?.apply(draft);
        expect(new GuardGate().judge(draft).clearance).toBeNull();
      }),
      DEFAULT,
    );
  });

  it('gives nothing for garbage, and never throws', () => {
    const keys = Object.keys(aGuardInput());
    const garbage = fc.oneof(
      fc.anything(),
      fc.tuple(fc.constantFrom(...keys), fc.anything()).map(([key, value]) => ({ ...aGuardInput(), [key]: value })),
      fc.dictionary(fc.constantFrom(...keys), fc.anything(), { maxKeys: keys.length }),
    );
    fc.assert(
      fc.property(garbage, (input) => {
        // The hash of these is a word, so that even a whole input would be denied.
        expect(new GuardGate().judge(input as GuardInput).clearance).toBeNull();
      }),
      DEFAULT,
    );
  });
});
