import { describe, expect, it } from '@jest/globals';
import type { Engine, JournalEntry, OptimizationAction } from '@app/core';
import { aFrameCache, aFrameEngine, aFrameGpu, FRAME_CACHE_ID, type FrameOptions } from '@app/testing/analysis';
import {
  aGuardInput,
  aPastAction,
  aPastActionEnded,
  GUARD_ENGINE,
  type GuardInputOptions,
} from '@app/testing/guardrails';
import { blastRadiusGuardrail } from './blast-radius.guardrail.js';

const judged = (frame: FrameOptions, action: Partial<OptimizationAction>, input: GuardInputOptions['input'] = {}) =>
  blastRadiusGuardrail.check(aGuardInput({ frame, action, input }));
const uuid = (index: number) => `GPU-0000000${index}-2222-3333-4444-555555555555`;
const gpus = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    aFrameGpu({ index, uuid: uuid(index), pciBusId: `00000000:3${index}:00.0` }),
  );
const engine = (port: number, patch: Parameters<typeof aFrameEngine>[0] = {}): Engine =>
  aFrameEngine({ id: `http://127.0.0.1:${port}`, url: `http://127.0.0.1:${port}`, gpuUuids: [], ...patch });
const onGpus = (...indexes: number[]): Partial<OptimizationAction> => ({
  subject: { kind: 'gpu', id: uuid(indexes[0] ?? 0), label: 'GPU' },
  members: indexes.map(uuid),
});
const onEngine = (type: string, { id }: Engine = GUARD_ENGINE): Partial<OptimizationAction> => ({
  type,
  risk: 'disruptive',
  parameters: {},
  subject: { kind: 'engine', id, label: id },
  members: [id],
});
const TWO = [engine(8000), engine(8001)];

