import { defineScenario, type Scenario, type ScenarioDefinition } from '../scenario.js';
import type { Bundle, BundleFrame } from '../world/index.js';
import { NODE, recording } from './healthy-scenario.js';
import { nearlyFull, shortOfMemory, swapping } from './host-conditions.js';

const CARD = 'GPU-91ab0c4e-5d2f-4f6e-a3c8-7be0125fd9c4';
const ENGINE = 'http://127.0.0.1:8000';

/** Changes every frame of a recording afterwards. */
function changed(
  build: (seed: number) => Bundle,
  change: (frame: BundleFrame, i: number) => BundleFrame,
): (seed: number) => Bundle {
  return (seed) => {
    const bundle = build(seed);
    return { ...bundle, frames: bundle.frames.map(change) };
  };
}

function withoutSmi(frame: BundleFrame): BundleFrame {
  const rest = { ...frame };
  delete rest.nvidiaSmi;
  return rest;
}

function withPage(frame: BundleFrame, url: string, write: (text: string) => string): BundleFrame {
  const metrics = (frame.metrics ?? []).map((page) => (page.url === url ? { ...page, text: write(page.text) } : page));
  return { ...frame, metrics };
}

const queueAtCap = (frames: number): ((seed: number) => Bundle) =>
  recording({ gpus: [{ uuid: CARD }], engines: [{ maxNumSeqs: 64 }] }, (world) => {
    world.engine().busy(0.5);
    if (frames > 1) world.run({ frames: 5 });
    world.engine().overload(1.3, 80);
    world.skip(60);
    world.run({ frames });
  });

const BATCH_LIMIT = {
  rootCauses: ['max-num-seqs-bound'],
  subjects: { 'max-num-seqs-bound': ENGINE },
  acceptableActions: ['vllm-config:max-num-seqs', 'k8s-scale'],
} as const;

