import { describe, expect, it } from '@jest/globals';
import type { Section, SectionName, Subject } from '@app/core';
import { frameTime } from '@app/testing/analysis';
import {
  aGuardAnalysis,
  aGuardFinding,
  aGuardInput,
  aGuardSnapshot,
  type GuardInputOptions,
} from '@app/testing/guardrails';
import { evidenceFreshGuardrail } from './evidence-fresh.guardrail.js';
import type { GuardInput } from './guardrail.js';

// Judged at second 120 with an interval of 10 s: what was read at second 85 is just fresh enough.
const judged = (options: GuardInputOptions) => evidenceFreshGuardrail.check(aGuardInput(options));

function readAt(second: number, analysedAt = second): Partial<GuardInput> {
  const analysis = aGuardAnalysis([aGuardFinding()], { analyzedAt: frameTime(analysedAt) });
  return { present: { snapshot: aGuardSnapshot({}, second), analysis } };
}

function withSection(name: SectionName, section: Partial<Section>, action: GuardInputOptions['action'] = {}) {
  return judged({ action, frame: { sections: { [name]: section } } });
}

const subject = (kind: Subject['kind']): Subject => ({ kind, id: kind, label: kind });

describe('evidence-fresh', () => {
  it.each([120, 118, 85])('allows readings of second %d', (second) => {
    expect(judged({ input: readAt(second) })).toMatchObject({ verdict: 'allow' });
  });

  it.each([
    ['a snapshot that is too old', readAt(84.9), 'snapshot is 36 s old'],
    ['an analysis that is too old', readAt(118, 84.9), 'analysis is 36 s old'],
    ['a snapshot from the future', readAt(120.1, 120), 'snapshot is from the future'],
    ['an analysis from the future', readAt(120, 120.1), 'analysis is from the future'],
    ['nothing read', { present: null }, 'how the target is now'],
    ['a clock that says nothing', { nowMs: NaN }, 'how old the snapshot is'],
    ['readings of another target', { run: { id: 'run-1', target: 'other', mode: 'approve' as const } }, 'not of other'],
  ])('denies %s', (_, input, reason) => {
    expect(judged({ input })).toEqual({ verdict: 'deny', reason: expect.stringContaining(reason) });
  });

  it('lets a plan wait for the model', () => {
    expect(judged({ input: { ...readAt(0), moment: 'plan' } }).verdict).toBe('allow');
    expect(judged({ input: { ...readAt(120.1), moment: 'plan' } }).verdict).toBe('deny');
  });

  it.each([NaN, 0, null])('denies an interval of %s', (sampleIntervalMs) => {
    const { verdict, reason } = judged({ settings: { sampleIntervalMs: sampleIntervalMs as number } });
    expect([verdict, reason]).toEqual(['deny', expect.stringContaining('sample interval')]);
  });

  it.each(['absent', 'failed', 'denied', 'timeout', 'stale'] as const)('denies when the GPUs are %s', (status) => {
    expect(withSection('gpu', { status })).toEqual({ verdict: 'deny', reason: expect.stringContaining(status) });
  });

  it('takes a reading with unreadable parts, if it is new', () => {
    expect(withSection('gpu', { status: 'partial' }).verdict).toBe('allow');
    expect(withSection('gpu', { collectedAt: frameTime(60) }).reason).toContain('section gpu is 60 s old');
    expect(withSection('gpu', { collectedAt: null }).reason).toContain('how old the section gpu is');
  });

  it.each<[string, Subject['kind'], SectionName]>([
    ['vllm-sleep', 'engine', 'engines'],
    ['lmcache-freeze-on', 'cache', 'lmcache'],
    ['lmcache-freeze-on', 'engine', 'lmcache'],
    ['gpu-lock-clocks', 'engine', 'gpu'],
    ['k8s-scale', 'fleet', 'engines'],
    ['host-kill-process', 'gpu', 'system'],
    ['k8s-cordon', 'host', 'system'],
  ])('%s on a subject %s needs the section %s', (type, kind, section) => {
    const action = { type, subject: subject(kind), risk: 'disruptive' as const };
    expect(withSection(section, { status: 'failed' }, action).reason).toContain(`section ${section}`);
    expect(withSection('kernelLog', { status: 'failed' }, action).verdict).toBe('allow');
  });

  it('lets an action that only looks look into telemetry that is stale', () => {
    const action = { type: 'collect-diagnostics', parameters: {}, risk: 'read-only' } as const;
    expect(judged({ action, input: readAt(0) }).verdict).toBe('allow');
  });
});
