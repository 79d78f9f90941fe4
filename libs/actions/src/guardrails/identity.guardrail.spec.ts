import { describe, expect, it } from '@jest/globals';
import type { OptimizationAction } from '@app/core';
import { aFrameCache, aFrameGpu, FRAME_CACHE_ID, FRAME_GPU_UUID, type FrameOptions } from '@app/testing/analysis';
import {
  aGuardAnalysis,
  aGuardInput,
  aGuardSnapshot,
  anotherGuardGpu,
  GUARD_ENGINE,
  type GuardInputOptions,
} from '@app/testing/guardrails';
import { identityGuardrail } from './identity.guardrail.js';

const facts = (frame: FrameOptions) => ({ snapshot: aGuardSnapshot(frame), analysis: aGuardAnalysis([]) });

/** What is said of an action when the host looked one way at planning and looks another way now. */
function judged(then: FrameOptions, now: FrameOptions, action: Partial<OptimizationAction> = {}) {
  const input: GuardInputOptions['input'] = { planned: facts(then), present: facts(now) };
  return identityGuardrail.check(aGuardInput({ action, input }));
}
const on = (
  kind: 'engine' | 'cache' | 'host' | 'fleet',
  id: string,
  type = 'vllm-sleep',
): Partial<OptimizationAction> => ({
  type,
  risk: 'disruptive',
  subject: { kind, id, label: id },
  members: [id],
});
const ENGINE = on('engine', GUARD_ENGINE.id);
const CACHE = on('cache', FRAME_CACHE_ID, 'lmcache-freeze-on');
const engine = (patch: Partial<typeof GUARD_ENGINE>) => ({ engines: [{ ...GUARD_ENGINE, ...patch }] });
const cache = (patch: Parameters<typeof aFrameCache>[0] = {}) => ({ caches: [aFrameCache(patch)] });
const PEER = anotherGuardGpu();
const NOBODY = { startedAt: null, process: null };

describe('identity', () => {
  it.each<[string, FrameOptions, FrameOptions, Partial<OptimizationAction>?]>([
    ['the same GPU', {}, {}],
    ['the same GPU at another position', { gpus: [aFrameGpu()] }, { gpus: [PEER, aFrameGpu()] }],
    ['the same bus id in other words', {}, { gpus: [aFrameGpu({ pciBusId: '0000:3b:00.0' })] }],
    ['the same engine', {}, {}, ENGINE],
    ['an engine of which nobody ever knew the process', engine(NOBODY), engine(NOBODY), ENGINE],
    ['the same cache', cache(), cache({ hitRatio: 0.1 }), CACHE],
    ['the host', {}, {}, on('host', 'local', 'k8s-cordon')],
    ['the fleet', {}, {}, on('fleet', 'fleet', 'k8s-scale')],
    [
      'a deployment, which its preconditions ask for',
      {},
      {},
      { ...on('engine', GUARD_ENGINE.id, 'k8s-scale'), members: ['ml/chat'] },
    ],
    [
      'what has gone, for an action that only looks',
      {},
      { gpus: [] },
      { type: 'collect-diagnostics', risk: 'read-only' },
    ],
  ])('allows %s', (_, then, now, action = {}) => {
    expect(judged(then, now, action)).toMatchObject({ verdict: 'allow' });
  });

  it.each<[string, FrameOptions, FrameOptions, string, Partial<OptimizationAction>?]>([
    ['a GPU that has gone', {}, { gpus: [PEER] }, 'not there any more'],
    ['a GPU that was not there', { gpus: [PEER] }, {}, 'was not there'],
    ['a GPU in another slot', {}, { gpus: [aFrameGpu({ pciBusId: '00000000:5E:00.0' })] }, 'another slot'],
    ['a GPU without a bus id', {}, { gpus: [aFrameGpu({ pciBusId: null })] }, 'bus id'],
    ['two GPUs of one UUID', {}, { gpus: [aFrameGpu(), aFrameGpu({ index: 1 })] }, 'several'],
    [
      'a peer that has gone',
      { gpus: [aFrameGpu(), PEER] },
      {},
      PEER.uuid ?? '',
      { members: [FRAME_GPU_UUID, PEER.uuid ?? ''] },
    ],
    [
      'an engine that was restarted',
      {},
      engine({ startedAt: '2026-03-01T12:01:00.000Z' }),
      'start has changed',
      ENGINE,
    ],
    [
      'an engine of another process',
      {},
      engine({ process: { ...GUARD_ENGINE.process!, pid: 7 } }),
      'process has changed',
      ENGINE,
    ],
    ['an engine of which the process is not known now', {}, engine({ process: null }), 'not known any more', ENGINE],
    ['an engine with another model', {}, engine({ model: 'other' }), 'model has changed', ENGINE],
    ['another kind of engine', {}, engine({ kind: 'sglang' }), 'another engine', ENGINE],
    ['another cache at the address', cache(), cache({ version: '0.4.0' }), 'another cache', CACHE],
    ['what is in no snapshot', {}, {}, 'in no snapshot', on('engine', 'http://elsewhere')],
    ['no members', {}, {}, 'what the action acts on', { members: [] }],
    ['a member twice', {}, {}, 'twice', { members: [FRAME_GPU_UUID, FRAME_GPU_UUID] }],
  ])('denies %s', (_, then, now, reason, action = {}) => {
    expect(judged(then, now, action)).toEqual({ verdict: 'deny', reason: expect.stringContaining(reason) });
  });

  it('denies a GPU without a UUID, since a card of its slot may be another one', () => {
    const frame = { gpus: [aFrameGpu({ uuid: null })] };
    const id = '00000000:3B:00.0';
    const action = { subject: { kind: 'gpu', id, label: '' }, members: [id] } as const;
    expect(judged(frame, frame, action).reason).toContain('UUID');
  });

  it.each([
    ['of another host', 'other', 'another host'],
    ['of an unknown host', null, 'host name'],
  ])('denies on a snapshot %s', (_, hostname, reason) => {
    const present = { ...facts({}), snapshot: { ...aGuardSnapshot(), hostname } };
    expect(identityGuardrail.check(aGuardInput({ input: { present } })).reason).toContain(reason);
  });

  it.each(['planned', 'present'] as const)('denies without what was %s', (name) => {
    expect(identityGuardrail.check(aGuardInput({ input: { [name]: null } })).verdict).toBe('deny');
  });
});
