import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { mapVllmPage } from './vllm-page.mapper.js';

const folder = join(process.env['CAPTURES_DIR'] ?? '', 'vllm');
const captures =
  process.env['CAPTURES_DIR'] !== undefined && existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.prom'))
    : [];

/** Sum of a series by plain text search, without the parser under test; null when no line has it. */
function rawSum(text: string, name: string): number | null {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  if (lines.length === 0) return null;
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

if (captures.length === 0) {
  describe('recorded vLLM pages', () => {
    it.skip('are read as their raw lines say (set CAPTURES_DIR to a folder with vllm/*.prom)', () => undefined);
  });
} else {
  describe.each(captures)('the recorded page %s', (file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const page = mapVllmPage(text);
    const engine = page.engines[0];

    it('is one engine without unreadable lines', () => {
      expect(page).toMatchObject({ foreign: null, problems: [], simulated: false });
      expect(page.engines).toHaveLength(1);
    });

    it('has the gauges and counters of its raw lines', () => {
      expect(engine).toMatchObject({
        requestsRunning: rawSum(text, 'vllm:num_requests_running'),
        requestsWaiting: rawSum(text, 'vllm:num_requests_waiting'),
        kvCacheUsageRatio: rawSum(text, 'vllm:kv_cache_usage_perc'),
        counters: {
          preemptions: rawSum(text, 'vllm:num_preemptions_total'),
          promptTokens: rawSum(text, 'vllm:prompt_tokens_total'),
          generationTokens: rawSum(text, 'vllm:generation_tokens_total'),
          requestsSucceeded: rawSum(text, 'vllm:request_success_total'),
          prefixCacheQueries: rawSum(text, 'vllm:prefix_cache_queries_total'),
          prefixCacheHits: rawSum(text, 'vllm:prefix_cache_hits_total'),
        },
      });
    });

    it.each([
      ['ttft', 'time_to_first_token_seconds'],
      ['interTokenLatency', 'inter_token_latency_seconds'],
      ['queueTime', 'request_queue_time_seconds'],
      ['prefillTime', 'request_prefill_time_seconds'],
      ['endToEnd', 'e2e_request_latency_seconds'],
    ] as const)('has the histogram %s of its raw lines', (field, name) => {
      const reading = engine?.histograms[field];
      const buckets = text.split('\n').filter((line) => line.startsWith(`vllm:${name}_bucket{`));

      expect(reading?.count).toBe(rawSum(text, `vllm:${name}_count`));
      expect(reading?.sum).toBe(rawSum(text, `vllm:${name}_sum`));
      expect(reading?.cumulativeCounts).toEqual(buckets.map((line) => Number(line.split(' ').at(-1))));
      expect(reading?.upperBounds.at(-1)).toBeNull();
    });

    it('has the configuration labels as text', () => {
      const line = text.split('\n').find((each) => each.startsWith('vllm:cache_config_info{')) ?? '';

      expect(Object.keys(engine?.config ?? {}).length).toBeGreaterThan(5);
      for (const [label, value] of Object.entries(engine?.config ?? {})) expect(line).toContain(`${label}="${value}"`);
    });
  });
}
