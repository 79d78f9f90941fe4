import { describe, expect, it } from '@jest/globals';
import type { Engine, Gpu } from '@app/core';
import {
  type Patch,
  aFrameEngine,
  aFrameGpu,
  aWindow,
  anAnalysisContext,
  frameTime,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const GIB = 1024 ** 3;
const IDLE_GPU: Patch<Gpu> = { utilization: { gpuRatio: 0 }, power: { drawWatts: 72 } };
const IDLE: Patch<Engine> = { requestsRunning: 0 };
const OTHER = { id: 'http://127.0.0.1:8001', gpuUuids: ['GPU-other'] };

interface Options {
  readonly gpu?: Patch<Gpu>;
  readonly engine?: (frame: number) => Patch<Engine>;
  readonly others?: readonly Engine[];
  readonly count?: number;
}

function outcome({ gpu = {}, engine = () => ({}), others = [], count = 32 }: Options) {
  const window = aWindow(count, 60, (frame) => ({
    gpus: [aFrameGpu({ ...IDLE_GPU, ...gpu })],
    engines: [aFrameEngine({ ...IDLE, ...engine(frame) }), ...others],
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'gpu-idle-memory-held');
}

describe('gpu-idle-memory-held', () => {
  it('confirms an engine without requests for half an hour, with its hours and energy', () => {
    const { finding } = outcome({});
    expect(finding).toMatchObject({ severity: 'low', state: 'confirmed', confidence: 'high' });
    expect(finding?.summary).toBe(
      'The engine on the GPU has had no request for 1860 s and holds 72 GiB of its memory (GPU-hours: 0.52, kWh: 0.037).',
    );
    expect(finding?.candidateActions).toEqual([{ type: 'k8s-scale', parameters: { replicaChange: -1 } }]);
  });

  it('proposes sleep where the engine can', () => {
    const process: Engine['process'] = {
      pid: 10,
      pids: [10],
      flags: { 'enable-sleep-mode': 'true' },
      cpuCores: null,
      treeCpuCores: null,
      residentBytes: null,
      cpusAllowed: null,
      cgroupPath: null,
    };
    const { finding } = outcome({ engine: () => ({ process }) });
    expect(finding?.candidateActions[0]).toEqual({ type: 'vllm-sleep', parameters: { level: 1 } });
  });

  it('is medium after four hours, or when another engine queues', () => {
    expect(outcome({ count: 242 }).finding?.severity).toBe('medium');
    expect(outcome({ others: [aFrameEngine({ ...OTHER, requestsWaitingCapacity: 3 })] }).finding?.severity).toBe(
      'medium',
    );
  });

  it('holds up to exactly 5 % utilization and from exactly a fifth of the memory', () => {
    expect(outcome({ gpu: { utilization: { gpuRatio: 0.05 } } }).finding).toBeDefined();
    expect(outcome({ gpu: { utilization: { gpuRatio: 0.06 } } }).finding).toBeUndefined();
    expect(outcome({ gpu: { memory: { usedBytes: 16 * GIB } } }).finding).toBeDefined();
    expect(outcome({ gpu: { memory: { usedBytes: 16 * GIB - 1 } } }).finding).toBeUndefined();
  });

  it('counts tokens where utilization is not given', () => {
    expect(outcome({ gpu: { utilization: { gpuRatio: null } } }).finding?.confidence).toBe('medium');
    const serving = (frame: number) => ({ counters: { generationTokens: 1000 + frame } });
    expect(outcome({ gpu: { utilization: { gpuRatio: null } }, engine: serving }).finding).toBeUndefined();
  });

  it.each<[string, (frame: number) => Patch<Engine>]>([
    ['requests that run', () => ({ requestsRunning: 1 })],
    ['requests that wait', () => ({ requestsWaiting: 1 })],
    ['prompts between two samples', (frame) => ({ counters: { promptTokens: 1000 + frame } })],
    ['a recent start', () => ({ startedAt: frameTime(600) })],
  ])('does not hold with %s', (_, engine) => {
    expect(outcome({ engine }).finding).toBeUndefined();
  });

  it('says nothing of a sleeping or silent engine', () => {
    expect(outcome({ engine: () => ({ sleepState: 'weights-offloaded' }) }).notEvaluated).toContain('sleeps already');
    expect(outcome({ engine: () => ({ up: false }) }).notEvaluated).toContain('does not answer');
  });

  it('does not judge in less than half an hour', () => {
    expect(outcome({ count: 30 }).notEvaluated).toContain('needs 1800 s of history');
  });

  it.each<[string, Options]>([
    ['gpus.memory.usedBytes', { gpu: { memory: { usedBytes: null } } }],
    ['engines.gpuUuids', { engine: () => ({ gpuUuids: null }) }],
    ['engines.requestsRunning', { engine: () => ({ requestsRunning: null }) }],
    ['engines.counters.generationTokens', { engine: () => ({ counters: { generationTokens: null } }) }],
  ])('is not evaluated without %s', (signal, options) => {
    expect(outcome(options).notEvaluated).toContain(signal);
  });
});
