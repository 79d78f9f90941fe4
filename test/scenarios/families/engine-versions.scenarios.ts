import type { Scenario } from '../scenario.js';
import type { Bundle, BundlePage } from '../world/index.js';
import { type EngineDefinition, engineScenarios, FIRST_VLLM } from './engine-scenario.js';

const ROOM_IN_THE_CACHE = ['kv-cache-saturated', 'preemption-thrash', 'cpu-starved-engine'];

/** Changes the pages of metrics of an engine's port. */
function withPages(bundle: Bundle, port: number, change: (text: string) => string): Bundle {
  const changed = (page: BundlePage): BundlePage =>
    page.url?.endsWith(`:${port}/metrics`) === true ? { ...page, text: change(page.text) } : page;
  return {
    ...bundle,
    frames: bundle.frames.map((frame) => ({ ...frame, metrics: (frame.metrics ?? []).map(changed) })),
  };
}

/** Lines of a page by the family that they belong to. */
function familiesOf(text: string): Map<string, string[]> {
  const families = new Map<string, string[]>();
  let family = '';
  for (const line of text.split('\n').filter((line) => line !== '')) {
    if (line.startsWith('# ')) family = line.split(' ')[2] ?? '';
    families.set(family, [...(families.get(family) ?? []), line]);
  }
  return families;
}

/** The second rank is a child of the first server. */
function withoutSecondServer(files: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(files).filter(([path]) => !path.startsWith('/proc/4100/'));
  return Object.fromEntries(
    kept.map(([path, text]) => [path, path === '/proc/4101/stat' ? text.replace(' S 4100 ', ' S 4000 ') : text]),
  );
}

/** Puts two engines on the first one's page, as data-parallel ranks 0 and 1 of one server. */
function asRanksOfOneServer(bundle: Bundle): Bundle {
  const frames = bundle.frames.map((frame) => {
    const pages = frame.metrics ?? [];
    const textAt = (port: number): string => pages.find(({ url }) => url?.endsWith(`:${port}/metrics`))?.text ?? '';
    const second = familiesOf(textAt(8001).replaceAll('engine="0"', 'engine="1"'));
    const lines = [...familiesOf(textAt(8000))].flatMap(([family, own]) => {
      const other = (second.get(family) ?? []).filter((line) => line.includes('engine="1"'));
      return [...own, ...other];
    });
    const metrics = pages
      .filter(({ url }) => url?.includes(':8001/') !== true)
      .map((page) =>
        page.url?.endsWith(':8000/metrics') === true ? { ...page, text: `${lines.join('\n')}\n` } : page,
      );
    return { ...frame, metrics, files: withoutSecondServer(frame.files ?? {}) };
  });
  return { ...bundle, frames };
}

const older: readonly EngineDefinition[] = [
  {
    id: 'v1-before-0-10-max-num-seqs',
    kind: 'fault',
    title: 'vLLM 0.9 at its cap: gauges under their old names, waiting without reasons',
    relation:
      'gpu_cache_usage_perc and time_per_output_token_seconds until 0.9/0.10; no waiting by reason [signals §5]',
    seed: 20_810,
    machine: {
      gpus: [{ model: 'A100' }],
      engines: [{ era: 'v1-0.9', version: '0.9.1', maxNumSeqs: 64, maxNumBatchedTokens: 1024 }],
      intervalSeconds: 15,
    },
    act: (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 4 });
      world.engine().overload(1.25);
      world.run({
        frames: 16,
        each: () => (world.engine().load.backlogLimit = Math.round(world.random.near(80, 0.1))),
      });
    },
    truth: {
      rootCauses: ['max-num-seqs-bound'],
      mustFind: ['queue-backlog'],
      mustNotFind: [...ROOM_IN_THE_CACHE, 'requests-deferred'],
      acceptableActions: ['vllm-config:max-num-seqs'],
    },
  },
  {
    id: 'v0-kv-saturated',
    kind: 'fault',
    title: 'vLLM before V1 with a full KV cache, preemptions and a queue',
    relation: 'V0: gpu_cache_usage_perc, time_in_queue_requests, no counters of the prefix cache [signals §5]',
    seed: 20_811,
    machine: {
      gpus: [{ model: 'A100' }],
      engines: [{ era: 'v0', version: '0.6.6', maxNumSeqs: 256, maxNumBatchedTokens: 1024 }],
      intervalSeconds: 30,
    },
    act: (world) => {
      const engine = world.engine().serve({ promptTokens: 4000, outputTokens: 400, prefixHitRatio: 0.6 }).busy(0.5);
      world.run({ frames: 4 });
      engine.overload(1.2);
      world.run({ frames: 16, each: () => (engine.load.backlogLimit = Math.round(world.random.near(36, 0.1))) });
    },
    truth: {
      rootCauses: ['kv-cache-saturated'],
      mustFind: ['preemption-thrash', 'queue-backlog'],
      mustNotFind: ['max-num-seqs-bound', 'requests-deferred', 'prefix-cache-low-hit'],
      acceptableActions: [
        'vllm-config:gpu-memory-utilization',
        'vllm-config:tensor-parallel-size',
        'k8s-scale',
        'router-rebalance',
      ],
      forbiddenActions: ['vllm-reset-prefix-cache'],
    },
  },
  {
    id: 'v0-preempts-nothing',
    kind: 'twin',
    title: 'vLLM before V1 on a healthy day, its hit rate −1 before the first query',
    relation: 'V0 writes −1 where no prefix was looked up yet [signals §5]; no number is no fault',
    seed: 20_812,
    machine: {
      gpus: [{ model: 'T4' }],
      engines: [{ era: 'v0', version: '0.5.4', maxNumSeqs: 64 }],
      intervalSeconds: 15,
    },
    act: (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 16 });
    },
    edit: (bundle) =>
      withPages(bundle, 8000, (text) => text.replace(/^(vllm:gpu_prefix_cache_hit_rate\{.*\}) .*$/m, '$1 -1')),
    truth: { rootCauses: [], mustNotFind: ['prefix-cache-low-hit', 'queue-backlog', 'kv-cache-saturated'] },
  },
];

