import { defineScenario, type Scenario } from '../scenario.js';
import type { HostWorld, WorldGpu } from '../world/index.js';
import { coLocatedWorld, type ServingOptions, servingWorld, uuidOf } from './gpu-worlds.js';

const family = 'gpu-configuration';
/** Without ECC the counters do not exist. */
const NO_ECC_COUNTERS = {
  volatileSramCorrectable: null,
  volatileDramCorrectable: null,
  volatileSramUncorrectable: null,
  volatileSramParity: null,
  volatileDramUncorrectable: null,
  aggregateSramCorrectable: null,
  aggregateDramCorrectable: null,
  aggregateSramUncorrectable: null,
  aggregateSramParity: null,
  aggregateDramUncorrectable: null,
  sramThresholdExceeded: null,
} as const;

interface ConfigurationCase {
  readonly id: string;
  readonly rule: string;
  readonly title: string;
  readonly relation: string;
  readonly options: ServingOptions;
  /** Two engines on the one GPU. */
  readonly isCoLocated?: boolean;
  /** Not even odd. */
  readonly isHealthy?: boolean;
  readonly change: (gpu: WorldGpu, world: HostWorld) => void;
  readonly acceptable?: readonly string[];
  readonly forbidden?: readonly string[];
  readonly mustNotFind?: readonly string[];
}

function withoutEcc(gpu: WorldGpu, pendingMode: string): void {
  Object.assign(gpu.ecc, { mode: 'Disabled', pendingMode });
  Object.assign(gpu.pinned, NO_ECC_COUNTERS);
}

/** A program that belongs to no engine: it has files in `/proc` like every other. */
function addForeign(world: HostWorld, gpu: WorldGpu, values: { pid: number; name: string; usedMib: number }): void {
  const { pid, name, usedMib } = values;
  gpu.foreignProcesses.push({ pid, type: 'C', name, usedMib });
  Object.assign(world.host.pinned, {
    [`/proc/${pid}/cmdline`]: `${name}\0-m\0ipykernel_launcher\0-f\0/home/ada/.local/share/jupyter/kernel-1.json\0`,
    [`/proc/${pid}/stat`]: `${pid} (python3) S 2211 ${pid} ${pid} 0 -1 4194560 500 0 3 0 94210 2210 7 8 20 0 4 0 151234567 1000000 900000 18446744073709551615\n`,
    [`/proc/${pid}/status`]: `Name:\tpython3\nState:\tS (sleeping)\nPid:\t${pid}\nPPid:\t2211\nVmRSS:\t 3600000 kB\nCpus_allowed_list:\t0-63\n`,
    [`/proc/${pid}/cgroup`]: '0::/user.slice/user-1001.slice/session-12.scope\n',
  });
}

function worldOf({ options, isCoLocated = false }: ConfigurationCase, seed: number): HostWorld {
  const { model = 'H100', intervalSeconds = 30 } = options;
  return isCoLocated ? coLocatedWorld(seed, model, intervalSeconds) : servingWorld(seed, options);
}

const MINUTE: ServingOptions = { intervalSeconds: 60, level: 0.5 };

const FAULTS: readonly ConfigurationCase[] = [
  {
    id: 'persistence-off',
    rule: 'persistence-mode-off',
    title: 'Persistence mode of an H100 is off since the boot',
    relation: 'Without persistence the driver’s state is lost when the last client exits [MAN]',
    options: MINUTE,
    change: (gpu) => {
      gpu.persistenceMode = 'Disabled';
    },
    acceptable: ['gpu-persistence-on'],
    forbidden: ['gpu-reset'],
  },
  {
    id: 'ecc-disabled',
    rule: 'ecc-disabled-datacenter',
    title: 'Somebody turned ECC of an L40S off',
    relation: 'ECC mode Disabled, which is not N/A, on a data-centre GPU [rules 33]',
    options: { ...MINUTE, model: 'L40S' },
    change: (gpu) => {
      withoutEcc(gpu, 'Disabled');
    },
    acceptable: ['gpu-ecc-enable'],
    forbidden: ['gpu-reset'],
    mustNotFind: ['gpu-ecc-uncorrected'],
  },
  {
    id: 'compute-mode-prohibited',
    rule: 'compute-mode-restrictive',
    title: 'Compute mode Prohibited on a GPU with an engine: its next start will fail',
    relation: 'Prohibited lets no new context in; it affects new contexts only [NVML enum, actions §3]',
    options: { ...MINUTE, gpus: 2 },
    change: (gpu) => {
      gpu.computeMode = 'Prohibited';
    },
    acceptable: ['gpu-compute-mode-default'],
    forbidden: ['gpu-reset', 'vllm-restart'],
  },
  {
    id: 'compute-mode-exclusive-two-engines',
    rule: 'compute-mode-restrictive',
    title: 'Two engines share an H200 and its compute mode is Exclusive_Process: only one could start again',
    relation: 'Exclusive_Process while more than one client is wanted; it affects new contexts only [rules 32]',
    options: { model: 'H200', intervalSeconds: 60 },
    isCoLocated: true,
    change: (gpu) => {
      gpu.computeMode = 'Exclusive_Process';
    },
    acceptable: ['gpu-compute-mode-default'],
    forbidden: ['gpu-reset', 'vllm-restart'],
    mustNotFind: ['gpu-shared-by-foreign-process'],
  },
  {
    id: 'mig-pending',
    rule: 'mig-mode-pending',
    title: 'MIG of an A100 is to be enabled and waits for a reset',
    relation: 'Current and pending MIG mode differ: -mig without a reset [NVML]',
    options: { ...MINUTE, model: 'A100' },
    change: (gpu) => {
      gpu.mig.pendingMode = 'Enabled';
    },
    acceptable: ['notify-oncall'],
  },
  {
    id: 'foreign-process-l40s',
    rule: 'gpu-shared-by-foreign-process',
    title: 'A notebook holds 6200 MiB of the L40S on which an engine serves',
    relation: 'A compute process that is not the engine’s takes memory of its GPU [rules 37]',
    options: { model: 'L40S', gpus: 2, level: 0.4, engine: { gpuMemoryUtilization: 0.8 } },
    change: (gpu, world) => {
      addForeign(world, gpu, { pid: 73_110, name: '/home/ada/venv/bin/python3', usedMib: 6200 });
    },
    acceptable: ['notify-oncall'],
    forbidden: ['gpu-reset', 'vllm-restart'],
  },
];

