import type { Clock } from '@app/core';
import type { GpuSource } from '@app/config';
import { mergeDcgm } from './dcgm-merge.js';
import { toDcgmReadingOfAnswer } from './dcgm-reading.js';
import type { DcgmPageReader } from './dcgm.client.js';
import { noGpuReading, toGpuReading, type GpuReading, type ReadingOrigin } from './gpu-reading.js';
import type { NvidiaSmiReader } from './nvidia-smi.client.js';

export interface GpuCollectorOptions {
  readonly source: GpuSource;
  readonly nvidiaSmi: NvidiaSmiReader;
  /** Null where no page of dcgm-exporter is configured. */
  readonly dcgm: DcgmPageReader | null;
  readonly clock: Clock;
}

/** Reads the GPUs of this machine from nvidia-smi, dcgm-exporter or both at once. */
export class GpuCollector {
  constructor(private readonly options: GpuCollectorOptions) {}

  /** Never throws; answers within the deadline. */
  async collect(deadlineMs: number): Promise<GpuReading> {
    const { source, dcgm, clock } = this.options;
    const notRead = { collectedAt: clock.isoNow(), durationMs: 0 };
    switch (source) {
      case 'none':
        return noGpuReading('absent', 'The GPU source is switched off.', { ...notRead, source: null });
      case 'dcgm': {
        if (dcgm !== null) return this.#readDcgm(dcgm, deadlineMs);
        const detail = 'GPUs are to be read from dcgm-exporter, and its address is not set. Set DCGM_URL.';
        return noGpuReading('absent', detail, { ...notRead, source: 'dcgm-exporter' });
      }
      case 'auto':
      case 'nvidia-smi':
        return this.#readBoth(deadlineMs, source === 'nvidia-smi');
    }
  }

  async #readBoth(deadlineMs: number, isNvidiaSmiRequired: boolean): Promise<GpuReading> {
    const { dcgm } = this.options;
    if (dcgm === null) return this.#readNvidiaSmi(deadlineMs);
    const readings = [this.#readNvidiaSmi(deadlineMs), this.#readDcgm(dcgm, deadlineMs)] as const;
    return mergeDcgm(...(await Promise.all(readings)), { isNvidiaSmiRequired });
  }

  async #readNvidiaSmi(timeoutMs: number): Promise<GpuReading> {
    const origin = this.#originNow('nvidia-smi');
    try {
      const answer = await this.options.nvidiaSmi.read({ timeoutMs });
      return toGpuReading(answer, origin());
    } catch (error) {
      return toGpuReading({ kind: 'not-run', reason: messageOf(error) }, origin());
    }
  }

  async #readDcgm(dcgm: DcgmPageReader, timeoutMs: number): Promise<GpuReading> {
    const origin = this.#originNow(dcgm.source);
    try {
      return toDcgmReadingOfAnswer(await dcgm.read({ timeoutMs }), origin());
    } catch (error) {
      return noGpuReading('failed', `dcgm-exporter could not be read: ${messageOf(error)}.`, origin());
    }
  }

  /** Starts the clock of one source. */
  #originNow(source: string): () => ReadingOrigin {
    const { clock } = this.options;
    const startedAt = clock.now();
    const collectedAt = clock.isoNow();
    return () => ({ source, collectedAt, durationMs: Math.max(0, clock.now() - startedAt) });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
