import type { Confidence, KernelEvent } from '@app/core';
import { eventsOn } from './device-events.js';
import { hasFaultInPlaceOfValues } from './gpu-section-failure.js';
import { historyOf } from './history-readings.js';
import { printableText } from './printable-text.js';
import {
  CLEAR,
  type EvidenceDraft,
  type GpuSlot,
  type Judgement,
  type RuleSample,
  defineRule,
  lastOf,
  reading,
} from './rule.js';
import { isReadable, unreadableReason } from './section-readings.js';
import { REMEMBERED_SECONDS, isCurrent } from './xid-events.js';

type Threshold = 'rememberedSeconds';

const FALLEN_OFF_THE_BUS = 79;

interface Loss {
  /** What the driver answers; null when only the kernel log tells. */
  readonly answer: EvidenceDraft | null;
  readonly event: KernelEvent | null;
}

function isLoss({ kind, code }: KernelEvent): boolean {
  return kind === 'gpu-lost' || (kind === 'xid' && code === FALLEN_OFF_THE_BUS);
}

function lossEventIn(sample: RuleSample<GpuSlot>, rememberedSeconds: number): KernelEvent | null {
  if (!isReadable(sample.snapshot.sections.kernelLog)) return null;
  const events = eventsOn(sample.snapshot.events, sample.state.pciBusId);
  return events.findLast((event) => isLoss(event) && isCurrent(event, sample, rememberedSeconds)) ?? null;
}

function answerIn(sample: RuleSample<GpuSlot>): EvidenceDraft | null {
  const { state, snapshot } = sample;
  if (state.failure === 'gpu-lost') {
    return reading(sample, 'sections.gpu.detail', printableText(snapshot.sections.gpu.detail ?? ''), 'text');
  }
  if (state.gpu === null || !hasFaultInPlaceOfValues(state.gpu, snapshot.gaps, 'gpu-lost')) return null;
  return reading(sample, 'gaps.reason', 'GPU is lost', 'text');
}

function lossIn(sample: RuleSample<GpuSlot>, rememberedSeconds: number): Loss | null {
  const answer = answerIn(sample);
  const event = lossEventIn(sample, rememberedSeconds);
  return answer || event ? { answer, event } : null;
}

/** "Unknown Error" in the place of a device handle mostly means a lost GPU, and not always. */
function confidenceOf({ answer, event }: Loss): Confidence {
  const isVague = event === null && /\bmostly because\b/.test(String(answer?.value ?? ''));
  return isVague ? 'medium' : 'high';
}

function unknownOrClear({ state, snapshot }: RuleSample<GpuSlot>): Judgement {
  const reason = unreadableReason(snapshot, 'gpu');
  if (reason !== null) return { status: 'inapplicable', reason };
  if (state.gpu === null && state.pciBusId !== null) {
    return { status: 'inapplicable', reason: 'the driver does not list the GPU' };
  }
  return CLEAR;
}

/** The GPU does not answer any more, as after it fell off the bus; a reset from within the host mostly can't help. */
export const gpuLostRule = defineRule<'gpuSlot', Threshold>({
  id: 'gpu-lost',
  title: 'GPU is lost',
  category: 'health',
  scope: 'gpuSlot',
  durationClass: 'D0',
  // The driver's answer or the kernel log: either is enough.
  sections: [],
  keeps: 'state',
  inputs: [
    { signal: 'sections.gpu.status', required: true },
    { signal: 'sections.gpu.detail', required: false },
    { signal: 'events.code', required: false },
    { signal: 'events.kind', required: false },
    { signal: 'gpus.pciBusId', required: false },
    { signal: 'system.uptimeSeconds', required: false },
  ],
  thresholds: { rememberedSeconds: REMEMBERED_SECONDS },
  candidateActions: ['router-remove-backend', 'k8s-cordon', 'notify-oncall', 'collect-diagnostics'],
  reference: 'NVML return code GPU_IS_LOST, nvidia-smi exit code 15, XID 79 of the NVIDIA XID catalogue',

  judge(sample, { thresholds }) {
    return lossIn(sample, thresholds.rememberedSeconds) ? { status: 'holds' } : unknownOrClear(sample);
  },

  conclude(run, { thresholds }) {
    const sample = lastOf(run);
    const loss = lossIn(sample, thresholds.rememberedSeconds);
    if (!loss) return null;
    const { answer, event } = loss;
    const seen = historyOf(sample).findLast(({ state }) => (state.gpu?.temperature.gpuCelsius ?? null) !== null);
    const busId = event?.pciBusId ?? sample.state.pciBusId;
    return {
      severity: 'critical',
      confidence: confidenceOf(loss),
      summary: event
        ? 'The kernel log says that the GPU at {busId} was lost: {event}.'
        : `The driver says that ${busId === null ? 'a GPU' : 'the GPU at {busId}'} is lost: {answer}.`,
      evidence: {
        answer,
        event: event ? reading(sample, 'events.message', printableText(event.message), 'text', { at: event.at }) : null,
        code: event ? reading(sample, 'events.code', event.code, 'text', { at: event.at }) : null,
        busId: reading(sample, event ? 'events.pciBusId' : 'gpus.pciBusId', busId, 'text'),
        temperature: seen
          ? reading(seen, 'gpus.temperature.gpuCelsius', seen.state.gpu?.temperature.gpuCelsius, 'celsius')
          : null,
        power: seen ? reading(seen, 'gpus.power.drawWatts', seen.state.gpu?.power.drawWatts, 'watts') : null,
      },
      candidateActions: [
        { type: 'router-remove-backend', parameters: {} },
        { type: 'k8s-cordon', parameters: {} },
        { type: 'notify-oncall', parameters: {} },
        { type: 'collect-diagnostics', parameters: {} },
      ],
    };
  },
});
