import type { Gpu, KernelEvent } from '@app/core';
import { xidsOf } from './derived-readings.js';
import { CLEAR, type EvidenceDraft, type RuleSample, defineRule, lastOf, missing, reading } from './rule.js';

/** Retirement of resources and channels. */
const RETIREMENT_XIDS: readonly number[] = [156, 157, 158, 159, 160, 161];
const PENDING = { operator: '==', threshold: true, source: 'NVML repair status' } as const;

function missingInputs({ repairPending: { channel, tpc } }: Gpu): string[] {
  return [
    ...(channel === null ? ['gpus.repairPending.channel'] : []),
    ...(tpc === null ? ['gpus.repairPending.tpc'] : []),
  ];
}

function flagReading(sample: RuleSample<Gpu>, part: 'channel' | 'tpc'): EvidenceDraft | null {
  const flag = sample.state.repairPending[part];
  return reading(sample, `gpus.repairPending.${part}`, flag, 'text', { bound: flag === true ? PENDING : null });
}

function partsOf({ repairPending: { channel, tpc } }: Gpu): string {
  if (channel === true && tpc === true) return 'memory channel and of a processing cluster';
  return channel === true ? 'memory channel' : 'processing cluster';
}

/** A broken part of the GPU has a spare, which the next reset puts in its place. */
export const gpuRepairPendingRule = defineRule<'gpu', never>({
  id: 'gpu-repair-pending',
  title: 'A repair of the GPU waits for a reset',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D0',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.repairPending.channel', required: true },
    { signal: 'gpus.repairPending.tpc', required: true },
    { signal: 'gpus.ecc.volatileUncorrected', required: false },
    { signal: 'events.code', required: false },
  ],
  thresholds: {},
  candidateActions: ['gpu-drain', 'gpu-reset'],
  reference: 'NVML repair status: a repair is applied by the next reset',

  judge({ state: gpu }) {
    if (gpu.repairPending.channel === true || gpu.repairPending.tpc === true) return { status: 'holds' };
    const inputs = missingInputs(gpu);
    return inputs.length > 0 ? missing(...inputs) : CLEAR;
  },

  conclude(run) {
    const sample = lastOf(run);
    const { state: gpu } = sample;
    const isRetirement = ({ code }: KernelEvent) => code !== null && RETIREMENT_XIDS.includes(code);
    const xid = xidsOf(sample.snapshot.events, gpu.pciBusId).findLast(isRetirement);
    return {
      severity: 'medium',
      confidence: 'high',
      summary: `The repair of a ${partsOf(gpu)} is pending and takes effect at the next reset of the GPU.`,
      evidence: {
        channel: flagReading(sample, 'channel'),
        tpc: flagReading(sample, 'tpc'),
        volatile: reading(sample, 'gpus.ecc.volatileUncorrected', gpu.ecc.volatileUncorrected, 'count'),
        xid: xid ? reading(sample, 'events.code', xid.code, 'text', { at: xid.at }) : null,
      },
      candidateActions: [
        { type: 'gpu-drain', parameters: {} },
        { type: 'gpu-reset', parameters: {} },
      ],
    };
  },
});
