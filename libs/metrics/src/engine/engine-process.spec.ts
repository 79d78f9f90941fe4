import { describe, expect, it } from '@jest/globals';
import type { Engine, Gpu } from '@app/core';
import { aFrameGpu } from '@app/testing/analysis';
import { anEngine } from '@app/testing/metrics';
import type { HostProcess } from '../system/host-process.js';
import { assignProcesses } from './engine-process.js';

const ENGINE = anEngine({ id: 'http://h:8000', url: 'http://h:8000', maxNumSeqs: null, gpuUuids: null });

function aProcess(pid: number, line: string, values: Partial<HostProcess> = {}): HostProcess {
  return {
    pid,
    parentPid: 1,
    arguments: line.split(' '),
    cpuCores: 0.5,
    residentBytes: 1000,
    cpusAllowed: '0-15',
    cgroupPath: '/pod',
    ...values,
  };
}

function aGpu(uuid: string, pids: readonly number[], type = 'C'): Gpu {
  const processes = pids.map((pid) => ({ pid, name: null, type, usedMemoryBytes: 1, gpuInstanceId: null }));
  return aFrameGpu({ uuid, processes });
}

interface Host {
  readonly engines?: readonly Engine[];
  readonly processes?: readonly HostProcess[];
  readonly gpus?: readonly Gpu[];
  readonly areGpusRead?: boolean;
}

function assigned({ engines = [ENGINE], processes = [], gpus = [], areGpusRead = true }: Host) {
  const { engines: placed, gaps } = assignProcesses(engines, processes, gpus, areGpusRead);
  const reasons = Object.fromEntries(gaps.map(({ signal, reason }) => [signal, reason]));
  return { engines: placed, first: placed[0], reasons };
}

