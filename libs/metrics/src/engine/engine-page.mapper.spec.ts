import { describe, expect, it } from '@jest/globals';
import { anSglangPage, aVllmPage } from '@app/testing/metrics';
import { mapEnginePage } from './engine-page.mapper.js';

describe('mapEnginePage', () => {
  it('recognises the kind of the engine by what the page says', () => {
    expect(mapEnginePage(aVllmPage({ running: 1 })).engines).toMatchObject([{ kind: 'vllm', requestsRunning: 1 }]);
    expect(mapEnginePage(anSglangPage({ running: 2 })).engines).toMatchObject([{ kind: 'sglang', requestsRunning: 2 }]);
  });

  it('reads both from a page that was collected from both', () => {
    const page = mapEnginePage(aVllmPage({ running: 1, simulated: true }) + anSglangPage({ running: 2 }));

    expect(page).toMatchObject({ foreign: null, simulated: true, problems: [] });
    expect(page.engines.map(({ kind, requestsRunning }) => [kind, requestsRunning])).toEqual([
      ['vllm', 1],
      ['sglang', 2],
    ]);
  });

  it('reads an engine whose page has the series of others too', () => {
    const page = mapEnginePage(`DCGM_FI_DEV_GPU_UTIL{gpu="0"} 5\nnode_load1 2\n${aVllmPage({ running: 1 })}`);

    expect(page.engines).toMatchObject([{ kind: 'vllm', requestsRunning: 1 }]);
  });

  it.each([
    ['DCGM_FI_DEV_GPU_UTIL{gpu="0"} 1', 'a dcgm-exporter page'],
    ['lmcache:num_hit_tokens_total 1', 'an LMCache page'],
    ['node_cpu_seconds_total 1', 'a node_exporter page'],
    ['<!DOCTYPE html><html></html>', 'an HTML page'],
    ['go_threads 5', 'a page without any engine metrics'],
    ['', 'a page without any engine metrics'],
  ])('says what %j is instead', (text, foreign) => {
    expect(mapEnginePage(text)).toMatchObject({ engines: [], foreign, isUnknownVersion: false });
  });
});
