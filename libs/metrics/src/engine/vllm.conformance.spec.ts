import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import { mapEnginePage } from './engine-page.mapper.js';
import { mapVllmPage } from './vllm-page.mapper.js';

const root = process.env['CAPTURES_DIR'];
const captures =
  root === undefined ? [] : [...pagesIn(join(root, 'vllm'), ''), ...pagesIn(join(root, 'lmcache'), 'vllm')];

function pagesIn(folder: string, prefix: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => name.startsWith(prefix) && name.endsWith('.prom')).map((name) => join(folder, name));
}

/** Values of a series by plain text search, without the parser under test; of several names the first on the page. */
function rawValues(text: string, names: readonly string[], label = ''): number[] {
  const written = names.flatMap((name) => [`vllm:${name}_total`, `vllm:${name}`, name]);
  const linesOf = (name: string): string[] =>
    text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const name = written.find((each) => linesOf(each).length > 0) ?? '';
  return linesOf(name)
    .filter((line) => line.includes(label))
    .map((line) => Number(line.trimEnd().split(' ').at(-1)));
}

function rawSum(text: string, names: readonly string[], label = ''): number | null {
  const values = rawValues(text, names, label);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

/** Names as vLLM wrote them, newest first: taken from its releases, not from the code under test. */
const COUNTERS: Readonly<Partial<Record<keyof Engine['counters'], readonly [names: string[], label?: string]>>> = {
  preemptions: [['num_preemptions']],
  promptTokens: [['prompt_tokens']],
  generationTokens: [['generation_tokens']],
  requestsSucceeded: [['request_success']],
  requestsErrored: [['request_success'], 'finished_reason="error"'],
  requestsAborted: [['request_success'], 'finished_reason="abort"'],
  prefixCacheQueries: [['prefix_cache_queries', 'gpu_prefix_cache_queries']],
  prefixCacheHits: [['prefix_cache_hits', 'gpu_prefix_cache_hits']],
  externalCacheQueries: [['external_prefix_cache_queries']],
  externalCacheHits: [['external_prefix_cache_hits']],
  admissionRejections: [['admission_rejections']],
  draftTokens: [['spec_decode_num_draft_tokens']],
  acceptedDraftTokens: [['spec_decode_num_accepted_tokens']],
};

const HISTOGRAMS: Readonly<Record<keyof Engine['histograms'], readonly string[]>> = {
  ttft: ['time_to_first_token_seconds'],
  interTokenLatency: ['inter_token_latency_seconds', 'time_per_output_token_seconds'],
  queueTime: ['request_queue_time_seconds', 'time_in_queue_requests'],
  prefillTime: ['request_prefill_time_seconds'],
  decodeTime: ['request_decode_time_seconds'],
  iterationTokens: ['iteration_tokens_total'],
  promptTokens: ['request_prompt_tokens'],
  generationTokens: ['request_generation_tokens'],
  endToEnd: ['e2e_request_latency_seconds'],
};

if (captures.length === 0) {
  describe('recorded vLLM pages', () => {
    it.skip('are read as their raw lines say (set CAPTURES_DIR to a folder with vllm/*.prom)', () => undefined);
  });
} else {
  describe.each(captures)('the recorded page %s', (file) => {
    const text = readFileSync(file, 'utf8');
    const page = mapVllmPage(text);
    // Sums over the engines of the page, so that pages of several are checked as well.
    const total = (read: (engine: (typeof page.engines)[number]) => number | null): number | null =>
      page.engines.map(read).reduce((sum, value) => (value === null ? sum : (sum ?? 0) + value), null);
    const labels = new Set([...text.matchAll(/^(?:ray_)?vllm[:_].*?[{,]engine="([^"]*)"/gm)].map(([, label]) => label));

    it('has its engines without unreadable lines', () => {
      expect(page).toMatchObject({ foreign: null, problems: [], simulated: false, isUnknownVersion: false });
      expect(page.engines).toHaveLength(Math.max(1, labels.size));
      expect(mapEnginePage(text).engines).toEqual(page.engines);
    });

    it('has the gauges of its raw lines', () => {
      const waiting = ['num_requests_waiting_by_reason'];
      expect(total((engine) => engine.requestsRunning)).toBe(rawSum(text, ['num_requests_running']));
      expect(total((engine) => engine.requestsWaiting)).toBe(rawSum(text, ['num_requests_waiting']));
      expect(total((engine) => engine.requestsWaitingCapacity)).toBe(rawSum(text, waiting, 'reason="capacity"'));
      expect(total((engine) => engine.requestsWaitingDeferred)).toBe(rawSum(text, waiting, 'reason="deferred"'));
      const usages = rawValues(text, ['kv_cache_usage_perc', 'gpu_cache_usage_perc']);
      expect(page.engines.flatMap(({ kvCacheUsageRatio: usage }) => (usage === null ? [] : [usage]))).toEqual(usages);
    });

    it('has the HTTP requests of its raw lines, which are those of all engines behind the server', () => {
      const requests = rawSum(text, ['http_requests_total']);
      for (const { counters } of page.engines) expect(counters.httpRequests).toBe(requests);
      const errors = rawSum(text, ['http_requests_total'], 'status="5');
      for (const { counters } of page.engines) expect(counters.httpServerErrors ?? 0).toBe(errors ?? 0);
    });

    it('has the start of its process', () => {
      const line = /^process_start_time_seconds (\S+)$/m.exec(text)?.[1];
      expect(page.engines[0]?.processStartSeconds).toBe(line === undefined ? null : Number(line));
    });

    it('has the sleep state of its raw lines', () => {
      const state = /^vllm:engine_sleep_state\{.*sleep_state="(\w+)".*\} 1(?:\.0)?$/m.exec(text)?.[1];
      expect(page.engines[0]?.sleepState).toBe(state?.replace('_', '-') ?? null);
    });

    it.each(Object.entries(COUNTERS))('has the counter %s of its raw lines', (field, [names, label]) => {
      const value = total(({ counters }) => counters[field as keyof Engine['counters']]);
      expect(value).toBe(rawSum(text, names, label));
    });

    it.each(Object.entries(HISTOGRAMS))('has the histogram %s of its raw lines', (field, names) => {
      const name =
        names.find((each) => text.includes(`\nvllm:${each}_count`) || text.startsWith(`vllm:${each}_`)) ?? '';
      const of = (suffix: string): number | null => rawSum(text, [`${name}_${suffix}`]);
      const histogramsOf = page.engines.map(({ histograms }) => histograms[field as keyof Engine['histograms']]);
      if (name === '') return expect(histogramsOf.every((histogram) => histogram === null)).toBe(true);

      expect(total(({ histograms }) => histograms[field as keyof Engine['histograms']]?.count ?? null)).toBe(
        of('count'),
      );
      expect(total(({ histograms }) => histograms[field as keyof Engine['histograms']]?.sum ?? null)).toBe(of('sum'));
      const buckets = rawValues(text, [`${name}_bucket`]);
      if (buckets.length > 0) expect(histogramsOf.flatMap((each) => each?.cumulativeCounts ?? [])).toEqual(buckets);
      for (const histogram of histogramsOf) expect(histogram?.upperBounds.at(-1)).toBeNull();
    });

    it('has the configuration labels as text', () => {
      const line = text.split('\n').find((each) => each.startsWith('vllm:cache_config_info{'));
      const config = Object.entries(page.engines[0]?.config ?? {});

      expect(config).toHaveLength([...(line ?? '').matchAll(/[{,](?!engine=)\w+="/g)].length);
      for (const [label, value] of config) expect(line).toContain(`${label}="${value}"`);
    });
  });
}
