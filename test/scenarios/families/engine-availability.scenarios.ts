import type { Scenario } from '../scenario.js';
import type { Availability, HostWorld } from '../world/index.js';
import { type EngineDefinition, engineScenarios, FIRST_VLLM } from './engine-scenario.js';

const TWO_CARDS = [{ model: 'A100' as const }, { model: 'A100' as const }];
const SECOND_VLLM = 'http://127.0.0.1:8001';

function busy(world: HostWorld, level: number, frames: number): void {
  for (const engine of world.engines) engine.busy(level);
  world.run({ frames });
}

const DOWN: readonly {
  readonly id: string;
  readonly title: string;
  readonly availability: Availability;
  readonly relation: string;
  readonly interval: number;
}[] = [
  {
    id: 'unreachable-refused',
    title: 'the only engine is gone: its port refuses and its process is no more',
    availability: 'refused',
    relation: 'three failed polls of a server that should be there [rules §6.61]',
    interval: 15,
  },
  {
    id: 'unreachable-503',
    title: 'the only engine is dead behind a server that still answers, with 503',
    availability: 'unhealthy',
    relation: '/health 503 = engine dead (EngineDeadError) [rules §6.61]',
    interval: 10,
  },
  {
    id: 'unreachable-hanging',
    title: 'the only engine does not answer in time; its process lives',
    availability: 'hanging',
    relation: 'a time-out of /metrics and /health counts like a refused connection [rules §6.61]',
    interval: 30,
  },
];

const UNREACHABLE_TRUTH = {
  rootCauses: ['engine-unreachable'],
  subjects: { 'engine-unreachable': FIRST_VLLM },
  mustNotFind: ['queue-backlog', 'cpu-starved-engine', 'engine-asleep-with-traffic', 'gpu-overprovisioned'],
  acceptableActions: ['engine-health-check', 'collect-diagnostics', 'vllm-restart'],
  forbiddenActions: ['gpu-reset', 'vllm-sleep', 'host-kill-process'],
};

const down = DOWN.map(({ id, title, availability, relation, interval }, i): EngineDefinition => ({
  id,
  kind: 'fault',
  title,
  relation,
  seed: 20_300 + i,
  machine: { engines: [{ maxNumSeqs: 256 }], intervalSeconds: interval },
  act: (world) => {
    busy(world, 0.5, 5);
    world.engine().availability = availability;
    world.run({ frames: 12 });
  },
  truth: UNREACHABLE_TRUTH,
}));

/** The process begins anew and loads its model: nobody listens until it is up. */
function restartAt(world: HostWorld, seconds: number, loadingSeconds: number): (now: number) => void {
  return (now) => {
    const engine = world.engine();
    if (now === seconds) engine.restart(seconds).availability = 'loading';
    if (now === seconds + loadingSeconds) engine.availability = 'up';
  };
}

