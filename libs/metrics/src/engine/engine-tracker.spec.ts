import { describe, expect, it } from '@jest/globals';
import type { Engine } from '@app/core';
import { anSglangPage, aVllmPage } from '@app/testing/metrics';
import { type EngineAnswer, EngineTracker } from './engine-tracker.js';

const ADDRESS = 'http://127.0.0.1:8000';
const page = (generationTokens: number, values: Parameters<typeof aVllmPage>[0] = {}): string =>
  aVllmPage({ generationTokens, ...values });

/** Reads pages one after the other, each at its second. */
function answersTo(...scrapes: readonly (readonly [second: number, text: string])[]): EngineAnswer[] {
  const tracker = new EngineTracker(ADDRESS);
  return scrapes.map(([second, text]) => tracker.read({ text, atMs: second * 1000, version: '0.11.0', healthy: true }));
}

const rates = (answers: readonly EngineAnswer[]) =>
  answers.map(({ engines }) => engines[0]?.generationTokensPerSecond ?? null);
const reasonOf = (answer: EngineAnswer | undefined, signal: string) =>
  answer?.gaps.find((gap) => gap.signal === signal)?.reason;

describe('EngineTracker', () => {
  it('gives rates between the times that it is told', () => {
    expect(rates(answersTo([0, page(100)], [10, page(600)], [30, page(700)]))).toEqual([null, 50, 5]);
  });

  it('passes on what else is known of the engine', () => {
    const [answer] = answersTo([0, page(1, { processStartSeconds: 1_789_434_996.2 })]);

    expect(answer?.engines[0]).toMatchObject({
      id: ADDRESS,
      url: ADDRESS,
      version: '0.11.0',
      healthy: true,
      startedAt: '2026-09-15T01:16:36.200Z',
      sleepState: 'awake',
    });
  });

  it.each([0, -1, 1e300])('gives no start for %d seconds since the epoch', (processStartSeconds) => {
    expect(answersTo([0, page(1, { processStartSeconds })])[0]?.engines[0]?.startedAt).toBeNull();
  });

  it('gives no rates for frames of the same time or of an earlier one, and says so', () => {
    const answers = answersTo([10, page(100)], [10, page(600)], [5, page(50)]);

    expect(rates(answers)).toEqual([null, null, null]);
    expect(reasonOf(answers[1], 'engines.generationTokensPerSecond')).toContain('not later');
    expect(answers[2]?.engines[0]?.ttft.count).toBeNull();
  });

  it('goes on from where the clock stepped back to', () => {
    expect(rates(answersTo([1000, page(100)], [10, page(200)], [20, page(300)]))).toEqual([null, null, 10]);
  });

  it.each([
    ['a counter went down', page(50), page(150)],
    [
      'the process started at another time',
      page(200, { processStartSeconds: 7 }),
      page(300, { processStartSeconds: 7 }),
    ],
  ])('drops the interval when %s', (_, restarted, after) => {
    const answers = answersTo([0, page(100)], [10, restarted], [20, after]);

    expect(rates(answers)).toEqual([null, null, 10]);
    expect(reasonOf(answers[1], 'engines.generationTokensPerSecond')).toContain('restarted');
  });

  it('spans a scrape that failed', () => {
    const tracker = new EngineTracker(ADDRESS);
    const facts = { version: null, healthy: null };
    tracker.read({ ...facts, text: page(100), atMs: 0 });
    const down = tracker.down('timeout', 'did not answer within 5 ms', false);

    expect(down.engines).toMatchObject([{ id: ADDRESS, up: false, healthy: false, requestsRunning: null }]);
    expect(down.gaps).toEqual([
      { signal: 'engines', status: 'timeout', reason: `${ADDRESS} did not answer within 5 ms` },
    ]);
    expect(rates([tracker.read({ ...facts, text: page(300), atMs: 20_000 })])).toEqual([10]);
  });

  it('gives the ratio of the KV connector over the interval', () => {
    const [, later] = answersTo(
      [0, page(0, { externalCacheQueries: 100, externalCacheHits: 90 })],
      [10, page(0, { externalCacheQueries: 300, externalCacheHits: 140 })],
    );

    expect(later?.engines[0]?.externalCacheHitRatio).toBe(0.25);
  });

  it("gives SGLang's own cache ratio until there is an interval, and none for an idle one", () => {
    const sglang = (promptTokens: number, cached: number): string =>
      anSglangPage({ cacheHitRate: 0.6, promptTokens, cachedTokens: { device: cached } });
    const answers = answersTo([0, sglang(100, 10)], [10, sglang(300, 60)], [20, sglang(300, 60)]);

    expect(answers.map(({ engines }) => engines[0]?.prefixCacheHitRatio)).toEqual([0.6, 0.25, null]);
  });

  it('follows each engine of a page by its label', () => {
    const both = (a: number, b: number): string =>
      aVllmPage({ engines: [{ generationTokens: a }, { generationTokens: b }] });
    const [, later] = answersTo([0, both(0, 0)], [10, both(100, 200)]);

    expect(later?.engines.map(({ id, generationTokensPerSecond: rate }) => [id, rate])).toEqual([
      [`${ADDRESS}#0`, 10],
      [`${ADDRESS}#1`, 20],
    ]);
  });

  it('tells engines of two kinds on one page apart', () => {
    const [answer] = answersTo([0, aVllmPage() + anSglangPage()]);

    expect(answer?.engines.map(({ id }) => id)).toEqual([`${ADDRESS}#vllm-0`, `${ADDRESS}#sglang`]);
  });

  it('knows no URL where it is given none', () => {
    const tracker = new EngineTracker('engine-0', null);
    const { engines } = tracker.read({ text: aVllmPage(), atMs: 0, version: null, healthy: null });

    expect(engines).toMatchObject([{ id: 'engine-0', url: null, up: true }]);
  });

  it('is partial, with an engine of which nothing is known, when its series have other names', () => {
    const [answer] = answersTo([0, 'vllm:requests_active{engine="0"} 1\n']);

    expect(answer).toMatchObject({ status: 'partial', engines: [{ up: true, requestsRunning: null }] });
    expect(reasonOf(answer, 'engines')).toContain('none of its series is known');
    expect(reasonOf(answer, 'engines.requestsRunning')).toBeDefined();
  });

  it('has no engine where something else answers', () => {
    const [answer] = answersTo([0, 'DCGM_FI_DEV_GPU_UTIL{gpu="0"} 1\n']);

    expect(answer).toMatchObject({ status: 'failed', engines: [] });
    expect(answer?.gaps[0]?.reason).toContain('it answered with a dcgm-exporter page');
  });

  it('names every value that is null', () => {
    const [answer] = answersTo([0, 'vllm:num_requests_running 1\n']);
    const [engine] = answer?.engines ?? [];
    const signals = new Set(answer?.gaps.map(({ signal }) => signal));

    // Process, GPUs and the limit are looked for elsewhere; adapters are null where none are served.
    const elsewhere = ['process', 'gpuUuids', 'maxNumSeqs', 'lora', 'url', 'version', 'healthy'];
    expect(nullFields(engine).filter((field) => !elsewhere.includes(field))).not.toEqual([]);
    for (const field of nullFields(engine)) {
      if (!elsewhere.includes(field)) expect(signals).toContain(`engines.${field}`);
    }
  });
});

function nullFields(engine: Engine | undefined): string[] {
  const fields = Object.entries(engine ?? {}).filter(([, value]) => value === null);
  const inside = (['counters', 'histograms'] as const).flatMap((group) =>
    Object.entries(engine?.[group] ?? {}).flatMap(([name, value]) => (value === null ? [`${group}.${name}`] : [])),
  );
  return [...fields.map(([name]) => name), ...inside];
}
