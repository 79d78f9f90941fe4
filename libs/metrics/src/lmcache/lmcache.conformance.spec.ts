import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { IN_PROCESS_NAMES, type LmcacheNames, MP_NAMES, namesRead } from './lmcache-names.js';
import { mapLmcachePage } from './lmcache-page.mapper.js';
import { LmcacheTracker } from './lmcache.tracker.js';

const folder = join(process.env['CAPTURES_DIR'] ?? '', 'lmcache');
const isThere = process.env['CAPTURES_DIR'] !== undefined && existsSync(folder);
const captures = isThere ? readdirSync(folder).filter((name) => name.endsWith('.prom')) : [];
const catalogues = isThere ? readdirSync(folder).filter((name) => name.endsWith('metric-catalog.json')) : [];

/**
 * A count by plain text search, without the parser under test: the largest over workers; null when no line has it.
 * Only for series that differ in their worker alone.
 */
function rawLargest(text: string, name: string): number | null {
  const values = [...text.matchAll(new RegExp(`^lmcache:${name}(?:_total)?(?:\\{[^\\n]*\\})? ([0-9.e+]+)`, 'gm'))];
  return values.length === 0 ? null : Math.max(...values.map(([, value]) => Number(value)));
}

/** Sum of an MP server's series by plain text search; null when no line has it. */
function rawSum(text: string, name: string): number | null {
  const values = [...text.matchAll(new RegExp(`^lmcache_mp_${name}(?:\\{[^\\n]*\\})? ([0-9.e+]+)`, 'gm'))];
  return values.length === 0 ? null : values.reduce((sum, [, value]) => sum + Number(value), 0);
}

const modelsOf = (text: string): Set<string | undefined> =>
  new Set([...text.matchAll(/^lmcache:[^\n]*model_name="([^"]*)"/gm)].map(([, model]) => model));

if (captures.length === 0) {
  describe('recorded LMCache pages', () => {
    it.skip('are read as their raw lines say (set CAPTURES_DIR to a folder with lmcache/*.prom)', () => undefined);
  });
} else {
  describe.each(captures)('the recorded page %s', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const { readings, problems, simulated } = mapLmcachePage(text);

    it('has its generations, without unreadable lines', () => {
      const generations = [
        ...(/^lmcache:/m.test(text) ? ['in-process'] : []),
        ...(/^lmcache_mp_/m.test(text) ? ['mp'] : []),
      ];

      expect(readings.map(({ mode }) => mode)).toEqual(generations);
      expect({ problems, simulated }).toEqual({ problems: [], simulated: false });
    });

    const inProcess = readings.find(({ mode }) => mode === 'in-process');
    const isOfOneModel = inProcess !== undefined && modelsOf(text).size === 1;

    (isOfOneModel ? it : it.skip)('has the model and the counters of its raw lines', () => {
      expect(inProcess?.model).toBe([...modelsOf(text)][0]);
      expect(inProcess?.counters).toMatchObject({
        lookupTokens: rawLargest(text, 'num_lookup_tokens'),
        hitTokens: rawLargest(text, 'num_lookup_hits') ?? rawLargest(text, 'num_hit_tokens'),
        storedTokens: rawLargest(text, 'num_stored_tokens'),
        retrieveRequests: rawLargest(text, 'num_retrieve_requests'),
        remoteReads: rawLargest(text, 'num_remote_read_requests'),
        forcedUnpins: rawLargest(text, 'forced_unpin_count'),
      });
    });

    const mp = readings.find(({ mode }) => mode === 'mp');

    (mp === undefined ? it.skip : it)('has the counters of the MP server that its raw lines add up to', () => {
      expect(mp?.counters).toMatchObject({
        lookupTokens: rawSum(text, 'lookup_requested_tokens_total'),
        hitTokens: rawSum(text, 'lookup_hit_tokens_total'),
        secondTierHitTokens: rawSum(text, 'lookup_hit_l2_tokens_total'),
        remoteReads: rawSum(text, 'l2_load_completed_requests_total'),
      });
      expect(mp?.localUse?.bytes ?? null).toBe(rawSum(text, 'l1_memory_usage_bytes'));
    });

    it('measures no ratio by counters of one page alone', () => {
      const { caches } = new LmcacheTracker().read({ url: 'http://cache', engineId: null, text, atMs: 0 });
      const hasCounters = /^lmcache(?::num_(?:lookup|requested|prompt)|_mp_lookup_requested)_tokens/m.test(text);

      expect(caches.length).toBeGreaterThan(0);
      expect(hasCounters && caches.some(({ hitRatio }) => hitRatio !== null)).toBe(false);
    });
  });
}