/** What is left of the evidence carries a finding. */
const carried: readonly ScenarioDefinition[] = [
  {
    id: 'no-gpu-output-with-queue',
    family: 'gaps',
    kind: 'gap',
    title: 'nothing is known of the GPU; the batch limit holds requests back',
    relation:
      'running at the cap with waiting requests, room in the KV cache and no preemption [rules §6.52] needs no GPU data',
    seed: 40_000,
    build: changed(queueAtCap(16), withoutSmi),
    truth: { ...BATCH_LIMIT, mustNotFind: ['gpu-lost', 'gpu-missing', 'kv-cache-saturated', 'cpu-starved-engine'] },
  },
  {
    id: 'page-cut-before-its-histograms',
    family: 'gaps',
    kind: 'gap',
    title: 'a proxy cuts the engine’s page in its histograms; gauges and counters are whole',
    relation: 'what can be read counts, what is cut is unknown [contract §4]',
    seed: 40_001,
    build: changed(queueAtCap(14), (frame) =>
      withPage(frame, `${ENGINE}/metrics`, (text) =>
        text.slice(0, text.indexOf('time_to_first_token_seconds_bucket') + 90),
      ),
    ),
    truth: { ...BATCH_LIMIT, mustNotFind: ['ttft-slo-prefill', 'engine-unreachable', 'kv-cache-saturated'] },
  },
  {
    id: 'kv-usage-renamed',
    family: 'gaps',
    kind: 'gap',
    title: 'a later version of the engine names its KV usage otherwise; requests queue',
    relation: 'a required input that is missing leaves its rules not evaluated; the queue itself is seen [rules §0]',
    seed: 40_002,
    build: changed(queueAtCap(16), (frame) =>
      withPage(frame, `${ENGINE}/metrics`, (text) => text.replaceAll('vllm:kv_cache_usage_perc', 'vllm:kv_pool_fill')),
    ),
    truth: {
      rootCauses: ['queue-backlog'],
      subjects: { 'queue-backlog': ENGINE },
      mustNotFind: ['kv-cache-saturated', 'max-num-seqs-bound', 'preemption-thrash'],
      acceptableActions: ['k8s-scale', 'router-rebalance'],
    },
  },
  {
    id: 'smi-silent-for-six-minutes',
    family: 'gaps',
    kind: 'gap',
    title: 'nvidia-smi hangs for six minutes while engine and host go on',
    relation:
      'no successful collection for more than three intervals and 300 s [EXP-RULES]; nothing is known of the GPU itself',
    seed: 40_003,
    build: recording({ gpus: [{ uuid: CARD }], engines: [{ maxNumSeqs: 256 }], intervalSeconds: 15 }, (world) => {
      world.engine().busy(0.5);
      world.run({ frames: 6 });
      world.smiFailure = { stdout: '', stderr: 'timeout: sending signal KILL to command nvidia-smi\n', exitCode: 124 };
      world.run({ frames: 25 });
    }),
    truth: {
      rootCauses: ['gpu-telemetry-stale'],
      mustNotFind: ['gpu-lost', 'gpu-missing', 'engine-unreachable', 'gpu-recovery-action-required'],
      acceptableActions: ['collect-diagnostics'],
      forbiddenActions: ['gpu-reset'],
    },
  },
  {
    id: 'xid-gauge-without-kernel-log',
    family: 'gaps',
    kind: 'gap',
    title: 'the kernel log is not readable; dcgm-exporter’s last code changes to 119',
    relation:
      'DCGM_FI_DEV_XID_ERRORS counts on a change between two scrapes [rules §1.16]; Xid 119 wants a reset [XID-CAT]',
    seed: 40_004,
    build: recording(
      { gpus: [{ uuid: CARD }], engines: [{ maxNumSeqs: 256 }], dcgm: 'shipped', hasKernelLog: false },
      (world) => {
        world.engine().busy(0.5);
        world.gpu().lastXid = 31;
        world.run({ frames: 8 });
        world.gpu().lastXid = 119;
        world.run({ frames: 8 });
      },
    ),
    truth: {
      rootCauses: ['gpu-xid-critical'],
      subjects: { 'gpu-xid-critical': CARD },
      mustNotFind: ['gpu-xid-app', 'gpu-lost'],
      acceptableActions: ['gpu-drain', 'gpu-reset', 'collect-diagnostics'],
    },
  },
  {
    id: 'failed-remap-in-one-frame',
    family: 'gaps',
    kind: 'gap',
    title: 'one look at a machine with a failed row remap and a momentary queue',
    relation: 'a latched state is told by one sample, a queue is not [rules §0 D0, D1]',
    seed: 40_005,
    build: recording({ gpus: [{ uuid: CARD }], engines: [{ maxNumSeqs: 64 }] }, (world) => {
      Object.assign(world.gpu().remap, { failure: 'Yes', uncorrectable: 4, low: 1 });
      world.engine().busy(0.6).pinned = { waitingCapacity: 22, running: 64 };
      world.run({ frames: 1 });
    }),
    truth: {
      rootCauses: ['gpu-row-remap-failure'],
      subjects: { 'gpu-row-remap-failure': CARD },
      mustNotFind: ['queue-backlog', 'max-num-seqs-bound'],
      acceptableActions: ['router-remove-backend', 'k8s-cordon', 'gpu-drain', 'open-rma-ticket', 'collect-diagnostics'],
    },
  },
  {
    id: 'swap-without-meminfo',
    family: 'gaps',
    kind: 'gap',
    title: 'swap traffic on a host of which /proc/meminfo and the pressure files were not copied',
    relation: 'what is available is unknown, the pages that move are counted [signals §9]',
    seed: 40_006,
    build: recording({ gpus: [], nvidiaSmi: false, intervalSeconds: 15 }, (world) => {
      world.host.without = ['/proc/meminfo', '/proc/pressure/cpu', '/proc/pressure/memory', '/proc/pressure/io'];
      world.run({ frames: 4 });
      swapping(world.host, 7e6);
      world.run({ frames: 12 });
    }),
    truth: {
      rootCauses: ['host-swap-thrash'],
      subjects: { 'host-swap-thrash': NODE },
      mustNotFind: ['host-memory-pressure', 'host-io-pressure'],
      acceptableActions: ['k8s-patch-resources', 'lmcache-config:l1-size', 'notify-oncall'],
    },
  },
  {
    id: 'host-known-by-exporter-alone',
    family: 'gaps',
    kind: 'gap',
    title: 'memory ends on a host of which only node_exporter tells',
    relation: 'MemAvailable below 10 % for two minutes [AWESOME], whoever tells it',
    seed: 40_007,
    build: recording(
      { gpus: [], nvidiaSmi: false, hasFiles: false, hasKernelLog: false, nodeExporter: true, intervalSeconds: 30 },
      (world) => {
        world.run({ frames: 4 });
        shortOfMemory(world.host, 0.035, 14);
        world.run({ frames: 12 });
      },
    ),
    truth: {
      rootCauses: ['host-memory-pressure'],
      subjects: { 'host-memory-pressure': NODE },
      mustNotFind: ['host-oom-kill', 'cgroup-memory-near-limit'],
      acceptableActions: ['k8s-patch-resources', 'lmcache-config:l1-size', 'notify-oncall'],
    },
  },
  {
    id: 'disk-full-with-garbled-smi',
    family: 'gaps',
    kind: 'gap',
    title: 'nvidia-smi prints half of its answer now and then; the disk is full in all frames',
    relation: 'broken text is a gap of its own source and of no other [contract §4]',
    seed: 40_008,
    build: changed(
      recording({ gpus: [{ uuid: CARD }, {}], engines: [{ gpus: [0, 1] }], nodeExporter: true }, (world) => {
        nearlyFull(world.host, '/', 0.024);
        world.engine().busy(0.5);
        world.run({ frames: 15 });
      }),
      (frame, i) =>
        i % 5 === 3 && frame.nvidiaSmi !== undefined
          ? { ...frame, nvidiaSmi: { ...frame.nvidiaSmi, stdout: frame.nvidiaSmi.stdout.slice(0, 9000) } }
          : frame,
    ),
    truth: {
      rootCauses: ['host-disk-full'],
      subjects: { 'host-disk-full': NODE },
      mustNotFind: ['gpu-missing', 'gpu-lost', 'gpu-telemetry-stale'],
      acceptableActions: ['host-free-disk', 'lmcache-config:disk'],
    },
  },
];

