import type { Cache, Engine, Snapshot } from '@app/core';
import { printableText } from './printable-text.js';
import { CLEAR, defineRule, lastOf, reading } from './rule.js';

const FLAGS: Readonly<Record<Engine['kind'], string>> = { vllm: 'kv-transfer-config', sglang: 'enable-lmcache' };

function hasSeries({ counters, histograms, healthy, usedBytes }: Cache): boolean {
  return [...Object.values(counters), ...Object.values(histograms), healthy, usedBytes].some((value) => value !== null);
}

/** What became of looking for it: the addresses and the answer. */
function searchOf({ sections: { lmcache } }: Snapshot): string {
  const parts = [lmcache.status, lmcache.source, lmcache.detail].filter((part) => part !== null);
  return printableText(parts.join(', '));
}

/** An engine is started with LMCache and nothing is seen of it: every other rule about it is blind. */
export const lmcacheMetricsMissingRule = defineRule<'cacheSlot', never>({
  id: 'lmcache-metrics-missing',
  title: 'Nothing is seen of the LMCache that the engine uses',
  category: 'configuration',
  scope: 'cacheSlot',
  durationClass: 'D1',
  sections: ['engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.process.flags.kv-transfer-config', required: true },
    { signal: 'caches.counters', required: false },
  ],
  thresholds: {},
  candidateActions: [],
  reference:
    'LMCache observability: series appear with PROMETHEUS_MULTIPROC_DIR shared by all processes, the internal API server, or the HTTP port of the server of its own',

  judge({ state: { engine, cache } }) {
    if (!engine.up) return { status: 'inapplicable', reason: 'the engine does not answer' };
    return cache !== null && hasSeries(cache) ? CLEAR : { status: 'holds' };
  },

  conclude(run) {
    const sample = lastOf(run);
    const { engine, connector, cache } = sample.state;
    return {
      severity: 'low',
      confidence: 'high',
      summary: 'The engine {engine} is started with {connector}, but no metrics of LMCache are found.',
      evidence: {
        connector: reading(sample, `engines.process.flags.${FLAGS[engine.kind]}`, connector, 'text'),
        engine: reading(sample, 'engines.id', engine.id, 'text'),
        cache: reading(sample, 'caches.id', cache?.id, 'text'),
        search: reading(sample, 'derived.lmcacheSource', searchOf(sample.snapshot), 'text'),
      },
      candidateActions: [],
    };
  },
});