describe('assignProcesses', () => {
  it('finds the process by its port, with everything that it started', () => {
    const processes = [
      aProcess(10, 'vllm serve m --port 8000 --max-num-seqs 128'),
      aProcess(11, 'VLLM::EngineCore', { parentPid: 10, cpuCores: 1, residentBytes: 500 }),
      aProcess(12, 'VLLM::Worker_TP0', { parentPid: 11, cpuCores: 0.25, residentBytes: 250 }),
      aProcess(20, 'vllm serve m --port 9000'),
    ];

    expect(assigned({ processes }).first).toMatchObject({
      maxNumSeqs: 128,
      process: {
        pid: 10,
        pids: [10, 11, 12],
        flags: { port: '8000', 'max-num-seqs': '128' },
        cpuCores: 0.5,
        treeCpuCores: 1.75,
        residentBytes: 1750,
        cpusAllowed: '0-15',
        cgroupPath: '/pod',
      },
    });
  });

  it('knows the default ports', () => {
    const sglang = anEngine({ id: 's', kind: 'sglang', url: 'http://h:30000', maxNumSeqs: null });
    const processes = [
      aProcess(10, 'vllm serve m'),
      aProcess(20, 'python3 -m sglang.launch_server --max-running-requests 64'),
    ];
    const { engines } = assigned({ engines: [ENGINE, sglang], processes });

    expect(engines.map((engine) => [engine.process?.pid, engine.maxNumSeqs])).toEqual([
      [10, null],
      [20, 64],
    ]);
  });

  it('takes the first of a chain of processes with the same command line', () => {
    const line = 'vllm serve m';
    const processes = [aProcess(10, line), aProcess(11, line, { parentPid: 10 })];

    expect(assigned({ processes }).first?.process).toMatchObject({ pid: 10, pids: [10, 11] });
  });

  it('takes the only engine process when the port is mapped', () => {
    expect(assigned({ processes: [aProcess(10, 'vllm serve m --port 80')] }).first?.process?.pid).toBe(10);
  });

  it.each<[string, HostProcess[], RegExp]>([
    ['nothing was read', [], /no engine process of this machine was read/],
    ['two serve on its port', [aProcess(21, 'vllm serve a'), aProcess(22, 'vllm serve b')], /several processes/],
    [
      'several serve on other ports',
      [aProcess(21, 'vllm serve a --port 1'), aProcess(22, 'vllm serve b --port 2')],
      /no process of this machine has its port/,
    ],
    ['the only one is of another kind', [aProcess(21, 'sglang serve --port 1')], /no process of this machine/],
  ])('has no process when %s, and says so', (_, processes, reason) => {
    const { first, reasons } = assigned({ processes });

    expect(first).toMatchObject({ process: null, maxNumSeqs: null });
    expect(reasons['engines.process']).toMatch(reason);
    expect(reasons['engines.maxNumSeqs']).toMatch(reason);
  });

  it('does not give the only process to one of several addresses', () => {
    const other = anEngine({ id: 'http://h:8001', url: 'http://h:8001' });
    const { engines } = assigned({ engines: [ENGINE, other], processes: [aProcess(10, 'vllm serve m --port 80')] });

    expect(engines.map((engine) => engine.process)).toEqual([null, null]);
  });

  it('says that the default limit is not known where the flag is not set', () => {
    const { first, reasons } = assigned({ processes: [aProcess(10, 'vllm serve m')] });

    expect(first?.maxNumSeqs).toBeNull();
    expect(reasons['engines.maxNumSeqs']).toContain('the default depends on version and GPU');
  });

  it('keeps a limit that the page publishes', () => {
    const engine = { ...ENGINE, maxNumSeqs: 32 };
    const processes = [aProcess(10, 'vllm serve m --max-num-seqs 64')];

    expect(assigned({ engines: [engine], processes }).first?.maxNumSeqs).toBe(32);
  });

  it('has no sum of which a part is unknown', () => {
    const child = aProcess(11, 'VLLM::EngineCore', { parentPid: 10, cpuCores: null, residentBytes: null });

    expect(assigned({ processes: [aProcess(10, 'vllm serve m'), child] }).first?.process).toMatchObject({
      cpuCores: 0.5,
      treeCpuCores: null,
      residentBytes: null,
    });
  });

  it('ends where processes name each other as parents', () => {
    const processes = [
      aProcess(10, 'vllm serve m', { parentPid: 11 }),
      aProcess(11, 'x', { parentPid: 10 }),
      aProcess(12, 'y', { parentPid: 12 }),
    ];

    expect(assigned({ processes }).first?.process?.pids).toEqual([10, 11]);
  });

  it('gives it the GPUs on which a process of its tree runs', () => {
    const processes = [aProcess(10, 'vllm serve m'), aProcess(11, 'VLLM::Worker', { parentPid: 10 })];
    const gpus = [aGpu('GPU-a', [11]), aGpu('GPU-b', [99])];

    expect(assigned({ processes, gpus }).first?.gpuUuids).toEqual(['GPU-a']);
  });

  it('gives the only engine every GPU that computes where no process is known', () => {
    const gpus = [aGpu('GPU-a', [1]), aGpu('GPU-b', [2], 'G'), aGpu('GPU-c', [3], 'C+G')];

    expect(assigned({ gpus }).first?.gpuUuids).toEqual(['GPU-a', 'GPU-c']);
  });

  it('leaves the GPUs of several engines open where no process is known', () => {
    const other = anEngine({ id: 'http://h:8001', url: 'http://h:8001', gpuUuids: null });
    const { engines, reasons } = assigned({ engines: [ENGINE, other], gpus: [aGpu('GPU-a', [1])] });

    expect(engines.map(({ gpuUuids }) => gpuUuids)).toEqual([null, null]);
    expect(reasons['engines.gpuUuids']).toContain('http://h:8001: no GPU process');
  });

  it('tells the GPUs of data-parallel engines by the cores that serve them', () => {
    const engines = ['0', '1'].map((rank) => ({ ...ENGINE, id: `http://h:8000#${rank}` }));
    const processes = [
      aProcess(10, 'vllm serve m -dp 2'),
      aProcess(11, 'VLLM::EngineCore_DP0', { parentPid: 10 }),
      aProcess(12, 'VLLM::EngineCore_DP1', { parentPid: 10 }),
      aProcess(13, 'VLLM::Worker', { parentPid: 12 }),
    ];
    const gpus = [aGpu('GPU-a', [11]), aGpu('GPU-b', [13])];

    expect(assigned({ engines, processes, gpus }).engines.map(({ gpuUuids }) => gpuUuids)).toEqual([
      ['GPU-a'],
      ['GPU-b'],
    ]);
  });

  it('says when the GPUs were not read', () => {
    const { first, reasons } = assigned({ gpus: [aGpu('GPU-a', [1])], areGpusRead: false });

    expect(first?.gpuUuids).toBeNull();
    expect(reasons['engines.gpuUuids']).toContain('the GPUs were not read');
  });

  it('finds the process of an engine that does not answer, without a gap for it', () => {
    const down = { ...ENGINE, up: false };
    const { first, reasons } = assigned({ engines: [down], processes: [aProcess(10, 'sglang serve --port 8000')] });

    expect(first?.process?.pid).toBe(10);
    expect(reasons).toEqual({});
  });
});
