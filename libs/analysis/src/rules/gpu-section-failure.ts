import type { Gap, Gpu, Section } from '@app/core';
import { normalizedBusId } from '@app/core';

/** What can be the matter with all GPUs at once, or with one that takes the others' readings along. */
export type GpuSectionFailure =
  'driver-mismatch' | 'driver-not-loaded' | 'library-missing' | 'function-missing' | 'needs-reset' | 'gpu-lost';

/**
 * Texts of nvidia-smi as the section quotes or explains them, before the exit codes: one text comes with several codes.
 * The order matters, since the remedy of one failure may name another.
 */
const FAILURES: readonly (readonly [GpuSectionFailure, RegExp])[] = [
  ['driver-mismatch', /library version mismatch|libraries have different versions/i],
  ['driver-not-loaded', /communicate with the NVIDIA driver|NVIDIA driver is not loaded/i],
  ['library-missing', /couldn'?t find libnvidia-ml|NVML library is missing/i],
  ['function-missing', /NVML library lacks a function/i],
  ['needs-reset', /requires? (?:a )?reset|needs a reset/i],
  // Only in the program's own words: what they may mean is no statement of the driver.
  ['gpu-lost', /It wrote: "[^"]*(?:GPU is lost\b|fallen off the bus|fell off the bus)/i],
];
const EXIT_CODES: readonly (readonly [GpuSectionFailure, RegExp])[] = [
  ['driver-mismatch', /exit code 18\b/],
  ['driver-not-loaded', /exit code 9\b/],
  ['library-missing', /exit code 12\b/],
  ['function-missing', /exit code 13\b/],
  ['gpu-lost', /exit code 15\b/],
];

/** What the GPU section says is wrong; null for a section that was read in full and for every other trouble. */
export function gpuSectionFailureOf({ status, detail }: Pick<Section, 'status' | 'detail'>): GpuSectionFailure | null {
  if (detail === null || (status !== 'failed' && status !== 'partial')) return null;
  return [...FAILURES, ...EXIT_CODES].find(([, pattern]) => pattern.test(detail))?.[0] ?? null;
}

/** The exit code of nvidia-smi that a section names. */
export function exitCodeIn(detail: string | null): number | null {
  const code = /exit code (\d{1,3})\b/.exec(detail ?? '')?.[1];
  return code === undefined ? null : Number(code);
}

/** `GPU 0000:03:00.0` and, in newer drivers, `GPU0000:03:00.0`. */
const BUS_IDS = /(?<![0-9a-f:])[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}(?:\.[0-7])?(?![0-9a-f:])/gi;

/** The GPUs that a text names, by normalized bus id. */
export function busIdsIn(text: string | null): readonly string[] {
  const found = (text ?? '').match(BUS_IDS) ?? [];
  return [...new Set(found.map((busId) => normalizedBusId(busId)).filter((busId) => busId !== null))];
}

/** nvidia-smi ran and the driver answered that there is no GPU, unlike a machine without nvidia-smi. */
export function describesNoGpu({ status, detail }: Pick<Section, 'status' | 'detail'>): boolean {
  return status === 'absent' && /found no GPU|no devices? (?:were|was) found/i.test(detail ?? '');
}

const FAULT_TEXTS = {
  'gpu-lost': /gave "\[?GPU is lost\b/i,
  'needs-reset': /gave "\[?(?:GPU )?requires? reset\b/i,
} as const;

type Fault = keyof typeof FAULT_TEXTS;

/** Every GPU of a frame asks, and the gaps are the same for all of them. */
const FAULTED_SIGNALS: Readonly<Record<Fault, WeakMap<readonly Gap[], readonly string[]>>> = {
  'gpu-lost': new WeakMap(),
  'needs-reset': new WeakMap(),
};

function faultedSignals(gaps: readonly Gap[], fault: Fault): readonly string[] {
  const known = FAULTED_SIGNALS[fault].get(gaps);
  if (known) return known;
  const signals = gaps.filter(({ reason }) => FAULT_TEXTS[fault].test(reason)).map(({ signal }) => signal);
  FAULTED_SIGNALS[fault].set(gaps, signals);
  return signals;
}

/** Whether the driver wrote a fault in the place of this GPU's values: then it has none of those that the gaps name. */
export function hasFaultInPlaceOfValues(gpu: Gpu, gaps: readonly Gap[], fault: Fault): boolean {
  const signals = faultedSignals(gaps, fault);
  return signals.length > 0 && signals.every((signal) => valueAt(gpu, signal) === null);
}

function valueAt(gpu: Gpu, signal: string): unknown {
  const fields = signal.split('.').slice(1);
  return fields.reduce<unknown>((value, field) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
    return (value as Readonly<Record<string, unknown>>)[field];
  }, gpu);
}