const faults: readonly Scenario[] = FAULTS.map((one, i) =>
  defineScenario({
    id: one.id,
    family,
    kind: 'fault',
    title: one.title,
    relation: one.relation,
    seed: 701 + i,
    build: (seed) => {
      const world = worldOf(one, seed);
      one.change(world.gpu(), world);
      return world.run({ frames: 16 }).bundle();
    },
    truth: {
      rootCauses: [one.rule],
      subjects: { [one.rule]: uuidOf(0) },
      mustNotFind: one.mustNotFind ?? [],
      acceptableActions: one.acceptable ?? [],
      forbiddenActions: one.forbidden ?? [],
    },
  }),
);

const HARMLESS: readonly ConfigurationCase[] = [
  {
    id: 'ecc-off-until-the-reboot',
    rule: 'ecc-disabled-datacenter',
    title: 'ECC is off and will be on after the reboot that is planned',
    relation: 'Pending Enabled: context only [rules 33]',
    options: { ...MINUTE, model: 'L40S' },
    change: (gpu) => {
      withoutEcc(gpu, 'Enabled');
    },
  },
  {
    id: 'compute-mode-exclusive-one-engine',
    rule: 'compute-mode-restrictive',
    title: 'Exclusive_Process with exactly one engine per GPU',
    relation: 'Exclusive with one engine is legitimate hardening [rules 32]',
    options: { ...MINUTE, model: 'A100', gpus: 2 },
    isHealthy: true,
    change: (_, world) => {
      for (const gpu of world.gpus) gpu.computeMode = 'Exclusive_Process';
    },
  },
  {
    id: 'persistence-of-a-vgpu-guest',
    rule: 'persistence-mode-off',
    title: 'A guest has no persistence mode',
    relation: 'N/A is no answer, above all not Disabled [rules 29, §10]',
    options: { ...MINUTE, model: 'L4' },
    isHealthy: true,
    change: (gpu) => {
      gpu.persistenceMode = null;
      Object.assign(gpu.pinned, { virtualizationMode: 'VGPU' });
    },
  },
  {
    id: 'two-engines-share-a-gpu',
    rule: 'gpu-shared-by-foreign-process',
    title: 'Two engines are co-located on an H100 by design',
    relation: 'Two engines co-located by design are not foreign to the GPU [rules 37]',
    options: { model: 'H100', intervalSeconds: 30 },
    isCoLocated: true,
    isHealthy: true,
    change: () => undefined,
  },
];

const twins: readonly Scenario[] = HARMLESS.map((one, i) =>
  defineScenario({
    id: one.id,
    family,
    kind: one.isHealthy === true ? 'healthy' : 'twin',
    title: one.title,
    relation: one.relation,
    seed: 721 + i,
    build: (seed) => {
      const world = worldOf(one, seed);
      one.change(world.gpu(), world);
      return world.run({ frames: 16 }).bundle();
    },
    truth: { rootCauses: [], mustNotFind: [one.rule], acceptableActions: [], forbiddenActions: ['gpu-reset'] },
  }),
);

export const gpuConfigurationScenarios: readonly Scenario[] = [...faults, ...twins];
