import type { Engine, Gpu } from '@app/core';
import { isBusy } from './derived-readings.js';
import { type TensorGroup, parallelismOf, tensorGroupOf } from './engine-gpus.js';
import { BUSY_UTILIZATION } from './gpu-load-readings.js';
import { linkBytesPerSecond, linkUseRatio } from './pcie-readings.js';
import { CLEAR, type RuleSample, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'busyUtilization' | 'tensorActive' | 'dramActive' | 'linkUse';

function groupOf(sample: RuleSample<Engine>): TensorGroup {
  return tensorGroupOf(sample.state, sample.snapshot);
}

/** The member whose link is used most. */
function busiestLink(gpus: readonly Gpu[]): Gpu | undefined {
  return [...gpus].sort((a, b) => (linkUseRatio(b.pcie) ?? 0) - (linkUseRatio(a.pcie) ?? 0))[0];
}

function highest(gpus: readonly Gpu[], value: (gpu: Gpu) => number | null): number {
  return Math.max(...gpus.map((gpu) => value(gpu) ?? Infinity));
}

/** GPUs of one engine wait for each other's data: neither compute nor memory is used, the link is. */
export const interconnectBoundRule = defineRule<'engine', Threshold>({
  id: 'interconnect-bound',
  title: 'Link between the GPUs of the engine is the bottleneck',
  category: 'bottleneck',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['gpu', 'engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.gpuUuids', required: true },
    { signal: 'gpus.profiling.tensorActiveRatio', required: true },
    { signal: 'gpus.profiling.dramActiveRatio', required: true },
    { signal: 'gpus.utilization.gpuRatio', required: true },
    { signal: 'gpus.pcie.rxBytesPerSecond', required: true },
    { signal: 'gpus.pcie.txBytesPerSecond', required: false },
    { signal: 'gpus.profiling.smActiveRatio', required: false },
    { signal: 'engines.process', required: false },
  ],
  thresholds: {
    busyUtilization: BUSY_UTILIZATION,
    tensorActive: {
      value: 0.3,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 0.9 },
      description: 'tensor core activity below which compute is not the limit',
      softens: 'up',
    },
    dramActive: {
      value: 0.4,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 0.9 },
      description: 'memory activity below which bandwidth is not the limit',
      softens: 'up',
    },
    linkUse: {
      value: 0.7,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.3, max: 1 },
      description: 'throughput of the PCIe link as a share of what its generation and width carry',
      softens: 'down',
    },
  },
  candidateActions: ['vllm-config:tensor-parallel-size', 'vllm-config:pipeline-parallel-size'],
  reference: 'vLLM guidance: tensor parallelism inside one NVLink domain, pipeline parallelism across slow links',

  judge(sample, { thresholds }) {
    if ((parallelismOf(sample.state)?.pipeline ?? 1) > 1) {
      return { status: 'inapplicable', reason: 'pipeline stages wait for each other by design' };
    }
    const group = groupOf(sample);
    if (group.gpus === null) {
      return 'missing' in group ? missing(group.missing) : { status: 'inapplicable', reason: group.reason };
    }
    const { gpus } = group;
    const lacks = (signal: string, value: (gpu: Gpu) => unknown) =>
      gpus.some((gpu) => value(gpu) === null) ? [signal] : [];
    const inputs = [
      ...lacks('gpus.utilization.gpuRatio', (gpu) => isBusy(gpu, thresholds.busyUtilization)),
      ...lacks('gpus.profiling.tensorActiveRatio', (gpu) => gpu.profiling.tensorActiveRatio),
      ...lacks('gpus.profiling.dramActiveRatio', (gpu) => gpu.profiling.dramActiveRatio),
    ];
    if (inputs.length > 0) return missing(...inputs);
    const isWaiting =
      gpus.every((gpu) => isBusy(gpu, thresholds.busyUtilization)) &&
      highest(gpus, (gpu) => gpu.profiling.tensorActiveRatio) < thresholds.tensorActive &&
      highest(gpus, (gpu) => gpu.profiling.dramActiveRatio) < thresholds.dramActive;
    if (!isWaiting) return CLEAR;
    const uses = gpus.map((gpu) => linkUseRatio(gpu.pcie));
    if (uses.some((use) => use !== null && use >= thresholds.linkUse)) return { status: 'holds' };
    if (uses.some((use) => use === null)) return missing('gpus.pcie.rxBytesPerSecond');
    // They wait for something, and it may be a link that nobody measures.
    return { status: 'inapplicable', reason: 'PCIe has room; throughput of NVLink and the topology are not read' };
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const group = groupOf(sample);
    const gpu = group.gpus === null ? undefined : busiestLink(group.gpus);
    if (group.gpus === null || !gpu) return null;
    const peak = linkBytesPerSecond(gpu.pcie);
    return {
      severity: 'medium',
      confidence: group.isDeclared ? 'high' : 'medium',
      summary:
        'The GPUs of the engine use {link} of what their PCIe link carries while tensor cores are at most {tensor} and memory at most {dram} active.',
      evidence: {
        link: reading(sample, 'derived.pcieUseRatio', linkUseRatio(gpu.pcie), 'ratio', {
          bound: context.bound('>=', 'linkUse'),
        }),
        tensor: reading(
          sample,
          'gpus.profiling.tensorActiveRatio',
          highest(group.gpus, ({ profiling }) => profiling.tensorActiveRatio),
          'ratio',
          { bound: context.bound('<', 'tensorActive') },
        ),
        dram: reading(
          sample,
          'gpus.profiling.dramActiveRatio',
          highest(group.gpus, ({ profiling }) => profiling.dramActiveRatio),
          'ratio',
          { bound: context.bound('<', 'dramActive') },
        ),
        smActive: reading(sample, 'gpus.profiling.smActiveRatio', gpu.profiling.smActiveRatio, 'ratio'),
        peak: reading(sample, 'derived.pciePeakBytesPerSecond', peak, 'bytesPerSecond'),
        rx: reading(sample, 'gpus.pcie.rxBytesPerSecond', gpu.pcie.rxBytesPerSecond, 'bytesPerSecond'),
        tx: reading(sample, 'gpus.pcie.txBytesPerSecond', gpu.pcie.txBytesPerSecond, 'bytesPerSecond'),
        gpus: reading(sample, 'derived.tensorParallelGpus', group.size, 'count'),
      },
      candidateActions: [
        { type: 'vllm-config:tensor-parallel-size', parameters: { direction: 'lower' } },
        { type: 'vllm-config:pipeline-parallel-size', parameters: { direction: 'raise' } },
      ],
    };
  },
});
