import { describe, expect, it } from '@jest/globals';
import { type EngineHistogram, type EngineView, Machine, type MachineOptions } from './index.js';

const anHost = (options: MachineOptions = {}): Machine => new Machine({ warmSeconds: 20, historyHours: 1, ...options });

interface Seen {
  readonly after: EngineView;
  readonly mean: (name: EngineHistogram) => number;
  readonly count: (name: keyof EngineView['counters']) => number;
}

/** What the first engine did in some time. */
function during(machine: Machine, seconds: number): Seen {
  const before = machine.engine(0).view();
  machine.advance(seconds);
  const after = machine.engine(0).view();
  return {
    after,
    mean: (name) => {
      const [old, now] = [before.histograms[name], after.histograms[name]];
      return (now.sum - old.sum) / (now.count - old.count);
    },
    count: (name) => after.counters[name] - before.counters[name],
  };
}

describe('a warm machine', () => {
  const { gpus, engines, caches, host } = new Machine({ gpus: 8, engines: 2, seed: 5 }).view();

  it('serves moderately: requests run, none waits, nobody is preempted', () => {
    for (const { state, running, waiting, kvUsageRatio, counters } of engines) {
      expect(state).toBe('serving');
      expect(running).toBeGreaterThan(5);
      expect(waiting).toBeLessThan(5);
      expect(kvUsageRatio).toBeLessThan(0.5);
      expect(counters.preemptions).toBe(0);
    }
  });

  it('has hours behind it', () => {
    for (const { counters, startedAtMs, histograms } of engines) {
      expect(counters.succeeded).toBeGreaterThan(3600);
      expect(histograms.endToEnd.count).toBe(counters.succeeded);
      expect(Date.UTC(2026, 0, 15, 9, 30) - startedAtMs).toBeCloseTo(6 * 3.6e6, -5);
    }
    expect(caches.map(({ usedBytes, capacityBytes }) => usedBytes / capacityBytes > 0.9)).toEqual([true, true]);
    expect(host.load[2]).toBeGreaterThan(1);
  });

  it('throttles nothing and is cool', () => {
    for (const { clockReasons, temperature, utilizationRatio } of gpus) {
      expect(clockReasons).toEqual([]);
      expect(temperature.gpuCelsius).toBeLessThan(65);
      expect(utilizationRatio).toBeGreaterThan(0.6);
    }
  });
});

