import { describe, expect, it } from '@jest/globals';
import type { Cache, Engine } from '@app/core';
import {
  FRAME_CACHE_ID,
  type Patch,
  aFrameCache,
  aFrameEngine,
  aWindow,
  anAnalysisContext,
  outcomeOf,
} from '@app/testing/analysis';
import { Analyzer } from '../analyzer.js';

const CONNECTED = { 'kv-transfer-config': '{"kv_connector":"LMCacheConnectorV1","kv_role":"kv_both"}' };
const EMPTY = aFrameCache({
  id: 'http://127.0.0.1:8080',
  mode: 'mp',
  engineId: null,
  healthy: null,
  usedBytes: null,
  counters: Object.fromEntries(Object.keys(aFrameCache().counters).map((name) => [name, null])),
});

function engineWith(flags: Record<string, string>, patch: Patch<Engine> = {}): Engine {
  return {
    ...aFrameEngine(patch),
    process: {
      pid: 10,
      pids: [10],
      flags,
      cpuCores: null,
      treeCpuCores: null,
      residentBytes: null,
      cpusAllowed: null,
      cgroupPath: null,
    },
  };
}

function outcome(engine: Engine, caches: readonly Cache[] = [], count = 3) {
  const detail = 'no LMCACHE_URLS configured and no LMCache series on an engine page';
  const window = aWindow(count, 60, () => ({
    engines: [engine],
    caches,
    sections: { lmcache: { status: 'absent' as const, source: null, detail } },
  }));
  return outcomeOf(new Analyzer().analyze(window, anAnalysisContext()), 'lmcache-metrics-missing');
}

describe('lmcache-metrics-missing', () => {
  it('confirms an engine with a connector of which nothing is seen', () => {
    const { finding } = outcome(engineWith(CONNECTED));
    expect(finding).toMatchObject({
      severity: 'low',
      state: 'confirmed',
      subject: { kind: 'cache', id: FRAME_CACHE_ID },
      candidateActions: [],
    });
    expect(finding?.summary).toBe(
      'The engine http://127.0.0.1:8000 is started with LMCacheConnectorV1, but no metrics of LMCache are found.',
    );
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ signal: 'derived.lmcacheSource', value: expect.stringContaining('absent') }),
    );
  });

  it('knows the switch of SGLang', () => {
    const { finding } = outcome(engineWith({ 'enable-lmcache': 'true' }, { kind: 'sglang' }));
    expect(finding?.evidence[0]).toMatchObject({ signal: 'engines.process.flags.enable-lmcache' });
  });

  it('finds a server whose page has no series', () => {
    expect(outcome(engineWith(CONNECTED), [EMPTY]).finding?.state).toBe('confirmed');
  });

  it('says nothing once there are series, on the page of the engine or of a server', () => {
    expect(outcome(engineWith(CONNECTED), [aFrameCache()])).toEqual({});
    expect(outcome(engineWith(CONNECTED), [aFrameCache({ id: 'http://127.0.0.1:8080', engineId: null })])).toEqual({});
  });

  it('only suspects before its duration', () => {
    expect(outcome(engineWith(CONNECTED), [], 2).finding?.state).toBe('suspected');
  });

  it.each<[string, Engine]>([
    ['an engine without a connector', engineWith({})],
    ['another connector', engineWith({ 'kv-transfer-config': '{"kv_connector":"NixlConnector"}' })],
    ['an engine whose command line is not known', aFrameEngine()],
  ])('has nothing to look for with %s', (_, engine) => {
    expect(outcome(engine)).toEqual({ finding: undefined, notEvaluated: 'no cache in any snapshot' });
  });

  it('does not judge while the engine does not answer', () => {
    expect(outcome(engineWith(CONNECTED, { up: false })).notEvaluated).toContain('does not answer');
  });
});
