import type { Scenario } from '../scenario.js';
import type { HostWorld } from '../world/index.js';
import { type EngineDefinition, engineScenarios, FIRST_VLLM, GPU_A, NODE } from './engine-scenario.js';

const NOT_A_FULL_ENGINE = ['max-num-seqs-bound', 'kv-cache-saturated', 'preemption-thrash'];

/** Adapters as the server tells them: a change adds a series whose value is the time of the change [VLLM-M]. */
function adapters(world: HostWorld, running: readonly string[], waiting: readonly string[], max: number): void {
  const engine = world.engine();
  const atSeconds = Date.parse('2026-03-02T08:00:00.000Z') / 1000 + world.seconds;
  // A gauge has one value per label set: adapters that are back as they were move its time on [VLLM-M].
  const isSame = (entry: { running?: readonly string[]; waiting?: readonly string[] }): boolean =>
    entry.running?.join() === running.join() && entry.waiting?.join() === waiting.join();
  const others = (engine.lora ?? []).filter((entry) => !isSame(entry));
  engine.lora = [...others, { atSeconds, running, waiting, max }];
}

const ADAPTERS = ['sql', 'legal', 'support', 'code', 'triage', 'billing'];

/** Every slot is taken and the others wait for theirs, by turns. */
function adaptersByTurns(world: HostWorld, slots: number): void {
  const first = Math.floor(world.random.between(0, ADAPTERS.length));
  const order = [...ADAPTERS.slice(first), ...ADAPTERS.slice(0, first)];
  adapters(world, order.slice(0, slots), order.slice(slots), slots);
}