describe('blast-radius', () => {
  it.each<['allow' | 'deny', string, FrameOptions, Partial<OptimizationAction>]>([
    ['allow', 'the only GPU', { gpus: gpus(1), engines: [] }, onGpus(0)],
    ['allow', 'one of two GPUs', { gpus: gpus(2), engines: [] }, onGpus(0)],
    ['deny', 'two of four GPUs', { gpus: gpus(4), engines: [] }, onGpus(0, 1)],
    ['allow', 'two of eight GPUs', { gpus: gpus(8), engines: [] }, onGpus(0, 1)],
    ['deny', 'three of eight GPUs', { gpus: gpus(8), engines: [] }, onGpus(0, 1, 2)],
    [
      'allow',
      'the four GPUs of one engine',
      { gpus: gpus(4), engines: [engine(8000, { gpuUuids: gpus(4).map((gpu) => gpu.uuid ?? '') })] },
      onGpus(0, 1, 2, 3),
    ],
    [
      'deny',
      'the GPUs of two engines',
      { gpus: gpus(2), engines: [engine(8000, { gpuUuids: [uuid(0)] }), engine(8001, { gpuUuids: [uuid(1)] })] },
      onGpus(0, 1),
    ],
    [
      'allow',
      'the GPUs of two engines that share one',
      {
        gpus: gpus(2),
        engines: [engine(8000, { gpuUuids: [uuid(0), uuid(1)] }), engine(8001, { gpuUuids: [uuid(1)] })],
      },
      onGpus(0, 1),
    ],
    [
      'deny',
      'GPUs of which nobody knows whose they are',
      { gpus: gpus(4), engines: [engine(8000, { gpuUuids: null })] },
      onGpus(0, 1),
    ],
    [
      'deny',
      'a GPU when the engines could not be read',
      { gpus: gpus(1), engines: [], sections: { engines: { status: 'failed' } } },
      onGpus(0),
    ],
    [
      'allow',
      'a GPU where there are no engines',
      { gpus: gpus(1), engines: [], sections: { engines: { status: 'absent' } } },
      onGpus(0),
    ],
    [
      'allow',
      'the only cache',
      { caches: [aFrameCache()] },
      {
        type: 'lmcache-freeze-on',
        subject: { kind: 'cache', id: FRAME_CACHE_ID, label: '' },
        members: [FRAME_CACHE_ID],
      },
    ],
  ])('%s: %s', (verdict, _, frame, action) => {
    expect(judged(frame, action).verdict).toBe(verdict);
  });

  it.each<['allow' | 'deny', string, number, 'in-process' | 'mp']>([
    ['allow', 'the workers of the only engine', 1, 'in-process'],
    ['deny', 'workers of nobody knows which of two engines', 2, 'in-process'],
    ['deny', 'two cache servers', 1, 'mp'],
  ])('%s: %s', (verdict, _, engineCount, mode) => {
    const caches = ['http://c:7000', 'http://c:7001'].map((id) => aFrameCache({ id, engineId: null, mode }));
    const ids = caches.map(({ id }) => id);
    const action = {
      type: 'lmcache-freeze-on',
      subject: { kind: 'cache', id: ids[0] ?? '', label: '' },
      members: ids,
    } as const;
    expect(judged({ engines: TWO.slice(0, engineCount), caches }, action).verdict).toBe(verdict);
  });

  it('counts what other changes have under way', () => {
    const journal = [aPastAction({ phase: 'verified', endedAt: null, members: [uuid(1)] })];
    expect(judged({ gpus: gpus(4), engines: [] }, onGpus(0), { journal }).reason).toContain('2 of 4 gpu groups');
    expect(judged({ gpus: gpus(8), engines: [] }, onGpus(0), { journal }).verdict).toBe('allow');
  });

  it.each<['allow' | 'deny', string, readonly Engine[], Partial<OptimizationAction>]>([
    ['allow', 'sleep of one of two', TWO, onEngine('vllm-sleep')],
    ['deny', 'sleep of the only one', [engine(8000)], onEngine('vllm-sleep')],
    ['deny', 'a pause when the other one is down', [engine(8000), engine(8001, { up: false })], onEngine('vllm-pause')],
    [
      'deny',
      'a pause when the other one is unhealthy',
      [engine(8000), engine(8001, { healthy: false })],
      onEngine('vllm-pause'),
    ],
    [
      'deny',
      'a pause when the other one sleeps',
      [engine(8000), engine(8001, { sleepState: 'weights-offloaded' })],
      onEngine('vllm-pause'),
    ],
    [
      'deny',
      'a pause when the other one serves another model',
      [engine(8000), engine(8001, { model: 'other' })],
      onEngine('vllm-pause'),
    ],
    [
      'deny',
      'a pause of an engine of unknown model',
      [engine(8000, { model: null }), engine(8001, { model: null })],
      onEngine('vllm-pause'),
    ],
    [
      'allow',
      'taking out the one that is dead already',
      [engine(8000, { up: false })],
      onEngine('router-remove-backend'),
    ],
    ['deny', 'taking out the last one', [engine(8000)], onEngine('router-remove-backend')],
    ['allow', 'waking the only one', [engine(8000, { sleepState: 'weights-offloaded' })], onEngine('vllm-wake')],
    [
      'deny',
      'draining the GPU of the only one',
      [engine(8000, { gpuUuids: [uuid(0)] })],
      { ...onGpus(0), type: 'gpu-drain', risk: 'disruptive' },
    ],
    ['deny', 'draining the node', TWO, { ...onEngine('k8s-drain'), parameters: { node: 'n' } }],
    ['deny', 'draining a node of unknown engines', [], { ...onEngine('k8s-drain'), parameters: { node: 'n' } }],
    ['allow', 'draining a node whose engines are down', [engine(8000, { up: false })], { ...onEngine('k8s-drain') }],
    ['allow', 'restarting two replicas one by one', TWO, onEngine('k8s-rollout-restart')],
    ['deny', 'restarting the only replica', [engine(8000)], onEngine('k8s-rollout-restart')],
    [
      'deny',
      'restarting the cache of the only one',
      [engine(8000)],
      { ...onEngine('lmcache-restart'), members: [FRAME_CACHE_ID] },
    ],
  ])('%s: %s', (verdict, _, engines, action) => {
    expect(judged({ gpus: gpus(1), engines, caches: [aFrameCache()] }, action).verdict).toBe(verdict);
  });

  it.each<['allow' | 'deny', string, readonly Engine[], number | undefined]>([
    ['allow', 'one replica more', [engine(8000)], 1],
    ['deny', 'one less of one', [engine(8000)], -1],
    ['allow', 'one less of two', TWO, -1],
    ['deny', 'one less, which may be the only one of its model', [...TWO, engine(8002, { model: 'other' })], -1],
    ['deny', 'one less where nothing serves', [], -1],
    ['deny', 'a change of unknown direction', [engine(8000)], undefined],
  ])('%s: %s', (verdict, _, engines, replicaChange) => {
    const action = { ...onEngine('k8s-scale'), parameters: { replicaChange }, members: ['ml/chat'] };
    expect(judged({ engines }, action).verdict).toBe(verdict);
  });

  it.each<['allow' | 'deny', string, readonly JournalEntry['type'][], JournalEntry['phase']]>([
    ['deny', 'the other one is out of the router, which only the journal knows', ['router-remove-backend'], 'kept'],
    ['deny', 'the other one is paused', ['vllm-pause'], 'kept'],
    ['allow', 'the other one was put back', ['router-remove-backend', 'router-restore-backend'], 'kept'],
    ['allow', 'taking the other one out was taken back', ['router-remove-backend'], 'undone'],
  ])('%s: %s', (verdict, _, types, phase) => {
    const other = {
      subject: { kind: 'engine', id: 'http://127.0.0.1:8001', label: '' },
      members: ['http://127.0.0.1:8001'],
    } as const;
    const journal = types.map((type, index) =>
      aPastActionEnded(9_000 - index, { type, phase, runId: `r${index}`, ...other }),
    );
    expect(judged({ engines: TWO }, onEngine('vllm-sleep'), { journal }).verdict).toBe(verdict);
  });

  it.each<[string, GuardInputOptions['input']]>([
    ['the snapshot', { present: null }],
    ['the journal', { journal: null }],
  ])('denies without %s', (_, input) => {
    expect(judged({}, {}, input).verdict).toBe('deny');
  });

  it('does not hold for actions that only look', () => {
    const action = { type: 'collect-diagnostics', parameters: {}, risk: 'read-only' } as const;
    expect(judged({}, action, { present: null }).verdict).toBe('allow');
  });
});
