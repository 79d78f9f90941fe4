import { describe, expect, it } from '@jest/globals';
import type { Engine, KernelEvent, System } from '@app/core';
import {
  type FrameOptions,
  type Patch,
  aFrame,
  aFrameCache,
  aFrameEngine,
  aFrameSystem,
  aFrameXid,
  anAnalysisContext,
  frameTime,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const DAY = 86_400;
const NO_LOG: FrameOptions['sections'] = { kernelLog: { status: 'denied' } };

function outcome(...frames: readonly (readonly [second: number, options: FrameOptions])[]) {
  const window = frames.map(([second, options]) => aFrame(second, options));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'host-oom-kill');
}
function counted(oomKills: number | null, patch: Patch<System> = {}): FrameOptions {
  return { system: aFrameSystem({ paging: { oomKills }, ...patch }), sections: NO_LOG };
}
function inGroup(path: string, oomKills: number): Patch<System> {
  return { cgroup: { path, memoryEvents: { high: 0, max: 0, oom: 0, oomKills } } };
}
function killed(processName: string | null, patch: Partial<KernelEvent> = {}): KernelEvent {
  const message = 'Out of memory: Killed process 4711';
  return { ...aFrameXid(0), kind: 'oom-kill', code: null, pciBusId: null, pid: 4711, processName, message, ...patch };
}
function engineOf(pids: readonly number[], cgroupPath: string | null = null): Engine {
  return {
    ...aFrameEngine(),
    process: {
      pid: 1,
      pids,
      flags: {},
      cpuCores: null,
      treeCpuCores: null,
      residentBytes: null,
      cpusAllowed: null,
      cgroupPath,
    },
  };
}

describe('host-oom-kill', () => {
  it('finds a kill that the kernel counts', () => {
    const { finding } = outcome([0, counted(4)], [15, counted(6)], [30, counted(6)]);
    expect(finding).toMatchObject({ severity: 'high', state: 'confirmed', subject: { kind: 'host', id: 'local' } });
    expect(finding?.summary).toBe('The kernel ended processes because memory ran out (kills: 2).');
  });

  it('takes a first total for the past', () => {
    expect(outcome([0, counted(4)], [15, counted(4)])).toEqual({});
    expect(outcome([0, counted(4)]).notEvaluated).toContain('needs another sample');
  });

  it('names the process that the kernel log names', () => {
    const { finding } = outcome([60, { events: [killed('python3')] }]);
    expect(finding).toMatchObject({ severity: 'high', state: 'confirmed' });
    expect(finding?.summary).toBe('The kernel ended python3 because memory ran out (kills: 1).');
  });

  it.each(['VLLM::EngineCor', 'sglang::schedul', 'lmcache'])('is critical when %s was ended', (name) => {
    expect(outcome([60, { events: [killed(name)] }]).finding?.severity).toBe('critical');
  });

  it('is critical when the process was one of an engine, by its id', () => {
    const events = [killed('python3')];
    expect(outcome([0, { engines: [engineOf([1, 4711])] }], [60, { events }]).finding?.severity).toBe('critical');
    expect(outcome([0, { engines: [engineOf([1, 2])] }], [60, { events }]).finding?.severity).toBe('high');
  });

  it('is critical when the group of an engine lost a process', () => {
    const frame = (oomKills: number, path: string) => ({
      ...counted(null, inGroup('/engine', oomKills)),
      engines: [engineOf([1], path)],
    });
    expect(outcome([0, frame(0, '/engine')], [15, frame(1, '/engine')]).finding?.severity).toBe('critical');
    expect(outcome([0, frame(0, '/other')], [15, frame(1, '/other')]).finding?.severity).toBe('high');
  });

  it('does not compare the counters of two groups', () => {
    const first = counted(0, inGroup('/one', 0));
    expect(outcome([0, first], [15, counted(0, inGroup('/two', 3))])).toEqual({});
  });

  it('keeps a kill whose engine came back in a new group', () => {
    const before = counted(0, { cgroup: { cpuPeriods: 900 } });
    const { finding } = outcome([0, before], [15, counted(1, { cgroup: { cpuPeriods: 5 } })], [30, counted(1)]);
    expect(finding?.state).toBe('confirmed');
  });

  it('counts a logged kill up to exactly a day, and of this boot only', () => {
    const events = [killed('python3')];
    expect(outcome([DAY, { events }]).finding).toBeDefined();
    expect(outcome([DAY + 1, { events }]).finding).toBeUndefined();
    const system = aFrameSystem({ uptimeSeconds: 30 });
    expect(outcome([60, { events, system }]).finding).toBeUndefined();
    const late = [killed('python3', { lastAt: frameTime(40) })];
    expect(outcome([60, { events: late, system }]).finding).toBeDefined();
  });

  it('proposes a smaller cache only where there is one', () => {
    const types = (options: FrameOptions) =>
      outcome([60, { events: [killed('vllm')], ...options }]).finding?.candidateActions.map(({ type }) => type);
    expect(types({ caches: [aFrameCache()] })).toContain('lmcache-config:l1-size');
    expect(types({})).toEqual(['k8s-patch-resources', 'engine-health-check']);
  });

  it('is not evaluated without counter and log', () => {
    expect(outcome([0, counted(null)]).notEvaluated).toContain('system.paging.oomKills');
  });

  it('makes do with the log alone', () => {
    expect(outcome([0, { system: aFrameSystem({ paging: { oomKills: null } }) }])).toEqual({});
  });
});
