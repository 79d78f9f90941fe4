import type { Gpu } from '@app/core';
import { remapEvidence } from './remap-readings.js';
import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'exhaustedBanks' | 'remappedRows';

/** Banks that have used some of their spare rows, and not all. */
function scarceBanks({ remappedRows: { histogram } }: Gpu): number {
  return (histogram.partialBanks ?? 0) + (histogram.lowBanks ?? 0);
}

/** The memory has used up its spare rows, or as many as a healthy GPU does not need. */
export const gpuRowRemapExhaustionRule = defineRule<'gpu', Threshold>({
  id: 'gpu-row-remap-exhaustion',
  title: 'GPU memory runs out of spare rows',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D0',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.remappedRows.histogram.noneBanks', required: true },
    { signal: 'gpus.remappedRows.histogram.lowBanks', required: false },
    { signal: 'gpus.remappedRows.histogram.partialBanks', required: false },
    { signal: 'gpus.remappedRows.uncorrectable', required: false },
  ],
  thresholds: {
    exhaustedBanks: {
      value: 1,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 10_000 },
      description: 'memory banks without a spare row',
    },
    remappedRows: {
      value: 512,
      unit: 'count',
      source: 'NVIDIA DCGM hardware limits',
      range: { min: 1, max: 100_000 },
      description: 'rows remapped for uncorrectable errors',
    },
  },
  candidateActions: ['open-rma-ticket', 'notify-oncall'],
  reference: 'NVML row remapper histogram; NVIDIA DCGM hardware limits',

  judge({ state: gpu }, { thresholds }) {
    const { histogram, uncorrectable } = gpu.remappedRows;
    if (histogram.noneBanks === null) return missing('gpus.remappedRows.histogram.noneBanks');
    const isExhausted = histogram.noneBanks >= thresholds.exhaustedBanks;
    const isWorn = (uncorrectable ?? 0) >= thresholds.remappedRows;
    return isExhausted || isWorn || scarceBanks(gpu) > 0 ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { histogram, uncorrectable } = sample.state.remappedRows;
    const isExhausted = (histogram.noneBanks ?? 0) >= context.thresholds.exhaustedBanks;
    const isWorn = (uncorrectable ?? 0) >= context.thresholds.remappedRows;
    const scarce = reading(sample, 'derived.banksWithFewSpareRows', scarceBanks(sample.state), 'count');
    const { uncorrectable: rows, noneBanks, ...others } = remapEvidence(sample);
    const summary = isExhausted
      ? 'Memory banks of the GPU without a spare row: {noneBanks}.'
      : isWorn
        ? 'The GPU has remapped {uncorrectable} rows for uncorrectable errors.'
        : 'Memory banks of the GPU that have used some of their spare rows: {scarce}; none is out of them.';
    return {
      severity: isExhausted || isWorn ? 'high' : 'info',
      confidence: 'high',
      summary,
      evidence: {
        noneBanks: noneBanks && { ...noneBanks, bound: isExhausted ? context.bound('>=', 'exhaustedBanks') : null },
        uncorrectable: rows && { ...rows, bound: isWorn ? context.bound('>=', 'remappedRows') : null },
        scarce,
        ...others,
      },
      candidateActions:
        isExhausted || isWorn
          ? [
              { type: 'open-rma-ticket', parameters: {} },
              { type: 'notify-oncall', parameters: {} },
            ]
          : [],
    };
  },
});