const definitions: readonly EngineDefinition[] = [
  {
    id: 'cpu-starved-by-cgroup',
    kind: 'fault',
    title: 'a CPU limit of two cores throttles the engine: its GPU idles while requests run',
    relation:
      'vLLM needs 2 + N cores and degrades with low GPU utilisation when short [VLLM-OPT]; throttled periods are those of the cgroup’s limit [K8S-MIXIN]',
    seed: 20_100,
    machine: {
      engines: [{ maxNumSeqs: 256 }],
      intervalSeconds: 30,
      host: { cpuLimitCores: 2, cgroupPath: '/kubepods.slice/kubepods-burstable.slice/vllm-0' },
      target: NODE,
    },
    act: (world) => {
      world.engine().busy(0.25, { promptTokens: 320 });
      world.run({ frames: 6 });
      world.starveCpu('cgroup', 0.66);
      world.run({ frames: 22 });
    },
    truth: {
      rootCauses: ['cgroup-cpu-throttled'],
      subjects: { 'cgroup-cpu-throttled': NODE },
      mustFind: ['cpu-starved-engine'],
      mustNotFind: [...NOT_A_FULL_ENGINE, 'gpu-overprovisioned', 'gpu-thermal-hw-slowdown'],
      acceptableActions: ['k8s-patch-resources'],
      forbiddenActions: ['vllm-restart', 'k8s-scale', 'gpu-set-power-limit'],
    },
  },
  {
    id: 'cpu-starved-by-neighbours',
    kind: 'twin',
    title: 'the same idle GPU, but other jobs use the cores and the engine has no CPU limit',
    relation:
      'cpu.max = max cannot throttle; pressure and load of the whole host are the sign of neighbours [NODE-MIXIN]',
    seed: 20_101,
    machine: { engines: [{ maxNumSeqs: 256 }], intervalSeconds: 15, target: NODE, host: { cores: 32 } },
    act: (world) => {
      world.engine().busy(0.25, { promptTokens: 320 });
      world.run({ frames: 8 });
      world.starveCpu('neighbours', 0.62);
      world.run({ frames: 24 });
    },
    truth: {
      rootCauses: ['host-cpu-pressure'],
      subjects: { 'host-cpu-pressure': NODE },
      mustFind: ['cpu-starved-engine'],
      mustNotFind: [...NOT_A_FULL_ENGINE, 'cgroup-cpu-throttled', 'gpu-overprovisioned'],
      acceptableActions: ['host-tune', 'k8s-patch-resources'],
      forbiddenActions: ['vllm-restart', 'gpu-set-power-limit'],
    },
  },
  {
    id: 'cpu-engine-core-spins',
    kind: 'twin',
    title: 'the engine’s loop keeps one core at 100 %, and the GPU is busy',
    relation: 'EngineCore at 100 % of one core alone is its busy loop [rules §6.60]',
    seed: 20_102,
    machine: { gpus: [{ model: 'A100' }], engines: [{ maxNumSeqs: 256 }], intervalSeconds: 15 },
    act: (world) => {
      world.engine().busy(0.7);
      world.run({ frames: 16 });
    },
    truth: { rootCauses: [], mustNotFind: ['cpu-starved-engine', 'host-cpu-pressure', 'cgroup-cpu-throttled'] },
  },
  {
    id: 'asleep-with-errors',
    kind: 'fault',
    title: 'a replica sleeps at level 1 and the router goes on sending; every answer is a 503',
    relation:
      'engine_sleep_state weights_offloaded with traffic: wake was forgotten or the router does not know [VLLM-SLEEP]',
    seed: 20_110,
    machine: { engines: [{ maxNumSeqs: 256, flags: ['--enable-sleep-mode'] }], intervalSeconds: 15 },
    act: (world) => {
      world.engine().busy(0.4);
      world.run({ frames: 4 });
      world.engine().idle().sleep(1);
      world.run({ frames: 16, each: () => (world.engine().http5xxPerSecond = world.random.near(3, 0.1)) });
    },
    truth: {
      rootCauses: ['engine-asleep-with-traffic'],
      subjects: { 'engine-asleep-with-traffic': FIRST_VLLM },
      mustFind: ['request-errors-high'],
      mustNotFind: ['queue-backlog', 'engine-unreachable', 'gpu-idle-memory-held', 'cpu-starved-engine'],
      acceptableActions: ['vllm-wake', 'vllm-resume'],
      forbiddenActions: ['vllm-sleep', 'vllm-restart', 'gpu-reset'],
    },
  },
  {
    id: 'asleep-with-hanging-requests',
    kind: 'fault',
    title: 'requests pile up in front of a replica that was put to sleep',
    relation: 'asleep while requests wait and none runs [VLLM-M, VLLM-SLEEP]',
    seed: 20_111,
    machine: {
      gpus: [{ model: 'L40S' }],
      engines: [{ maxNumSeqs: 256, flags: ['--enable-sleep-mode'] }],
      intervalSeconds: 10,
    },
    act: (world) => {
      world.engine().busy(0.3);
      world.run({ frames: 6 });
      const engine = world.engine().sleep(1);
      Object.assign(engine, { isStalled: true, flowState: { running: 0, waiting: 0, recentAdmissions: 0 } });
      engine.serve({ requestsPerSecond: 0.4 });
      world.run({ frames: 20 });
    },
    truth: {
      rootCauses: ['engine-asleep-with-traffic'],
      subjects: { 'engine-asleep-with-traffic': FIRST_VLLM },
      mustNotFind: [...NOT_A_FULL_ENGINE, 'queue-backlog', 'engine-unreachable'],
      acceptableActions: ['vllm-wake', 'vllm-resume'],
      forbiddenActions: ['vllm-sleep', 'k8s-scale', 'vllm-config:max-num-seqs'],
    },
  },
  {
    id: 'paused-with-traffic',
    kind: 'twin',
    title: 'requests wait, none runs and the server says it is awake: somebody paused it',
    relation:
      'a queue without running requests is no want of capacity [rules §6.49]; /pause holds requests [actions §4]',
    seed: 20_112,
    machine: { engines: [{ maxNumSeqs: 128 }], intervalSeconds: 15 },
    act: (world) => {
      world.engine().busy(0.4);
      world.run({ frames: 5 });
      Object.assign(world.engine(), { isStalled: true, flowState: { running: 0, waiting: 0, recentAdmissions: 0 } });
      world.engine().serve({ requestsPerSecond: 0.5 });
      world.run({ frames: 14 });
    },
    truth: {
      rootCauses: [],
      mustNotFind: [...NOT_A_FULL_ENGINE, 'queue-backlog', 'engine-unreachable', 'cpu-starved-engine'],
      forbiddenActions: ['k8s-scale', 'vllm-config:max-num-seqs', 'vllm-sleep'],
    },
  },
  {
    id: 'lora-more-adapters-than-slots',
    kind: 'fault',
    title: 'six adapters share four slots; requests are deferred although there is room',
    relation: 'deferred = LoRA budget, KV transfer, blocked [VLLM-M]; waiting adapters while all slots run',
    seed: 20_120,
    machine: {
      engines: [{ maxNumSeqs: 256, flags: ['--enable-lora', '--max-loras', '4'] }],
      intervalSeconds: 15,
    },
    act: (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 4, each: () => adapters(world, ADAPTERS.slice(0, 3), [], 4) });
      world.run({
        frames: 16,
        each: () => {
          adaptersByTurns(world, 4);
          world.engine().deferred = Math.round(world.random.near(17, 0.12));
        },
      });
    },
    truth: {
      rootCauses: ['lora-thrash'],
      subjects: { 'lora-thrash': FIRST_VLLM },
      mustFind: ['requests-deferred'],
      mustNotFind: [...NOT_A_FULL_ENGINE, 'queue-backlog'],
      acceptableActions: ['vllm-config:max-loras', 'vllm-lora-unload'],
      forbiddenActions: ['k8s-scale', 'vllm-config:max-num-seqs'],
    },
  },
  {
    id: 'lora-slots-suffice',
    kind: 'twin',
    title: 'adapters come and go, one waits in one scrape, and every slot is in use',
    relation: 'one scrape with a waiting adapter is no thrash [rules §6.69]; the value of lora_requests_info is a time',
    seed: 20_121,
    machine: {
      gpus: [{ model: 'A100' }],
      engines: [{ maxNumSeqs: 256, flags: ['--enable-lora', '--max-loras', '4'] }],
      intervalSeconds: 15,
    },
    act: (world) => {
      world.engine().busy(0.5);
      world.run({
        frames: 18,
        each: (seconds) => {
          adapters(world, ADAPTERS.slice(0, 4), seconds === 120 ? ['triage'] : [], 4);
          world.engine().deferred = seconds === 120 ? 3 : 0;
        },
      });
    },
    truth: { rootCauses: [], mustNotFind: ['lora-thrash', 'requests-deferred', 'queue-backlog'] },
  },
  {
    id: 'deferred-by-grammars',
    kind: 'fault',
    title: 'grammars of structured output are compiled while requests wait for them, not for room',
    relation:
      'grammar compile is one cause of deferred requests [rules §6.62]; deferred is not under-capacity [VLLM-M]',
    seed: 20_122,
    machine: { gpus: [{ model: 'L40S', uuid: GPU_A }], engines: [{ maxNumSeqs: 192 }], intervalSeconds: 10 },
    act: (world) => {
      world.engine().busy(0.55);
      world.run({ frames: 6 });
      world.run({ frames: 18, each: () => (world.engine().deferred = Math.round(world.random.near(12, 0.15))) });
    },
    truth: {
      rootCauses: ['requests-deferred'],
      subjects: { 'requests-deferred': FIRST_VLLM },
      mustNotFind: [...NOT_A_FULL_ENGINE, 'queue-backlog', 'lora-thrash'],
      forbiddenActions: ['k8s-scale', 'vllm-config:max-num-seqs'],
    },
  },
];

export const engineStallsScenarios: readonly Scenario[] = engineScenarios('engine-stalls', definitions);
