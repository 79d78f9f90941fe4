import type { Scenario } from '../scenario.js';
import type { HostWorld } from '../world/index.js';
import { type EngineDefinition, engineScenarios, FIRST_VLLM, pipes } from './engine-scenario.js';

/** Both directions of a PCIe 4.0 x16 slot, 31.5 GB/s at most, as the driver and dcgm-exporter tell them. */
function linkTraffic(world: HostWorld, bytesPerSecond: number): void {
  for (const gpu of world.gpus) {
    const bytes = Math.round(world.random.near(bytesPerSecond, 0.02));
    Object.assign(gpu.pinnedDcgm, { PROF_PCIE_TX_BYTES: bytes, PROF_PCIE_RX_BYTES: Math.round(bytes * 0.98) });
    const kilobytes = Math.round(bytes / 1000);
    Object.assign(gpu.pinned, { txKilobytesPerSecond: kilobytes, rxKilobytesPerSecond: kilobytes });
  }
}

const TENSOR_PARALLEL = {
  gpus: Array.from({ length: 4 }, () => ({ model: 'L40S' as const })),
  engines: [{ gpus: [0, 1, 2, 3], billions: 32, model: 'Qwen/Qwen2.5-32B-Instruct', maxNumSeqs: 128 }],
  intervalSeconds: 15,
  dcgm: true,
};

const definitions: readonly EngineDefinition[] = [
  {
    id: 'tensor-parallel-over-pcie',
    kind: 'fault',
    title: 'four L40S exchange layers over PCIe at 26 GB/s; tensor cores and memory wait for it',
    relation:
      'tensor parallelism belongs into an NVLink domain; busy links with idle pipes are the limit [VLLM-OPT, DCGM-GUIDE]',
    seed: 20_220,
    machine: TENSOR_PARALLEL,
    act: (world) => {
      world.engine().busy(0.6);
      world.run({
        frames: 16,
        each: () => {
          linkTraffic(world, 26.4e9);
          for (const gpu of world.gpus) pipes(world, gpu, { tensor: 0.13, dram: 0.24, sm: 0.86 });
        },
      });
    },
    truth: {
      rootCauses: ['interconnect-bound'],
      subjects: { 'interconnect-bound': FIRST_VLLM },
      mustNotFind: ['memory-bandwidth-bound', 'compute-bound', 'pcie-link-degraded', 'gpu-tp-straggler'],
      acceptableActions: ['vllm-config:tensor-parallel-size', 'vllm-config:pipeline-parallel-size'],
    },
  },
  {
    id: 'bandwidth-is-the-normal-limit-of-decoding',
    kind: 'twin',
    title: 'memory pipes busy three quarters of the time, tokens as quick as wanted',
    relation:
      'memory-bound decoding without a breached SLO is normal [rules §6.58]; practical peak about 0.8 [DCGM-GUIDE]',
    seed: 20_221,
    machine: { engines: [{ maxNumSeqs: 256 }], intervalSeconds: 15, dcgm: true },
    act: (world) => {
      world.engine().busy(0.7);
      world.run({ frames: 16, each: () => pipes(world, world.gpu(), { tensor: 0.15, dram: 0.74, sm: 0.9 }) });
    },
    truth: { rootCauses: [], mustNotFind: ['memory-bandwidth-bound', 'compute-bound', 'itl-slo-decode-batch'] },
  },
  {
    id: 'memory-controller-share-is-no-bandwidth',
    kind: 'gap',
    title: 'no profiling counters; utilisation 100 %, memory controller 97 %',
    relation:
      'memory utilisation is time with an access, not a rate; 100 % utilisation is time with a kernel [NVML, LLMD]',
    seed: 20_222,
    machine: { gpus: [{ model: 'A100' }], engines: [{ maxNumSeqs: 256 }], intervalSeconds: 10 },
    act: (world) => {
      world.engine().busy(0.7);
      world.gpu().pinned = { gpuUtilPercent: 100, memoryUtilPercent: 97 };
      world.run({ frames: 14 });
    },
    truth: { rootCauses: [], mustNotFind: ['memory-bandwidth-bound', 'compute-bound', 'interconnect-bound'] },
  },
];

export const engineHardwareLimitsScenarios: readonly Scenario[] = engineScenarios(
  'engine-hardware-limits',
  definitions,
);
