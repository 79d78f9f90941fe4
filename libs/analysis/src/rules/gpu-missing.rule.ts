import type { Snapshot } from '@app/core';
import { gpuIdOf } from '@app/core';
import type { GpuInventory } from '../engine/gpu-inventory.js';
import { describesNoGpu } from './gpu-section-failure.js';
import { historyOf } from './history-readings.js';
import { CLEAR, type EvidenceDraft, type RuleSample, defineRule, lastOf, reading } from './rule.js';
import { isReadable, unreadableReason } from './section-readings.js';

/** A list in a sentence has to end somewhere. */
const NAMED_GPUS = 8;

interface Absence {
  readonly expected: number;
  readonly seen: number;
  /** Ids of the missing ones, as far as they are known. */
  readonly missing: readonly string[];
}

/** What the driver counts and nvidia-smi does not describe, as the mapper words it. */
function countedIn({ gaps }: Snapshot): number | null {
  for (const { signal, reason } of gaps) {
    const counted = signal === 'gpus' ? /^the driver counts (\d{1,4}) GPUs/.exec(reason)?.[1] : undefined;
    if (counted !== undefined) return Number(counted);
  }
  return null;
}

/** Why a frame does not show which GPUs there are; null when it does. */
function whyUncertain(snapshot: Snapshot): string | null {
  const section = snapshot.sections.gpu;
  if (describesNoGpu(section)) return null;
  const reason = unreadableReason(snapshot, 'gpu');
  if (reason !== null) return reason;
  return /log is not whole/i.test(section.detail ?? '') ? 'the log of nvidia-smi is cut off' : null;
}

function absenceIn(snapshot: Snapshot, inventory: GpuInventory): Absence | null {
  const present = isReadable(snapshot.sections.gpu) ? snapshot.gpus : [];
  const counted = countedIn(snapshot) ?? 0;
  // The usual case: as many as there should be, whichever they are.
  if (!inventory.isConfigured && present.length >= Math.max(counted, inventory.ids.length)) return null;
  const seen = new Set(present.flatMap((gpu) => [gpuIdOf(gpu), ...(gpu.pciBusId === null ? [] : [gpu.pciBusId])]));
  const missing = inventory.ids.filter((id) => !seen.has(id));
  if (counted > present.length) {
    return { expected: Math.max(counted, inventory.ids.length), seen: present.length, missing };
  }
  const found = inventory.isConfigured ? inventory.ids.length - missing.length : present.length;
  return found < inventory.ids.length ? { expected: inventory.ids.length, seen: found, missing } : null;
}

/** Whether an engine was seen to use one of the GPUs. */
function carriedEngine(sample: RuleSample<Snapshot>, missing: readonly string[]): boolean {
  return historyOf(sample).some(({ snapshot }) =>
    snapshot.engines.some(({ gpuUuids }) => gpuUuids?.some((uuid) => missing.includes(uuid)) === true),
  );
}

function missingReading(sample: RuleSample<Snapshot>, { missing }: Absence): EvidenceDraft | null {
  if (missing.length === 0) return null;
  const more = missing.length > NAMED_GPUS ? ' and more' : '';
  return reading(sample, 'derived.missingGpus', missing.slice(0, NAMED_GPUS).join(', ') + more, 'text');
}

/** The driver answers and shows fewer GPUs than the host has. */
export const gpuMissingRule = defineRule<'host', never>({
  id: 'gpu-missing',
  title: 'A GPU of the host is missing',
  category: 'health',
  scope: 'host',
  durationClass: 'D0',
  // The driver's answer that there is no GPU is an answer, and its section is `absent`.
  sections: [],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.uuid', required: true },
    { signal: 'sections.gpu.status', required: true },
    { signal: 'gaps.reason', required: false },
    { signal: 'engines.gpuUuids', required: false },
  ],
  thresholds: {},
  candidateActions: ['notify-oncall', 'collect-diagnostics'],
  reference: 'engineering choice; NVIDIA health validation compares with an expected count as well',

  judge({ snapshot, previous }, { gpuInventory }) {
    const reason = whyUncertain(snapshot);
    if (reason !== null) return { status: 'inapplicable', reason };
    if (!absenceIn(snapshot, gpuInventory)) {
      const isEmpty = snapshot.gpus.length === 0 && gpuInventory.ids.length === 0;
      return isEmpty ? { status: 'inapplicable', reason: 'the host is not known to have a GPU' } : CLEAR;
    }
    const before = previous?.snapshot ?? null;
    const isRepeated = before !== null && whyUncertain(before) === null && absenceIn(before, gpuInventory) !== null;
    // One answer may be of a moment in which the driver was busy with the GPU.
    if (!isRepeated) return { status: 'inapplicable', reason: 'a GPU is missing in the newest answer only' };
    return { status: 'holds', fromPrevious: true };
  },

  conclude(run, { gpuInventory }) {
    const sample = lastOf(run);
    const absence = absenceIn(sample.snapshot, gpuInventory);
    if (!absence) return null;
    const basis = gpuInventory.isConfigured ? 'configuration' : 'GPUs seen earlier, or counted by the driver';
    const names = missingReading(sample, absence);
    return {
      severity: carriedEngine(sample, absence.missing) ? 'critical' : 'high',
      confidence: 'high',
      summary: `The driver shows {seen} of {expected} GPUs${names ? '; missing: {missing}' : ''}.`,
      evidence: {
        seen: reading(sample, 'derived.gpusSeen', absence.seen, 'count', {
          bound: { operator: '<', threshold: absence.expected, source: basis },
        }),
        expected: reading(sample, 'derived.gpusExpected', absence.expected, 'count'),
        missing: names,
        status: reading(sample, 'sections.gpu.status', sample.snapshot.sections.gpu.status, 'text'),
      },
      candidateActions: [
        { type: 'notify-oncall', parameters: {} },
        { type: 'collect-diagnostics', parameters: {} },
      ],
    };
  },
});
