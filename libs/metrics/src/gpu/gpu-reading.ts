import type { Gap, Gpu, Section, SectionStatus } from '@app/core';
import { explainFailure, quoteOutput } from './nvidia-smi-failure.js';
import { mapNvidiaSmi } from './nvidia-smi.mapper.js';
import type { NvidiaSmiAnswer } from './nvidia-smi.client.js';

/** The GPU part of a snapshot. */
export interface GpuReading {
  readonly section: Section;
  readonly gpus: readonly Gpu[];
  readonly gaps: readonly Gap[];
  readonly simulated: boolean;
}

/** What was read, when, and how long it took. */
export type ReadingOrigin = Pick<Section, 'source' | 'collectedAt' | 'durationMs'>;

const CHECK_HINT = 'Run "nvidia-smi -q -x" by hand to see why.';

/** A reading without GPUs. */
export function noGpuReading(status: SectionStatus, detail: string, origin: ReadingOrigin): GpuReading {
  return {
    section: { ...origin, status, detail },
    gpus: [],
    gaps: [{ signal: 'gpus', status, reason: detail }],
    simulated: false,
  };
}

/** Judges an answer of nvidia-smi; the same for a live one and for text copied off a machine. */
export function toGpuReading(answer: NvidiaSmiAnswer, origin: ReadingOrigin): GpuReading {
  if (answer.kind === 'data') return readData(answer, origin);
  const { status, detail } = explain(answer);
  return noGpuReading(status, detail, origin);
}

function readData(answer: Extract<NvidiaSmiAnswer, { kind: 'data' }>, origin: ReadingOrigin): GpuReading {
  const { data, warning, damage = null } = answer;
  const { gpus, gaps, simulated, unreadable } = mapNvidiaSmi(data, { isCut: damage !== null });
  if (gpus.length === 0) {
    const isUnderstood = unreadable.length === 0;
    if (isUnderstood) return noGpuReading('absent', explainFailure(6, '')?.sentence ?? '', origin);
    const detail = `nvidia-smi wrote XML that describes no GPU (${unreadable.join('; ')}). ${CHECK_HINT}`;
    return noGpuReading('failed', detail, origin);
  }
  const section = sectionOf(origin, [
    warning === null ? '' : `nvidia-smi also gave a warning.${quoteOutput(warning)}`,
    damage === null ? '' : `The log is not whole (${damage}); what can be read of it is kept.`,
    partsNotRead(unreadable),
  ]);
  return { section, gpus, gaps, simulated };
}

/** `ok`, or `partial` where there is anything to remark; empty remarks do not count. */
export function sectionOf(origin: ReadingOrigin, remarks: readonly string[]): Section {
  const detail = remarks.filter((remark) => remark !== '').join(' ');
  return detail === '' ? { ...origin, status: 'ok', detail: null } : { ...origin, status: 'partial', detail };
}

const PARTS_NAMED = 5;

/** A remark about what could not be read, empty where there is nothing of the kind. */
export function partsNotRead(unreadable: readonly string[]): string {
  if (unreadable.length === 0) return '';
  const parts = [...new Set(unreadable)];
  const more = parts.length - PARTS_NAMED;
  const named = parts.slice(0, PARTS_NAMED).join('; ') + (more > 0 ? `; and ${more} more` : '');
  return `Parts could not be read: ${named}.`;
}

function explain(answer: Exclude<NvidiaSmiAnswer, { kind: 'data' }>): { status: SectionStatus; detail: string } {
  switch (answer.kind) {
    case 'not-found':
      return {
        status: 'absent',
        detail: 'nvidia-smi was not found on PATH. Install the NVIDIA driver tools, or switch the GPU source off.',
      };
    case 'exit':
      return explainExit(answer);
    case 'unreadable': {
      const known = explainFailure(null, answer.output);
      const sentence = known?.sentence ?? `nvidia-smi gave no readable XML: ${answer.reason}. ${CHECK_HINT}`;
      return { status: known?.status ?? 'failed', detail: sentence + quoteOutput(answer.output) };
    }
    case 'timeout':
      return {
        status: 'timeout',
        detail: `nvidia-smi did not answer within ${answer.timeoutMs} ms and was killed. Look for Xid errors in the kernel log; without persistence mode the first call is slow too.`,
      };
    case 'paused':
      return {
        status: 'timeout',
        detail: `nvidia-smi hung several times in a row; it is tried again in ${Math.ceil(answer.retryInMs / 1000)} s. Look for Xid errors in the kernel log.`,
      };
    case 'still-hanging':
      return {
        status: 'timeout',
        detail: 'An earlier nvidia-smi hangs in the driver and cannot be killed. The host probably needs a reboot.',
      };
    case 'not-run':
      return { status: 'failed', detail: `nvidia-smi could not be run: ${answer.reason}. ${CHECK_HINT}` };
  }
}

type Exit = Extract<NvidiaSmiAnswer, { kind: 'exit' }>;

function explainExit({ exitCode, signal, output }: Exit): { status: SectionStatus; detail: string } {
  const known = explainFailure(exitCode, output);
  const ending =
    exitCode === null ? `was ended by ${signal ?? 'an unknown signal'}` : `ended with exit code ${exitCode}`;
  const detail = `nvidia-smi ${ending}. ${known?.sentence ?? CHECK_HINT}${quoteOutput(output)}`;
  return { status: exitStatus(exitCode), detail };
}

/** The text explains, the exit code decides: one text comes with several codes. */
function exitStatus(exitCode: number | null): SectionStatus {
  if (exitCode === 6 || exitCode === 127) return 'absent';
  return exitCode === 4 ? 'denied' : 'failed';
}
