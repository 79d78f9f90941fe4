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
  if (answer.kind === 'data') return readData(answer.data, answer.warning, origin);
  const { status, detail } = explain(answer);
  return noGpuReading(status, detail, origin);
}

function readData(data: unknown, warning: string | null, origin: ReadingOrigin): GpuReading {
  const { gpus, gaps, simulated, unreadable } = mapNvidiaSmi(data);
  if (gpus.length === 0) {
    const isUnderstood = unreadable.length === 0;
    if (isUnderstood) return noGpuReading('absent', explainFailure(6, '')?.sentence ?? '', origin);
    const detail = `nvidia-smi wrote XML that describes no GPU (${unreadable.join('; ')}). ${CHECK_HINT}`;
    return noGpuReading('failed', detail, origin);
  }
  const remarks = [
    warning === null ? '' : `nvidia-smi also gave a warning.${quoteOutput(warning)}`,
    unreadable.length === 0 ? '' : `Parts could not be read: ${summary(unreadable)}.`,
  ].filter((remark) => remark !== '');
  const isWhole = remarks.length === 0;
  const section = {
    ...origin,
    status: isWhole ? 'ok' : 'partial',
    detail: isWhole ? null : remarks.join(' '),
  } as const;
  return { section, gpus, gaps, simulated };
}

const PARTS_NAMED = 5;

function summary(unreadable: readonly string[]): string {
  const parts = [...new Set(unreadable)];
  const more = parts.length - PARTS_NAMED;
  return parts.slice(0, PARTS_NAMED).join('; ') + (more > 0 ? `; and ${more} more` : '');
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
  return { status: known?.status ?? 'failed', detail };
}