describe('a simulated engine', () => {
  it('makes answers slower, and prompts more so, when the clocks fall', () => {
    const options: MachineOptions = { engines: [{ cache: null, traffic: { requestsPerSecond: 4 } }] };
    const fast = during(anHost(options), 60);
    const machine = anHost(options);
    machine.gpu(0).lockClocks(345, 990);
    const slow = during(machine, 60);
    const token = slow.mean('interTokenLatency') / fast.mean('interTokenLatency');
    const prompt = slow.mean('prefillTime') / fast.mean('prefillTime');
    expect(token).toBeGreaterThan(1.1);
    expect(token).toBeLessThan(1.9);
    expect(prompt).toBeGreaterThan(token);
  });

  it('goes at the speed of its slowest GPU', () => {
    const [even, straggling] = [anHost({ gpus: 4 }), anHost({ gpus: 4 })];
    straggling.gpu(2).powerBrake(0.3);
    expect(during(straggling, 30).mean('interTokenLatency')).toBeGreaterThan(
      1.2 * during(even, 30).mean('interTokenLatency'),
    );
  });

  it('queues once its seats are taken', () => {
    const machine = anHost();
    machine.engine(0).setMaxNumSeqs(8);
    machine.engine(0).restart(5);
    const { after, mean } = during(machine, 60);
    expect(after.running).toBe(8);
    expect(after.waiting).toBeGreaterThan(20);
    expect(mean('queueTime')).toBeGreaterThan(1);
    expect(after.commandLine.join(' ')).toContain('--max-num-seqs 8');
  });

  it('preempts when the KV blocks run out, and still ends every request', () => {
    const machine = anHost({ product: 't4' });
    machine.engine(0).setTraffic({ requestsPerSecond: 3, outputTokens: { median: 1500, p95: 3000 } });
    const { after, count } = during(machine, 200);
    expect(after.kvUsageRatio).toBeGreaterThan(0.9);
    expect(count('preemptions')).toBeGreaterThan(5);
    machine.engine(0).setTraffic({ requestsPerSecond: 0 });
    machine.advance(1500);
    expect(machine.engine(0).view()).toMatchObject({ running: 0, waiting: 0, kvUsageRatio: 0 });
  });

  it('computes less of a prompt when its beginning is known', () => {
    const machine = anHost();
    const { count } = during(machine, 60);
    expect(count('prefixCacheHits') / count('prefixCacheQueries')).toBeGreaterThan(0.3);
    machine.engine(0).setTraffic({ contexts: { share: 0, count: 0, tokens: 0, skew: 0 } });
    expect(during(machine, 60).count('prefixCacheHits')).toBe(0);
  });

  it('needs longer for prompts when its cache is lost', () => {
    const machine = anHost({ gpus: 4 });
    const before = during(machine, 30);
    machine.cache(0).setHealthy(false);
    const after = during(machine, 30);
    expect(before.count('externalCacheHits')).toBeGreaterThan(0);
    expect(after.count('externalCacheHits')).toBe(0);
    expect(after.mean('ttft')).toBeGreaterThan(before.mean('ttft'));
  });

  it('waits for a slow remote cache', () => {
    const machine = anHost({ gpus: 4, cache: { remoteGib: 500 } });
    machine.cache(0).bypass('LocalCPUBackend', true);
    machine.advance(20);
    const before = during(machine, 30);
    machine.cache(0).slowRemote(8);
    expect(during(machine, 30).mean('ttft')).toBeGreaterThan(1.5 * before.mean('ttft'));
  });

  it('leaves its GPUs idle while CPUs are short', () => {
    const machine = anHost();
    const before = during(machine, 30);
    machine.host.setNeighbour({ cpuCores: 3 * machine.host.cores });
    const after = during(machine, 60);
    expect(after.mean('interTokenLatency')).toBeGreaterThan(1.5 * before.mean('interTokenLatency'));
    expect(machine.view().gpus[0]?.utilizationRatio).toBeLessThan(0.5);
  });

  it('answers nothing while it hangs and goes on afterwards', () => {
    const machine = anHost();
    machine.engine(0).hang();
    const hung = during(machine, 10);
    expect(hung.after.state).toBe('hung');
    expect(hung.count('generationTokens')).toBe(0);
    expect(hung.after.running).toBeGreaterThan(0);
    machine.engine(0).recover();
    expect(during(machine, 10).count('generationTokens')).toBeGreaterThan(0);
  });

  it('spins at full utilisation and little power when its workers wait for each other', () => {
    const machine = anHost({ gpus: 2 });
    machine.engine(0).hang({ isSpinning: true });
    machine.advance(10);
    const [gpu] = machine.view().gpus;
    expect(gpu?.utilizationRatio).toBeCloseTo(1, 1);
    expect(gpu?.power.averageWatts).toBeLessThan(350);
  });

  it('begins anew after a restart: another process, counters at zero, memory filling', () => {
    const machine = anHost();
    const before = machine.engine(0).view();
    machine.engine(0).restart(20);
    machine.advance(10);
    const [loading] = machine.view().engines;
    expect(loading).toMatchObject({ state: 'loading', running: 0, counters: { promptTokens: 0 } });
    expect(loading?.pid).not.toBe(before.pid);
    expect(machine.view().gpus[0]?.memory.usedMib).toBeLessThan(60_000);
    machine.advance(20);
    const [serving] = machine.view().engines;
    expect(serving?.state).toBe('serving');
    expect(serving?.startedAtMs).toBeGreaterThan(before.startedAtMs);
    expect(serving?.counters.generationTokens).toBeGreaterThan(0);
  });

  it('gives memory back while it sleeps and serves again once awake', () => {
    const machine = anHost();
    machine.engine(0).sleep();
    machine.advance(2);
    expect(machine.view().gpus[0]?.memory.usedMib).toBeLessThan(2000);
    expect(machine.engine(0).view()).toMatchObject({ isAsleep: true, running: 0 });
    machine.engine(0).wake();
    machine.advance(20);
    expect(machine.engine(0).view().isAsleep).toBe(false);
    expect(machine.engine(0).running).toBeGreaterThan(0);
  });

  it('keeps what it has while paused', () => {
    const machine = anHost();
    machine.engine(0).pause();
    const paused = during(machine, 5);
    expect(paused.count('generationTokens')).toBe(0);
    expect(paused.after.waiting).toBeGreaterThan(0);
    machine.engine(0).resume();
    expect(during(machine, 5).count('generationTokens')).toBeGreaterThan(0);
  });

  it('refuses to forget its prefix cache while requests run', () => {
    const machine = anHost();
    expect(machine.engine(0).resetPrefixCache()).toBe(false);
    machine.engine(0).setTraffic({ requestsPerSecond: 0 });
    machine.advance(60);
    expect(machine.engine(0).resetPrefixCache()).toBe(true);
  });

  it('dies with its GPU, which the kernel reports', () => {
    const machine = anHost({ gpus: 2, engines: 2 });
    machine.dropGpu(1);
    machine.advance(1);
    const { engines, gpus, kernelEvents } = machine.view();
    expect(engines.map(({ state }) => state)).toEqual(['serving', 'dead']);
    expect(gpus.map(({ isPresent }) => isPresent)).toEqual([true, false]);
    expect(kernelEvents).toMatchObject([
      { kind: 'off-bus', gpu: 1, sequence: 1 },
      { kind: 'xid', code: 79 },
    ]);
  });

  it('has bursts and waves in its arrivals', () => {
    const bursts = { factor: 6, everySeconds: 100, lastsSeconds: 50 };
    const machine = anHost({ engines: [{ traffic: { requestsPerSecond: 2, bursts } }], warmSeconds: 0 });
    const loud = during(machine, 50).after.counters.prefixCacheQueries;
    const quiet = during(machine, 50).count('prefixCacheQueries');
    expect(loud / quiet).toBeGreaterThan(3);
  });
});