interface Catalogue {
  readonly in_process: { readonly metrics: readonly { readonly name: string }[] };
  readonly mp_mode: {
    readonly metrics: readonly { readonly otelName: string }[];
    readonly known_prometheus_names: readonly string[];
  };
}

/** Names of the documentation that no catalogue has: aliases and gauges that the code registers. */
const DOCUMENTED_ELSEWHERE = new Set(['is_healthy', 'put_failed_count', 'get_blocking_failed_count']);
const UNIT = /_(?:tokens|chunks|keys|requests|seconds)$/;

function familiesOf(names: LmcacheNames): string[] {
  return [...new Set([...namesRead(names)].map((name) => name.replace(/_(?:bucket|sum|count)$/, '')))];
}

if (catalogues.length === 0) {
  describe('the names of LMCache’s series', () => {
    it.skip('are those of a catalogue (set CAPTURES_DIR to a folder with lmcache/metric-catalog.json)', () =>
      undefined);
  });
} else {
  describe.each(catalogues)('the names of %s', (file) => {
    const catalogue = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Catalogue;
    const inProcess = new Set(catalogue.in_process.metrics.map(({ name }) => name.replace('lmcache:', '')));
    const mp = new Set(catalogue.mp_mode.metrics.map(({ otelName }) => otelName.replace('lmcache_mp.', '')));

    it('include every series that is read in process', () => {
      // `…_count` may be the end of a name as well as that of a histogram's.
      const unknown = [...namesRead(IN_PROCESS_NAMES)].filter(
        (name) =>
          !inProcess.has(name) &&
          !inProcess.has(name.replace(/_(?:bucket|sum|count)$/, '')) &&
          !DOCUMENTED_ELSEWHERE.has(name),
      );

      expect(unknown).toEqual([]);
    });

    it('include every series that is read of an MP server, its unit aside', () => {
      const unknown = familiesOf(MP_NAMES).filter((name) => !mp.has(name) && !mp.has(name.replace(UNIT, '')));

      expect(unknown).toEqual([]);
    });

    it.each([
      ...['num_lookup_tokens', 'num_lookup_hits', 'num_requested_tokens', 'num_hit_tokens', 'num_prompt_tokens'],
      ...['num_stored_tokens', 'num_retrieve_requests', 'num_remote_read_requests', 'local_cpu_evict_keys_count'],
      ...['local_cpu_evict_count', 'local_cpu_evict_failed_count', 'forced_unpin_count', 'remote_ping_errors'],
      ...['num_slow_retrieval_by_time', 'num_slow_retrieval_by_speed', 'lmcache_is_healthy', 'local_cache_usage'],
      ...['remote_ping_latency', 'remote_ping_error_code', 'pinned_memory_objs_count', 'lookup_hit_rate'],
      ...['retrieve_hit_rate', 'chunk_statistics_reuse_rate', 'time_to_retrieve', 'retrieve_speed'],
      'remote_time_to_get',
    ])('have %s, which is read in process', (name) => {
      expect(inProcess.has(name)).toBe(true);
      const read = namesRead(IN_PROCESS_NAMES);
      expect(read.has(name) || read.has(`${name}_count`)).toBe(true);
    });

    it.each([
      ...['lookup_requested', 'lookup_hit', 'lookup_hit_l2', 'l1_write', 'l1_evicted', 'l1_allocation_failure'],
      ...['l2_prefetch_failure', 'l2_load_completed', 'num_finished_retrieves', 'l1_memory_usage_bytes'],
      ...['l1_usage_ratio', 'l1_chunk_evict_reuse_gap'],
    ])('have %s, which is read of an MP server', (name) => {
      expect(mp.has(name)).toBe(true);
      expect(familiesOf(MP_NAMES)).toContain(name);
    });

    it('are read under the spelling that is known of them', () => {
      const known = new Set(catalogue.mp_mode.known_prometheus_names.map((name) => name.replace(/_total$/, '')));
      const spelled = [...namesRead(MP_NAMES)].filter((name) => known.has(`lmcache_mp_${name}`));

      expect(spelled).toEqual(
        expect.arrayContaining(['lookup_requested_tokens', 'lookup_hit_tokens', 'l1_write_chunks', 'l1_usage_ratio']),
      );
    });
  });
}
