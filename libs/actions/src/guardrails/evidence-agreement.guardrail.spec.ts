import { describe, expect, it } from '@jest/globals';
import { ruleCatalogue } from '@app/analysis';
import type { Finding, OptimizationAction } from '@app/core';
import { aFrameGpu, FRAME_ENGINE_ID, FRAME_GPU_UUID } from '@app/testing/analysis';
import {
  aGuardAnalysis,
  aGuardFinding,
  aGuardInput,
  aGuardSnapshot,
  anotherGuardGpu,
  GUARD_FINDING_ID,
  type GuardInputOptions,
} from '@app/testing/guardrails';
import { CONTRADICTIONS } from './contradictions.js';
import { evidenceAgreementGuardrail } from './evidence-agreement.guardrail.js';

const judged = (options: GuardInputOptions = {}) => evidenceAgreementGuardrail.check(aGuardInput(options));
const finding = (ruleId: string, values: Partial<Finding> = {}) => aGuardFinding({ id: ruleId, ruleId, ...values });
const RESTORE = { type: 'gpu-restore-power-limit', parameters: {} } as const;
const CONFIGURED = aGuardFinding({ category: 'configuration' });
const GPU = { kind: 'gpu', label: 'GPU' } as const;
const ENGINE = { kind: 'engine', id: FRAME_ENGINE_ID, label: 'engine' } as const;

describe('evidence-agreement', () => {
  it.each<[string, GuardInputOptions]>([
    ['a finding that still stands', {}],
    ['medium confidence', { findings: [aGuardFinding({ confidence: 'medium' })] }],
    ['a finding about something else beside it', { findings: [aGuardFinding(), finding('prefix-cache-low-hit')] }],
    [
      'what speaks against it and is only suspected',
      { action: RESTORE, findings: [CONFIGURED, finding('gpu-power-brake', { state: 'suspected' })] },
    ],
  ])('allows with %s', (_, options) => {
    expect(judged(options)).toMatchObject({ verdict: 'allow' });
  });

  it.each<[string, GuardInputOptions, string]>([
    ['no finding named', { action: { findingIds: [] } }, 'which finding'],
    ['its finding gone', { findings: [finding('queue-backlog')] }, 'does not stand any more'],
    [
      'one of two findings gone',
      { action: { findingIds: [GUARD_FINDING_ID, 'queue-backlog'] } },
      'queue-backlog does not',
    ],
    ['its finding suspected again', { findings: [aGuardFinding({ state: 'suspected' })] }, 'not confirmed'],
    ['low confidence', { findings: [aGuardFinding({ confidence: 'low' })] }, 'confidence'],
    ['no confidence', { findings: [aGuardFinding({ confidence: undefined as unknown as 'low' })] }, 'confidence'],
    ['no present analysis', { input: { present: null } }, 'present analysis'],
    [
      'unknown health',
      {
        input: {
          present: {
            snapshot: aGuardSnapshot(),
            analysis: aGuardAnalysis([aGuardFinding()], { healthStatus: 'unknown' }),
          },
        },
      },
      'health',
    ],
  ])('denies with %s', (_, options, reason) => {
    expect(judged(options)).toEqual({ verdict: 'deny', reason: expect.stringContaining(reason) });
  });

  it('needs the finding of a look at planning only', () => {
    const action = { type: 'collect-diagnostics', parameters: {}, risk: 'read-only' } as const;
    expect(judged({ action, input: { present: null } }).verdict).toBe('allow');
    expect(judged({ action, findings: [] }).verdict).toBe('deny');
    expect(judged({ action, input: { planned: null } }).reason).toContain('the plan was made from');
  });
});

describe('findings that speak against an action', () => {
  it('are rules of the analysis', () => {
    const known = ruleCatalogue().map(({ id }) => id);
    expect(CONTRADICTIONS.flatMap(({ ruleIds }) => ruleIds).filter((id) => !known.includes(id))).toEqual([]);
  });

  const HOT = finding('gpu-thermal-hw-slowdown', { subject: { ...GPU, id: FRAME_GPU_UUID } });
  const OTHER_HOT = finding('gpu-thermal-hw-slowdown', { subject: { ...GPU, id: anotherGuardGpu().uuid ?? '' } });
  const LOST = finding('gpu-lost', { subject: { ...GPU, id: '00000000:AF:00.0' } });
  const QUEUE = finding('queue-backlog', { subject: ENGINE, category: 'bottleneck' });
  const limit = (watts: number) => ({ type: 'gpu-set-power-limit', parameters: { watts } });
  const sleep = {
    type: 'vllm-sleep',
    risk: 'disruptive',
    parameters: {},
    subject: ENGINE,
    members: [ENGINE.id],
  } as const;
  const wake = { ...sleep, type: 'vllm-wake', risk: 'reversible' } as const;

  it.each<['allow' | 'deny', string, Partial<OptimizationAction>, Finding, Finding]>([
    ['deny', 'restoring the limit of a hot GPU', RESTORE, CONFIGURED, HOT],
    ['deny', 'raising it', limit(701), CONFIGURED, HOT],
    ['deny', 'releasing its clocks', { type: 'gpu-reset-clocks', parameters: {} }, CONFIGURED, HOT],
    ['allow', 'keeping its limit', limit(700), CONFIGURED, HOT],
    ['allow', 'lowering it, which cools', limit(630), CONFIGURED, HOT],
    ['allow', 'restoring the limit beside a hot GPU', RESTORE, CONFIGURED, OTHER_HOT],
    ['deny', 'sleep while requests wait', sleep, CONFIGURED, QUEUE],
    [
      'deny',
      'a replica less while requests wait',
      { ...sleep, type: 'k8s-scale', parameters: { replicaChange: -1 } },
      CONFIGURED,
      QUEUE,
    ],
    [
      'allow',
      'a replica more while requests wait',
      { ...sleep, type: 'k8s-scale', parameters: { replicaChange: 1 } },
      CONFIGURED,
      QUEUE,
    ],
    ['deny', 'saving energy while requests wait', limit(630), aGuardFinding(), QUEUE],
    ['allow', 'a lower limit for another reason while requests wait', limit(630), CONFIGURED, QUEUE],
    ['deny', 'waking an engine on a host that lost a GPU', wake, CONFIGURED, LOST],
  ])('%s %s', (verdict, _, action, own, other) => {
    const frame = { gpus: [aFrameGpu(), anotherGuardGpu()] };
    expect(judged({ action, frame, findings: [own, other] }).verdict).toBe(verdict);
  });

  it('do not count when they are what the action answers', () => {
    const action = { ...wake, findingIds: [LOST.id] };
    expect(judged({ action, findings: [LOST] }).verdict).toBe('allow');
  });

  it('count when the present limit is not known, since it may be a raise', () => {
    const frame = { gpus: [aFrameGpu({ power: { requestedLimitWatts: null, enforcedLimitWatts: null } })] };
    expect(judged({ action: limit(300), frame, findings: [CONFIGURED, HOT] }).verdict).toBe('deny');
  });
});
