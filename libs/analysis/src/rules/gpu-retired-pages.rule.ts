import type { CandidateAction, Gpu } from '@app/core';
import { CLEAR, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'manyPages' | 'pageLimit';

/** Pages retired for either kind of error; null when a count is missing. */
function retiredPages({ retiredPages: { singleBit, doubleBit } }: Gpu): number | null {
  return singleBit === null || doubleBit === null ? null : singleBit + doubleBit;
}

function missingInputs({ retiredPages: { singleBit, doubleBit, pending } }: Gpu): string[] {
  return [
    ...(singleBit === null ? ['gpus.retiredPages.singleBit'] : []),
    ...(doubleBit === null ? ['gpus.retiredPages.doubleBit'] : []),
    ...(pending === null ? ['gpus.retiredPages.pending'] : []),
  ];
}

function actionsFor(isPending: boolean, isAtLimit: boolean): CandidateAction[] {
  const types = [...(isPending ? ['gpu-drain', 'gpu-reset'] : []), ...(isAtLimit ? ['open-rma-ticket'] : [])];
  return types.map((type) => ({ type, parameters: {} }));
}

/** GPUs before Ampere give up whole memory pages: some wait for a reset, or there are as many as may be. */
export const gpuRetiredPagesRule = defineRule<'gpu', Threshold>({
  id: 'gpu-retired-pages',
  title: 'GPU memory pages are retired',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D0',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.retiredPages.pending', required: true },
    { signal: 'gpus.retiredPages.singleBit', required: true },
    { signal: 'gpus.retiredPages.doubleBit', required: true },
  ],
  thresholds: {
    manyPages: {
      value: 60,
      unit: 'count',
      source: 'engineering choice, short of the DCGM limit',
      range: { min: 1, max: 10_000 },
      description: 'retired pages from which the limit is near',
    },
    pageLimit: {
      value: 63,
      unit: 'count',
      source: 'NVIDIA DCGM hardware limits',
      range: { min: 1, max: 10_000 },
      description: 'retired pages from which the GPU has failed',
    },
  },
  candidateActions: ['gpu-drain', 'gpu-reset', 'open-rma-ticket'],
  reference: 'NVIDIA DCGM hardware limits; NVML page retirement',

  judge({ state: gpu }, { thresholds }) {
    const pages = retiredPages(gpu);
    const isMany = pages !== null && pages >= Math.min(thresholds.manyPages, thresholds.pageLimit);
    if (gpu.retiredPages.pending === true || isMany) return { status: 'holds' };
    const inputs = missingInputs(gpu);
    return inputs.length > 0 ? missing(...inputs) : CLEAR;
  },

  conclude(run, context) {
    const { manyPages, pageLimit } = context.thresholds;
    const sample = lastOf(run);
    const { singleBit, doubleBit, pending } = sample.state.retiredPages;
    const pages = retiredPages(sample.state);
    const isPending = pending === true;
    const isAtLimit = pages !== null && pages >= pageLimit;
    const isMany = pages !== null && pages >= manyPages;
    const bound = isAtLimit ? context.bound('>=', 'pageLimit') : isMany ? context.bound('>=', 'manyPages') : null;
    const count = pages === null ? '' : '; retired pages so far: {pages}';
    return {
      severity: isAtLimit ? 'high' : 'medium',
      confidence: 'high',
      summary: isPending
        ? `Memory pages of the GPU wait for its next reset to be retired${count}.`
        : `The GPU has retired {pages} memory pages, ${isAtLimit ? 'as many as it may' : 'almost as many as it may'}.`,
      evidence: {
        pending: reading(sample, 'gpus.retiredPages.pending', pending, 'text', {
          bound: isPending ? { operator: '==', threshold: true, source: 'NVML page retirement' } : null,
        }),
        pages: reading(sample, 'derived.retiredPages', pages, 'count', { bound }),
        singleBit: reading(sample, 'gpus.retiredPages.singleBit', singleBit, 'count'),
        doubleBit: reading(sample, 'gpus.retiredPages.doubleBit', doubleBit, 'count'),
      },
      candidateActions: actionsFor(isPending, isAtLimit),
    };
  },
});
