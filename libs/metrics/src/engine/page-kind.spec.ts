import { describe, expect, it } from '@jest/globals';
import { anSglangPage, aVllmPage } from '@app/testing/metrics';
import { describeForeignPage, pageKinds } from './page-kind.js';

describe('pageKinds', () => {
  it.each([
    [aVllmPage(), ['vllm']],
    [aVllmPage({ prefix: 'ray_vllm_' }), ['vllm']],
    [anSglangPage(), ['sglang']],
    ['lmcache:num_hit_tokens_total 1\n', ['lmcache']],
    ['lmcache_mp_l1_usage_ratio 0.8\n', ['lmcache']],
    ['# TYPE DCGM_FI_DEV_GPU_UTIL gauge\n', ['dcgm']],
    ['DCGM_EXP_XID_ERRORS_COUNT{gpu="0"} 1', ['dcgm']],
    ['node_cpu_seconds_total{cpu="0"} 1', ['node-exporter']],
    [`${aVllmPage()}lmcache:num_hit_tokens_total 1\nnode_load1 2\n`, ['vllm', 'lmcache', 'node-exporter']],
    ['# the page of a vllm: server\ngo_threads{name="sglang:x"} 1\nmy_vllm:x 1', []],
    ['', []],
  ])('tells whose series a page has (%#)', (text, kinds) => {
    expect([...pageKinds(text)]).toEqual(kinds);
  });

  it('needs no time for a line without end', () => {
    const startedAt = performance.now();
    pageKinds(`${' '.repeat(4_000_000)}#`);
    describeForeignPage(' '.repeat(4_000_000));

    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
