import type { Clock } from '@app/core';
import type { GpuSource } from '@app/config';
import { noGpuReading, toGpuReading, type GpuReading } from './gpu-reading.js';
import type { NvidiaSmiReader } from './nvidia-smi.client.js';

/** Reads the GPUs of this machine. */
export class GpuCollector {
  constructor(
    private readonly source: GpuSource,
    private readonly nvidiaSmi: NvidiaSmiReader,
    private readonly clock: Clock,
  ) {}

  /** Never throws; answers within the deadline. */
  async collect(deadlineMs: number): Promise<GpuReading> {
    const collectedAt = this.clock.isoNow();
    const notRead = { collectedAt, durationMs: 0 };
    switch (this.source) {
      case 'none':
        return noGpuReading('absent', 'The GPU source is switched off.', { ...notRead, source: null });
      case 'dcgm':
        return noGpuReading(
          'absent',
          'This version does not read dcgm-exporter. Set the GPU source to auto or nvidia-smi.',
          { ...notRead, source: 'dcgm-exporter' },
        );
      case 'auto':
      case 'nvidia-smi':
        return this.#readNvidiaSmi(deadlineMs, collectedAt);
    }
  }

  async #readNvidiaSmi(timeoutMs: number, collectedAt: string): Promise<GpuReading> {
    const startedAt = this.clock.now();
    const origin = (): { source: string; collectedAt: string; durationMs: number } => ({
      source: 'nvidia-smi',
      collectedAt,
      durationMs: Math.max(0, this.clock.now() - startedAt),
    });
    try {
      const answer = await this.nvidiaSmi.read({ timeoutMs });
      return toGpuReading(answer, origin());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return toGpuReading({ kind: 'not-run', reason }, origin());
    }
  }
}