const definitions: readonly EngineDefinition[] = [
  ...down,
  {
    id: 'unreachable-one-of-two',
    kind: 'fault',
    title: 'one of two replicas hangs, the other one serves',
    relation: 'one of several replicas is less than the only one, and a fault all the same [rules §6.61]',
    seed: 20_303,
    machine: { gpus: TWO_CARDS, engines: [{ gpus: [0] }, { gpus: [1] }], intervalSeconds: 15 },
    act: (world) => {
      busy(world, 0.4, 5);
      world.engine(1).availability = 'hanging';
      world.run({ frames: 12 });
    },
    truth: { ...UNREACHABLE_TRUTH, subjects: { 'engine-unreachable': SECOND_VLLM } },
  },
  {
    id: 'unreachable-for-one-poll',
    kind: 'twin',
    title: 'one poll finds nobody; before and after the engine answers',
    relation: 'one failed poll is no outage [rules §6.61]',
    seed: 20_304,
    machine: { engines: [{ maxNumSeqs: 256 }], intervalSeconds: 10 },
    act: (world) => {
      world.engine().busy(0.5);
      world.run({
        frames: 18,
        each: (seconds) => (world.engine().availability = seconds === 90 ? 'hanging' : 'up'),
      });
    },
    truth: { rootCauses: [], mustNotFind: ['engine-unreachable', 'engine-restarted', 'engine-crash-loop'] },
  },
  {
    id: 'restarted-once',
    kind: 'twin',
    title: 'the engine was restarted for a new version, loaded for two minutes and serves again',
    relation: 'a restart explains cold caches and is no fault by itself [rules §6.68]',
    seed: 20_310,
    machine: { engines: [{ maxNumSeqs: 256 }], intervalSeconds: 30 },
    act: (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 36, each: restartAt(world, 180, 120) });
    },
    truth: {
      rootCauses: [],
      mustNotFind: ['engine-crash-loop', 'engine-restarted', 'engine-unreachable', 'prefix-cache-low-hit'],
    },
  },
  {
    id: 'crash-loop',
    kind: 'fault',
    title: 'four starts within forty minutes, each for some minutes only',
    relation: 'process_start_time_seconds changed three times and more within an hour [rules §6.68b]',
    seed: 20_311,
    machine: { gpus: [{ model: 'L40S' }], engines: [{ maxNumSeqs: 128 }], intervalSeconds: 60 },
    act: (world) => {
      world.engine().busy(0.5);
      const restarts = [360, 900, 1440, 1980].map((seconds) => restartAt(world, seconds, 60));
      world.run({ frames: 40, each: (now) => restarts.forEach((restart) => restart(now)) });
    },
    truth: {
      rootCauses: ['engine-crash-loop'],
      subjects: { 'engine-crash-loop': FIRST_VLLM },
      mustNotFind: ['prefix-cache-low-hit', 'queue-backlog'],
      forbiddenActions: ['vllm-restart', 'k8s-rollout-restart'],
    },
  },
  {
    id: 'request-errors',
    kind: 'fault',
    title: 'one request in eight ends with an error and its answer is a 500',
    relation: 'finished_reason error and 5xx answers, some hundred requests [VLLM-M]',
    seed: 20_320,
    machine: { engines: [{ maxNumSeqs: 256, version: '0.11.0' }], intervalSeconds: 15 },
    act: (world) => {
      busy(world, 0.4, 4);
      Object.assign(world.engine(), { errorShare: 0.12, http5xxShare: 0.12 });
      world.run({ frames: 16 });
    },
    truth: {
      rootCauses: ['request-errors-high'],
      subjects: { 'request-errors-high': FIRST_VLLM },
      mustNotFind: ['engine-unreachable', 'queue-backlog', 'engine-asleep-with-traffic'],
      acceptableActions: ['engine-health-check'],
      forbiddenActions: ['k8s-scale', 'gpu-reset'],
    },
  },
  {
    id: 'request-errors-some',
    kind: 'twin',
    title: 'one request in a hundred and fifty fails',
    relation: 'a per cent of errors is everyday life; five are a fault [rules §6.67]',
    seed: 20_321,
    machine: { gpus: [{ model: 'A100' }], engines: [{ maxNumSeqs: 256 }], intervalSeconds: 15 },
    act: (world) => {
      Object.assign(world.engine(), { errorShare: 0.006, http5xxShare: 0.007 });
      busy(world, 0.6, 18);
    },
    truth: { rootCauses: [], mustNotFind: ['request-errors-high'] },
  },
  {
    id: 'request-errors-of-few',
    kind: 'twin',
    title: 'two of some dozen requests failed',
    relation: 'a share of less than a hundred requests says little [rules §6.67]',
    seed: 20_322,
    machine: { gpus: [{ model: 'T4' }], engines: [{ maxNumSeqs: 64 }], intervalSeconds: 10 },
    act: (world) => {
      Object.assign(world.engine(), { errorShare: 0.07, http5xxShare: 0.07 });
      world.engine().serve({ requestsPerSecond: 0.2 });
      world.run({ frames: 16 });
    },
    truth: { rootCauses: [], mustNotFind: ['request-errors-high', 'gpu-overprovisioned', 'cpu-starved-engine'] },
  },
  {
    id: 'error-page-of-a-proxy',
    kind: 'gap',
    title: 'a proxy answers 200 with a page of HTML where metrics should be; the engine’s health is fine',
    relation:
      'a page without known series tells nothing of the engine; absence is neither health nor fault [signals §0]',
    seed: 20_330,
    machine: { engines: [{ maxNumSeqs: 256 }], intervalSeconds: 15 },
    act: (world) => busy(world, 0.6, 14),
    edit: (bundle) => ({
      ...bundle,
      frames: bundle.frames.map((frame) => ({
        ...frame,
        metrics: (frame.metrics ?? []).map((page) =>
          page.url?.endsWith(':8000/metrics') === true
            ? { url: page.url, text: '<html><body><h1>Sign in</h1></body></html>\n' }
            : page,
        ),
      })),
    }),
    truth: {
      rootCauses: [],
      mustNotFind: [
        'queue-backlog',
        'gpu-idle-memory-held',
        'request-errors-high',
        'engine-restarted',
        'engine-crash-loop',
      ],
    },
  },
];

export const engineAvailabilityScenarios: readonly Scenario[] = engineScenarios('engine-availability', definitions);
