import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EngineView } from '../machine/index.js';
import type { FaultTarget } from './fault.js';
import { aFaultTarget } from './fault-target.builder.js';
import { InjectedFaults } from './injected-faults.js';

describe('faults of an engine and its cache', () => {
  let target: FaultTarget;
  let faults: InjectedFaults;
  beforeEach(() => {
    target = aFaultTarget();
    faults = new InjectedFaults(target);
  });
  const inject = (id: string, seconds: number): void => {
    faults.inject(id, {}, 0);
    target.machine.advance(seconds);
  };
  const engine = (): EngineView => target.machine.engine(0).view();

  it('traffic-burst makes requests wait', () => {
    inject('traffic-burst', 60);
    expect(engine().waiting).toBeGreaterThan(20);
  });

  it('long-prompts make the prompts longer and leave their number', () => {
    const before = target.machine.engine(0).traffic;
    inject('long-prompts', 0);
    const { promptTokens, requestsPerSecond } = target.machine.engine(0).traffic;
    expect(promptTokens.median).toBe(20 * before.promptTokens.median);
    expect(requestsPerSecond).toBe(before.requestsPerSecond);
  });

  it('kv-thrash preempts requests', () => {
    const before = engine().counters.preemptions;
    inject('kv-thrash', 120);
    expect(engine().counters.preemptions).toBeGreaterThan(before);
  });

  it('changes of the traffic are taken back in any order', () => {
    const before = target.machine.engine(0).traffic;
    const [burst, prompts, answers] = ['traffic-burst', 'long-prompts', 'kv-thrash'].map(
      (id) => faults.inject(id, {}, 0).id,
    );
    for (const id of [prompts, burst, answers]) faults.remove(id ?? '');
    const after = target.machine.engine(0).traffic;
    expect(after.requestsPerSecond).toBeCloseTo(before.requestsPerSecond);
    expect(after.promptTokens.p95).toBeCloseTo(before.promptTokens.p95);
    expect(after.outputTokens.median).toBeCloseTo(before.outputTokens.median);
  });

  it('engine-hang stops its answers, and it goes on where it hung', () => {
    inject('engine-hang', 1);
    expect(engine().state).toBe('hung');
    faults.removeAll();
    expect(engine().state).toBe('serving');
  });

  it('engine-restart ends the process and starts another one', () => {
    const { pid } = engine();
    inject('engine-restart', 1);
    expect(engine()).toMatchObject({ state: 'loading', running: 0 });
    target.machine.advance(20);
    expect(engine().state).toBe('serving');
    expect(engine().pid).not.toBe(pid);
  });

  it('counter-reset begins at zero in the same process, with its cache', () => {
    const { pid } = engine();
    inject('counter-reset', 0);
    expect(engine()).toMatchObject({ pid, counters: { generationTokens: 0 } });
    expect(target.machine.cache(0).view().counters.lookups).toBe(0);
  });

  it('renamed-metrics change one page, and back', () => {
    inject('renamed-metrics', 0);
    expect(Object.keys(target.engines[0]?.renames ?? {})).toContain('vllm:kv_cache_usage_perc');
    expect(target.engines[1]?.renames).toEqual({});
    faults.removeAll();
    expect(target.engines[0]?.renames).toEqual({});
  });

  it('cache-loss empties a cache, which then finds nothing until it is healed', () => {
    inject('cache-loss', 1);
    expect(target.machine.cache(0).view()).toMatchObject({ isHealthy: false, usedBytes: 0 });
    faults.removeAll();
    expect(target.machine.cache(0).view().isHealthy).toBe(true);
  });

  it('slow-remote-cache makes loads slow', () => {
    inject('slow-remote-cache', 30);
    expect(target.machine.cache(0).view().counters.slowRetrievals).toBeGreaterThan(0);
    expect(target.machine.cache(0).view().bypassed).toEqual(['LocalCPUBackend']);
    faults.removeAll();
    expect(target.machine.cache(0).view().bypassed).toEqual([]);
  });
});
