import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBundle, RecordedMachine } from '@app/metrics';
import { describe, expect, it } from '@jest/globals';
import { type Bundle, HostWorld, type WorldOptions } from './index.js';

const FULL: Omit<WorldOptions, 'seed'> = {
  gpus: [{ model: 'H100' }, { model: 'L40S' }],
  engines: [
    { gpus: [0], maxNumSeqs: 256 },
    { gpus: [1], kind: 'sglang' },
  ],
  lmcache: [{ mode: 'in-process' }, { mode: 'mp' }],
  dcgm: true,
  nodeExporter: true,
};

function busyWorld(seed: number, options: Omit<WorldOptions, 'seed'> = FULL): HostWorld {
  const world = new HostWorld({ ...options, seed });
  for (const engine of world.engines) engine.busy(0.5);
  return world;
}

/** Series of a page by name and labels. */
function seriesOf(text: string): Map<string, number> {
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

function pagesByUrl(bundle: Bundle): Map<string, Map<string, number>[]> {
  const pages = new Map<string, Map<string, number>[]>();
  for (const { metrics = [] } of bundle.frames) {
    for (const { url = '', text } of metrics.filter(({ url }) => url?.endsWith('/metrics') === true)) {
      pages.set(url, [...(pages.get(url) ?? []), seriesOf(text)]);
    }
  }
  return pages;
}

/** Values of one file's first number after a word, frame by frame. */
function fromFiles(bundle: Bundle, path: string, word: string): number[] {
  return bundle.frames.map(({ files }) => Number(new RegExp(`${word}[ =](\\S+)`).exec(files?.[path] ?? '')?.[1]));
}

const isCumulative = (series: string): boolean => /_(total|bucket|sum|count)(\{|$)/.test(series);

describe('a world', () => {
  it('gives the same bundle for the same seed, and another one for another seed', () => {
    const texts = [1, 1, 2].map((seed) => JSON.stringify(busyWorld(seed).run({ frames: 4 }).bundle()));
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).not.toBe(texts[2]);
  });

  it('writes bundles that the interface takes, in the order of time', () => {
    const bundle = busyWorld(3).run({ seconds: 50 }).bundle('node-a');
    expect(readBundle(bundle)).toMatchObject({ kind: 'bundle' });
    const times = bundle.frames.map(({ at }) => Date.parse(at));
    expect(times).toHaveLength(6);
    expect(times).toEqual([...times].sort((one, other) => one - other));
  });

  it('writes texts of which every section can be read', async () => {
    const read = readBundle(busyWorld(4).run({ frames: 3 }).bundle());
    if (read.kind !== 'bundle') throw new Error('not a bundle');
    const { snapshot } = await new RecordedMachine(read.bundle).read();
    expect(Object.values(snapshot.sections).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
    expect(snapshot.engines.map(({ kind, maxNumSeqs }) => [kind, maxNumSeqs])).toEqual([
      ['vllm', 256],
      ['sglang', 256],
    ]);
    expect(snapshot.caches).toHaveLength(2);
  });

  it('has counters that never fall', () => {
    const world = busyWorld(5).run({ frames: 4 });
    world.engine().overload(1.3);
    const pages = pagesByUrl(world.run({ frames: 6 }).bundle());
    const falls = [...pages].flatMap(([url, samples]) =>
      samples
        .slice(1)
        .flatMap((sample, i) =>
          [...sample]
            .filter(([series, value]) => isCumulative(series) && value < (samples[i]?.get(series) ?? 0) * (1 - 1e-12))
            .map(([series]) => `${url} ${series}`),
        ),
    );
    expect(pages.size).toBe(5);
    expect(falls).toEqual([]);
  });

  it('has histograms whose buckets grow and end in their count', () => {
    const [samples = []] = pagesByUrl(busyWorld(6).run({ frames: 3 }).bundle()).values();
    const last = samples.at(-1) ?? new Map<string, number>();
    const isHistogram = (series: string): boolean => last.has(series.replace('_count{', '_sum{'));
    const counts = [...last].filter(([series]) => series.includes('_count{') && isHistogram(series));
    expect(counts.length).toBeGreaterThan(5);
    for (const [series, count] of counts) {
      const bucket = series.replace('_count{', '_bucket{');
      const isItsBucket = (name: string): boolean =>
        name.includes('le="') && name.replace(/le="[^"]*",?/, '') === bucket;
      const values = [...last].filter(([name]) => isItsBucket(name)).map(([, value]) => value);
      expect(values.length).toBeGreaterThan(1);
      expect(values).toEqual([...values].sort((one, other) => one - other));
      expect(values.at(-1)).toBe(count);
    }
  });

  it('writes XML in which every element is closed', () => {
    for (const { nvidiaSmi } of busyWorld(7).run({ frames: 2 }).bundle().frames) {
      const open: string[] = [];
      for (const [, slash, name = ''] of (nvidiaSmi?.stdout ?? '').matchAll(/<(\/?)([a-z_]\w*)[^>]*>/g)) {
        if (slash === '') open.push(name);
        else expect(open.pop()).toBe(name);
      }
      expect(open).toEqual([]);
    }
  });

  it('has pressure averages that follow from the same waiting as the total', () => {
    const world = busyWorld(8).run({ frames: 2 });
    world.host.pressure.memoryFull = 30;
    const rising = world.run({ frames: 2 }).bundle();
    const [avg10, avg60, avg300] = ['avg10', 'avg60', 'avg300'].map(
      (name) => fromFiles(rising, '/proc/pressure/memory', `full .*${name}`).at(-1) ?? 0,
    );
    expect([avg10, avg60, avg300]).toEqual([avg10, avg60, avg300].sort((one = 0, other = 0) => other - one));
    const settled = world.skip(600).run({ frames: 7 }).bundle();
    const totals = fromFiles(settled, '/proc/pressure/memory', 'full .*total');
    const waited = ((totals.at(-1) ?? 0) - (totals.at(-7) ?? 0)) / 1e6 / 60;
    expect(waited).toBeCloseTo(0.3, 1);
    expect((fromFiles(settled, '/proc/pressure/memory', 'full .*avg60').at(-1) ?? 0) / 100).toBeCloseTo(waited, 1);
  });

  it('runs as many requests as arrive times their time in service, as Little says', () => {
    const world = busyWorld(9, { engines: [{}] }).run({ frames: 2 });
    const { histograms } = world.engine().counters;
    const before = { count: histograms.endToEnd.count, sum: histograms.endToEnd.sum - histograms.queue.sum };
    const running: number[] = [];
    world.run({ frames: 60, each: (_, { engines }) => running.push(engines[0]?.now.running ?? 0) });
    const perSecond = (histograms.endToEnd.count - before.count) / 600;
    const seconds =
      (histograms.endToEnd.sum - histograms.queue.sum - before.sum) / (histograms.endToEnd.count - before.count);
    const mean = running.reduce((sum, value) => sum + value, 0) / running.length;
    expect((perSecond * seconds) / mean).toBeGreaterThan(0.85);
    expect((perSecond * seconds) / mean).toBeLessThan(1.15);
  });

  it('serves more slowly and runs more requests at a time with fewer clocks', () => {
    const world = busyWorld(10, { engines: [{}] }).run({ frames: 6 });
    const before = world.engine().now;
    world.gpu().throttle('hw-thermal', 0.45);
    world.run({ frames: 6 });
    const after = world.engine().now;
    expect(after.prefillTime.median).toBeGreaterThan(1.5 * before.prefillTime.median);
    expect(after.running).toBeGreaterThan(1.3 * before.running);
  });

  it('queues what it cannot finish, and only then', () => {
    const world = busyWorld(11, { engines: [{ maxNumSeqs: 64 }] }).run({ frames: 6 });
    expect(world.engine().now.waitingCapacity).toBeLessThan(1);
    world.engine().overload(1.4);
    world.run({ frames: 12 });
    expect(world.engine().now.waitingCapacity).toBeGreaterThan(50);
    expect(Math.round(world.engine().now.running)).toBe(64);
  });

  it('begins its counters anew with a restart, those of a cache inside it too', () => {
    const world = busyWorld(12, { engines: [{}], lmcache: 'in-process' }).run({ frames: 3 });
    const before = world.engine().counters.values.generationTokens;
    const lookedUp = world.cache().counters.lookupTokens;
    world.engine().restart(world.seconds);
    world.run({ frames: 2 });
    expect(world.engine().counters.values.generationTokens).toBeLessThan(before);
    expect(world.cache().counters.lookupTokens).toBeLessThan(lookedUp);
  });
});

it('knows nothing of the rules that its recordings are to test', () => {
  const folder = join(process.cwd(), 'test/scenarios/world');
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'));
  const imports = sources.flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/from '([^']+)'/g)]);
  const outside = imports.map(([, path = '']) => path).filter((path) => !path.startsWith('./'));
  expect(outside.length).toBeGreaterThan(0);
  expect(outside.filter((path) => !path.startsWith('../../../libs/testing/src/'))).toEqual([]);
});
