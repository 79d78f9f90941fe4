import type { Gpu } from '@app/core';
import { type EvidenceDraft, type RuleSample, reading } from './rule.js';

type Histogram = Gpu['remappedRows']['histogram'];

export type RemapEvidence = Readonly<Record<'uncorrectable' | 'correctable' | keyof Histogram, EvidenceDraft | null>>;

/** How many rows were replaced so far, and how many spare ones the memory banks have left. */
export function remapEvidence(sample: RuleSample<Gpu>): RemapEvidence {
  const { correctable, uncorrectable, histogram } = sample.state.remappedRows;
  const banks = (name: keyof Histogram) =>
    reading(sample, `gpus.remappedRows.histogram.${name}`, histogram[name], 'count');
  return {
    uncorrectable: reading(sample, 'gpus.remappedRows.uncorrectable', uncorrectable, 'count'),
    correctable: reading(sample, 'gpus.remappedRows.correctable', correctable, 'count'),
    noneBanks: banks('noneBanks'),
    lowBanks: banks('lowBanks'),
    partialBanks: banks('partialBanks'),
    highBanks: banks('highBanks'),
    maxBanks: banks('maxBanks'),
  };
}