/** What would tell is missing: nothing may be claimed. */
const unknowable: readonly ScenarioDefinition[] = [
  {
    id: 'starved-but-nothing-tells',
    family: 'gaps',
    kind: 'gap',
    title: 'an engine waits for CPUs on a host of which no file was copied',
    relation: 'a low GPU use alone is no sign of a starved engine: a sign of the CPU is required [rules §6.60]',
    seed: 40_020,
    build: recording({ engines: [{ maxNumSeqs: 256 }], hasFiles: false }, (world) => {
      world.engine().busy(0.4);
      world.run({ frames: 5 });
      world.engine().cpuStall = 0.5;
      world.run({ frames: 13 });
    }),
    truth: {
      rootCauses: [],
      mustNotFind: ['cpu-starved-engine', 'gpu-overprovisioned', 'cgroup-cpu-throttled', 'gpu-clocks-locked-low'],
      forbiddenActions: ['gpu-reset', 'vllm-restart'],
    },
  },
  {
    id: 'page-replaced-by-a-login',
    family: 'gaps',
    kind: 'gap',
    title: 'a proxy answers two scrapes of the engine with a login page',
    relation: 'a text that is no page is a gap, and two scrapes are no outage [rules §6.61, contract §4]',
    seed: 40_021,
    build: changed(
      recording({ engines: [{ maxNumSeqs: 256 }] }, (world) => {
        world.engine().busy(0.6);
        world.run({ frames: 18 });
      }),
      (frame, i) =>
        i === 8 || i === 9
          ? withPage(frame, `${ENGINE}/metrics`, () => '<!doctype html><html><title>Sign in</title></html>')
          : frame,
    ),
    truth: {
      rootCauses: [],
      mustNotFind: ['engine-unreachable', 'engine-restarted', 'engine-crash-loop', 'request-errors-high'],
      forbiddenActions: ['vllm-restart'],
    },
  },
  {
    id: 'second-gpu-cut-off-for-a-while',
    family: 'gaps',
    kind: 'gap',
    title: 'for half a minute the answer of nvidia-smi ends in the middle of the second GPU',
    relation: 'a GPU is missing on a successful poll only, and a cut answer is none [rules §1.19]',
    seed: 40_022,
    build: changed(
      recording({ gpus: [{}, {}], engines: [{ gpus: [0] }, { gpus: [1] }] }, (world) => {
        for (const engine of world.engines) engine.busy(0.6);
        world.run({ frames: 18 });
      }),
      (frame, i) =>
        i >= 7 && i <= 9 && frame.nvidiaSmi !== undefined
          ? { ...frame, nvidiaSmi: { ...frame.nvidiaSmi, stdout: frame.nvidiaSmi.stdout.slice(0, -4000) } }
          : frame,
    ),
    truth: {
      rootCauses: [],
      mustNotFind: ['gpu-missing', 'gpu-lost', 'gpu-telemetry-stale', 'gpu-row-remap-pending'],
      forbiddenActions: ['gpu-reset'],
    },
  },
];

/** Recordings in which a part of the evidence is missing. */
export const gapsScenarios: readonly Scenario[] = [...carried, ...unknowable].map(defineScenario);
