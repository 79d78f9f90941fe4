import type { Gpu, KernelEvent, Snapshot } from '@app/core';
import { gpuIdOf, normalizedBusId } from '@app/core';
import { busIdsIn, gpuSectionFailureOf } from '../rules/gpu-section-failure.js';
import type { GpuSlot } from '../rules/rule.js';

/** A GPU of one frame, present or gone. */
export interface GpuSlotMember {
  readonly id: string;
  readonly label: string;
  readonly state: GpuSlot;
}

interface Blame {
  readonly failure: NonNullable<GpuSlot['failure']>;
  readonly busIds: readonly string[];
}

/** Kinds whose bus id is that of a GPU; others name a switch, a bridge or a network card. */
const GPU_EVENTS: readonly string[] = ['xid', 'gpu-lost', 'gpu-init-failed'];
const FALLEN_OFF_THE_BUS = 79;
/** Id of a GPU that failed and that nobody names. */
export const UNNAMED_GPU_ID = 'gpu-unknown';
const UNNAMED = { id: UNNAMED_GPU_ID, label: 'a GPU that the driver does not name' } as const;

export function gpuLabel(gpu: Gpu): string {
  return gpu.name === null ? `GPU ${gpu.index}` : `GPU ${gpu.index} (${gpu.name})`;
}

function isLoss({ kind, code }: KernelEvent): boolean {
  return kind === 'gpu-lost' || (kind === 'xid' && code === FALLEN_OFF_THE_BUS);
}

function busIdsOf(events: readonly KernelEvent[]): string[] {
  return events.map(({ pciBusId }) => normalizedBusId(pciBusId)).filter((busId) => busId !== null);
}

/** Which GPUs made reading all of them fail; null where none did. */
function blameIn(snapshot: Snapshot, known: ReadonlyMap<string, Gpu>): Blame | null {
  const section = snapshot.sections.gpu;
  const failure = gpuSectionFailureOf(section);
  if (failure !== 'gpu-lost' && failure !== 'needs-reset') return null;
  const named = busIdsIn(section.detail);
  // A section that has data shows in the data what is missing.
  if (named.length > 0 || section.status !== 'failed') return { failure, busIds: named };
  const lost = failure === 'gpu-lost' ? busIdsOf(snapshot.events.filter(isLoss)) : [];
  if (lost.length > 0) return { failure, busIds: lost };
  return { failure, busIds: known.size === 1 ? [...known.keys()] : [] };
}

function isUnnamed(snapshot: Snapshot, blame: Blame | null): boolean {
  return blame !== null && blame.busIds.length === 0 && snapshot.sections.gpu.status === 'failed';
}

/** Every frame repeats the bus ids, and one takes a while to read. */
function busIdReader(): (gpu: Gpu) => string | null {
  const read = new Map<string, string | null>();
  return ({ pciBusId }) => {
    if (pciBusId === null) return null;
    let busId = read.get(pciBusId);
    if (busId === undefined) read.set(pciBusId, (busId = normalizedBusId(pciBusId)));
    return busId;
  };
}

/**
 * Lists the GPUs of each frame, and those that other frames, the kernel log or nvidia-smi's failure name: a GPU that has
 * left the bus is in no list. Where nobody names the failed one, it stands there without a bus id.
 */
export function gpuSlotMembersIn(window: readonly Snapshot[]): (snapshot: Snapshot) => GpuSlotMember[] {
  const busIdOf = busIdReader();
  const known = new Map<string, Gpu>();
  for (const { gpus } of window) {
    for (const gpu of gpus) {
      const busId = busIdOf(gpu);
      if (busId !== null) known.set(busId, gpu);
    }
  }
  const hasUnnamed = window.some((frame) => isUnnamed(frame, blameIn(frame, known)));
  return (snapshot) => {
    const blame = blameIn(snapshot, known);
    const failureOf = (busId: string | null) =>
      busId !== null && blame?.busIds.includes(busId) === true ? blame.failure : null;
    const present = snapshot.gpus.map((gpu) => {
      const failure = failureOf(busIdOf(gpu));
      return { id: gpuIdOf(gpu), label: gpuLabel(gpu), state: { pciBusId: gpu.pciBusId, gpu, failure } };
    });
    const shown = new Set(snapshot.gpus.map(busIdOf));
    const told = busIdsOf(snapshot.events.filter(({ kind }) => GPU_EVENTS.includes(kind)));
    const named = new Set([...known.keys(), ...told, ...(blame?.busIds ?? [])]);
    const gone = [...named]
      .filter((busId) => !shown.has(busId))
      .map((busId) => {
        const gpu = known.get(busId);
        const identity = gpu ? { id: gpuIdOf(gpu), label: gpuLabel(gpu) } : { id: busId, label: `GPU at ${busId}` };
        return { ...identity, state: { pciBusId: busId, gpu: null, failure: failureOf(busId) } };
      });
    const failure = isUnnamed(snapshot, blame) ? (blame?.failure ?? null) : null;
    const unnamed = hasUnnamed ? [{ ...UNNAMED, state: { pciBusId: null, gpu: null, failure } }] : [];
    return [...present, ...gone, ...unnamed];
  };
}
