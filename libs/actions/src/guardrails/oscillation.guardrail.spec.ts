import { describe, expect, it } from '@jest/globals';
import type { JournalEntry, OptimizationAction } from '@app/core';
import { FRAME_ENGINE_ID } from '@app/testing/analysis';
import { aGuardInput, aPastActionEnded, type GuardInputOptions } from '@app/testing/guardrails';
import { isSameKnob } from './knobs.js';
import { oscillationGuardrail } from './oscillation.guardrail.js';

const judged = (journal: readonly JournalEntry[], options: GuardInputOptions = {}) =>
  oscillationGuardrail.check(aGuardInput({ ...options, input: { journal, ...options.input } }));
const limit = (watts: number, secondsAgo = 1_799, values: Partial<JournalEntry> = {}) =>
  aPastActionEnded(secondsAgo, { type: 'gpu-set-power-limit', parameters: { watts }, ...values });
const engine = { kind: 'engine', id: FRAME_ENGINE_ID, label: 'engine' } as const;
const onEngine = (type: string, parameters: Record<string, unknown> = {}): Partial<OptimizationAction> => ({
  type,
  parameters,
  subject: engine,
  members: [engine.id],
});
const OTHER_GPU = { subject: { kind: 'gpu', id: 'GPU-2', label: 'GPU 1' }, members: ['GPU-2'] } as const;

describe('oscillation', () => {
  it.each<[string, readonly JournalEntry[]]>([
    ['no change before', []],
    ['the same value once more, which the cool-down judges', [limit(630)]],
    ['another value half an hour ago', [limit(560, 1_800)]],
    ['another value on another GPU', [limit(560, 10, OTHER_GPU)]],
    ['another value that never took', [limit(560, 10, { phase: 'failed' })]],
    [
      'another knob of the GPU',
      [aPastActionEnded(10, { type: 'gpu-lock-clocks', parameters: { minMhz: 1, maxMhz: 2 } })],
    ],
  ])('allows with %s', (_, journal) => {
    expect(judged(journal)).toMatchObject({ verdict: 'allow' });
  });

  it.each<[string, readonly JournalEntry[]]>([
    ['another value', [limit(560)]],
    ['another value that was taken back', [limit(560, 10, { phase: 'undone' })]],
    ['another value that is still being watched', [limit(560, 10, { phase: 'verified', endedAt: null })]],
    ['the default restored', [aPastActionEnded(10, { type: 'gpu-restore-power-limit' })]],
    [
      'another value on a peer that it includes',
      [limit(560, 10, { members: ['GPU-2', aGuardInput().action.subject.id], subject: OTHER_GPU.subject })],
    ],
  ])('denies after %s', (_, journal) => {
    expect(judged(journal)).toEqual({ verdict: 'deny', reason: expect.stringContaining('turn back or change again') });
  });

  it('looks back four windows when these are longer than half an hour', () => {
    const input = { monitorSeconds: 1_800 };
    expect(judged([limit(560, 7_199)], { input }).verdict).toBe('deny');
    expect(judged([limit(560, 7_200)], { input }).verdict).toBe('allow');
  });

  it('knows what undoes what', () => {
    const slept = aPastActionEnded(60, {
      type: 'vllm-sleep',
      parameters: { level: 1 },
      subject: engine,
      members: [engine.id],
    });
    expect(judged([slept], { action: onEngine('vllm-wake') }).verdict).toBe('deny');
    expect(judged([slept], { action: onEngine('vllm-resume') }).verdict).toBe('allow');
  });

  it.each<[string, string, Record<string, unknown>, string, Record<string, unknown>, boolean]>([
    ['one adapter and the same', 'vllm-lora-load', { loraName: 'a' }, 'vllm-lora-unload', { loraName: 'a' }, true],
    ['two adapters', 'vllm-lora-load', { loraName: 'a' }, 'vllm-lora-unload', { loraName: 'b' }, false],
    ['a replica more and one less', 'k8s-scale', { replicaChange: 1 }, 'k8s-scale', { replicaChange: -1 }, true],
    ['a type of no catalogue and itself', 'gone', {}, 'gone', {}, true],
  ])('tells knobs apart: %s', (_, type, parameters, otherType, otherParameters, isSame) => {
    expect(isSameKnob({ type, parameters }, { type: otherType, parameters: otherParameters })).toBe(isSame);
  });

  it.each<[string, GuardInputOptions['input']]>([
    ['the journal', { journal: null }],
    ['the monitoring window', { monitorSeconds: null }],
    ['the present time', { nowMs: NaN }],
  ])('denies without %s', (_, input) => {
    expect(judged([], { input }).verdict).toBe('deny');
  });

  it('does not hold for actions that only look', () => {
    const action = { type: 'collect-diagnostics', parameters: {}, risk: 'read-only' } as const;
    expect(judged([], { action, input: { journal: null } }).verdict).toBe('allow');
  });
});