const unknown: readonly EngineDefinition[] = [
  {
    id: 'series-under-other-names',
    kind: 'gap',
    title: 'a fork writes every series under names of its own while requests queue',
    relation: 'what is not known by name is a gap and no number [signals §0]',
    seed: 20_820,
    machine: { engines: [{ maxNumSeqs: 64 }], intervalSeconds: 15 },
    act: (world) => {
      world.engine().overload(1.2, 80);
      world.run({ frames: 16 });
    },
    edit: (bundle) => withPages(bundle, 8000, (text) => text.replaceAll('vllm:', 'fastserve_')),
    truth: {
      rootCauses: [],
      mustNotFind: [
        'queue-backlog',
        'max-num-seqs-bound',
        'kv-cache-saturated',
        'gpu-idle-memory-held',
        'engine-unreachable',
      ],
    },
  },
  {
    id: 'usage-gauge-renamed',
    kind: 'gap',
    title: 'a release renamed the gauges of KV usage and waiting requests; the rest is known',
    relation:
      'deprecated series are hidden by later releases [signals §5]: a missing input is never “ok” and never a fault',
    seed: 20_821,
    machine: {
      gpus: [{ model: 'H200' }],
      engines: [{ maxNumSeqs: 128, maxNumBatchedTokens: 1024 }],
      intervalSeconds: 15,
    },
    act: (world) => {
      world.engine().busy(0.7);
      world.run({ frames: 16 });
    },
    edit: (bundle) =>
      withPages(bundle, 8000, (text) =>
        text
          .replaceAll('vllm:kv_cache_usage_perc', 'vllm:kv_blocks_in_use')
          .replaceAll('vllm:num_requests_waiting', 'vllm:queue_depth'),
      ),
    truth: {
      rootCauses: [],
      mustNotFind: [
        'queue-backlog',
        'max-num-seqs-bound',
        'kv-cache-saturated',
        'requests-deferred',
        'preemption-thrash',
      ],
    },
  },
];

const ranks: readonly EngineDefinition[] = [
  {
    id: 'data-parallel-ranks-full',
    kind: 'fault',
    title: 'two data-parallel ranks on one page, both with a full KV cache and a queue',
    relation: 'every series has a label `engine` with the data-parallel rank [signals §5]',
    seed: 20_830,
    machine: {
      gpus: [{ model: 'H100' }, { model: 'H100' }],
      engines: [0, 1].map((gpu) => ({ gpus: [gpu], maxNumSeqs: 256, maxNumBatchedTokens: 1024 })),
      intervalSeconds: 15,
    },
    act: (world) => {
      for (const engine of world.engines) {
        engine.overload(1.15, null, { promptTokens: 5200, outputTokens: 400, prefixHitRatio: 0.62 });
      }
      world.run({
        frames: 18,
        each: () => {
          for (const { load } of world.engines) load.backlogLimit = Math.round(world.random.near(30, 0.1));
        },
      });
    },
    edit: asRanksOfOneServer,
    truth: {
      rootCauses: ['kv-cache-saturated'],
      mustFind: ['preemption-thrash', 'queue-backlog'],
      mustNotFind: ['replica-load-imbalance', 'max-num-seqs-bound', 'engine-unreachable'],
      acceptableActions: [
        'vllm-config:kv-cache-dtype',
        'vllm-config:gpu-memory-utilization',
        'k8s-scale',
        'router-rebalance',
      ],
      forbiddenActions: ['vllm-reset-prefix-cache'],
    },
  },
  {
    id: 'queue-and-failing-requests',
    kind: 'multi',
    title: 'one replica is bound by its cap, the other one answers every seventh request with an error',
    relation: 'independent engines have independent roots: both are shown [rules §9]',
    seed: 20_831,
    machine: {
      gpus: [{ model: 'A100' }, { model: 'A100' }],
      engines: [
        { gpus: [0], maxNumSeqs: 48, maxNumBatchedTokens: 1024 },
        { gpus: [1], model: 'Qwen/Qwen2.5-7B-Instruct' },
      ],
      intervalSeconds: 15,
    },
    act: (world) => {
      world.engine(1).busy(0.4);
      Object.assign(world.engine(1), { errorShare: 0.14, http5xxShare: 0.14 });
      world.engine(0).overload(1.2);
      world.run({
        frames: 18,
        each: () => (world.engine(0).load.backlogLimit = Math.round(world.random.near(60, 0.1))),
      });
    },
    truth: {
      rootCauses: ['max-num-seqs-bound', 'request-errors-high'],
      subjects: { 'max-num-seqs-bound': FIRST_VLLM, 'request-errors-high': 'http://127.0.0.1:8001' },
      mustFind: ['queue-backlog'],
      mustNotFind: ['kv-cache-saturated', 'replica-load-imbalance', 'engine-unreachable'],
      acceptableActions: ['vllm-config:max-num-seqs', 'engine-health-check'],
      forbiddenActions: ['gpu-reset'],
    },
  },
];

export const engineVersionsScenarios: readonly Scenario[] = engineScenarios('engine-versions', [
  ...older,
  ...unknown,
  ...ranks,
]);
