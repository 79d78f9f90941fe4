import { describe, expect, it } from '@jest/globals';
import type { CandidateAction, Snapshot, Subject } from '@app/core';
import { aFrame, aFrameCache, aFrameEngine, aFrameGpu, FRAME_ENGINE_ID, FRAME_GPU_UUID } from '@app/testing/analysis';
import { ACTIONS } from '../catalogue/actions.js';
import { recommendationText, RECOMMENDED_TYPES } from './recommendation-text.js';

const ENGINE: Subject = { kind: 'engine', id: FRAME_ENGINE_ID, label: 'chat' };
const GPU: Subject = { kind: 'gpu', id: FRAME_GPU_UUID, label: 'GPU 0' };
const CACHE: Subject = { kind: 'cache', id: 'http://127.0.0.1:7000', label: 'cache' };
const HOST: Subject = { kind: 'host', id: 'local', label: 'gpu-host' };
const snapshot = aFrame(0, { caches: [aFrameCache({ id: CACHE.id, engineId: null })] });
const EMPTY: Snapshot = aFrame(0, { gpus: [], engines: [], system: null });

const textOf = (type: string, parameters: CandidateAction['parameters'], subject: Subject, from = snapshot): string =>
  recommendationText({ type, parameters }, subject, from);

describe('the text of a recommendation', () => {
  it('is there for every type of the catalogue', () => {
    expect([...RECOMMENDED_TYPES].sort()).toEqual(ACTIONS.map(({ type }) => type).sort());
  });

  it.each(ACTIONS.map(({ type }) => type))('is written for %s whatever is known', (type) => {
    for (const [subject, from] of [ENGINE, GPU, CACHE, HOST].flatMap(
      (each) =>
        [
          [each, snapshot],
          [each, EMPTY],
        ] as const,
    )) {
      const text = textOf(type, {}, subject, from);
      expect(text.length).toBeGreaterThan(10);
      expect(text).not.toMatch(/undefined|null|NaN|\[object/);
    }
  });

  it.each<[string, CandidateAction['parameters'], Subject, string]>([
    [
      'vllm-config:max-num-seqs',
      { value: 384, direction: 'raise' },
      ENGINE,
      'vllm serve meta-llama/Llama-3.1-8B-Instruct … --max-num-seqs 384 (now 256).',
    ],
    ['vllm-config:max-num-seqs', { direction: 'lower' }, ENGINE, '--max-num-seqs <less than 256> (now 256).'],
    ['gpu-ecc-enable', {}, GPU, `nvidia-smi -i ${FRAME_GPU_UUID} -e 1`],
    ['gpu-set-power-limit', { watts: 630 }, GPU, `nvidia-smi -i ${FRAME_GPU_UUID} -pl 630 (now 700 W)`],
    ['lmcache-config:l1-size', { valueGb: 40 }, CACHE, 'max_local_cpu_size: 40 (now 20)'],
    ['lmcache-config:chunk-size', { value: 128 }, CACHE, 'chunk_size: 128 (now 256)'],
    [
      'k8s-rollout-restart',
      { namespace: 'serving', deployment: 'chat' },
      ENGINE,
      'kubectl rollout restart deployment/chat -n serving',
    ],
    ['k8s-cordon', {}, HOST, 'kubectl cordon gpu-host'],
    ['host-kill-process', { pid: 4711 }, HOST, 'kill -TERM 4711'],
    [
      'lmcache-bypass-add',
      { backendName: 'RemoteBackend' },
      CACHE,
      "curl -X PUT 'http://127.0.0.1:7000/bypass/add?backend_name=RemoteBackend'",
    ],
    ['vllm-config:kv-transfer-config', { value: 'LMCacheMPConnector' }, ENGINE, '"kv_connector":"LMCacheMPConnector"'],
  ])('of %s %j says what to do', (type, parameters, subject, expected) => {
    expect(textOf(type, parameters, subject)).toContain(expected);
  });

  it('names the flag of a server of its own', () => {
    const server = aFrame(0, { caches: [aFrameCache({ id: CACHE.id, mode: 'mp' })] });
    expect(textOf('lmcache-config:l1-size', { valueGb: 40 }, CACHE, server)).toContain('--l1-size-gb 40 (now 20)');
  });

  it('lets no name out of its word', () => {
    const named = aFrame(0, { engines: [aFrameEngine({ model: "x'; rm -rf / #" })] });
    expect(textOf('vllm-config:max-loras', { value: 4 }, ENGINE, named)).toContain(`vllm serve 'x'\\''; rm -rf / #' …`);
    expect(textOf('k8s-drain', { node: '$(reboot)' }, HOST)).toContain("kubectl drain '$(reboot)'");
    expect(textOf('lmcache-controller-clear', { instanceId: `a'"b`, location: 'x' }, CACHE)).not.toContain(`a'"b`);
  });

  it('says for a group of GPUs what is for all of them', () => {
    const second = 'GPU-22222222-2222-3333-4444-555555555555';
    const group = aFrame(0, {
      gpus: [aFrameGpu(), aFrameGpu({ uuid: second })],
      engines: [aFrameEngine({ gpuUuids: [FRAME_GPU_UUID, second] })],
    });
    expect(textOf('gpu-reset-clocks', {}, ENGINE, group)).toBe(`nvidia-smi -i ${FRAME_GPU_UUID},${second} -rgc`);
  });
});
