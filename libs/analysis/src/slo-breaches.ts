import type { Engine, Snapshot } from '@app/core';
import { gpuIdOf } from '@app/core';
import type { AnalysisContext } from './analysis-context.js';
import { boundIndexOf, bucketShare, isFiniteBound } from './histogram-shares.js';

/** A p95 objective is missed when more than this share is above it. */
export const SLO_BREACH_SHARE = 0.05;
/** Fewer finished observations say nothing about a p95. */
export const SLO_MIN_OBSERVATIONS = 20;

export interface SloBreach {
  readonly objective: 'ttft' | 'interTokenLatency';
  readonly objectiveSeconds: number;
  /** The bucket bound that was used: the objective, or the next higher one so that a breach is certain. */
  readonly boundSeconds: number;
  readonly observations: number;
  readonly shareAbove: number;
  readonly breached: boolean;
  readonly windowSeconds: number;
}

/** Answers whether an engine misses its latency objectives, from bucket counts and never from interpolation. */
export class SloBreaches {
  constructor(
    private readonly frames: readonly Snapshot[],
    private readonly slo: AnalysisContext['slo'],
  ) {}

  /** Null without an objective, a usable histogram or enough observations since `fromMs`. */
  ttft(engineId: string, fromMs: number): SloBreach | null {
    return this.breach(engineId, fromMs, 'ttft', this.slo.ttftP95Seconds);
  }

  interTokenLatency(engineId: string, fromMs: number): SloBreach | null {
    return this.breach(engineId, fromMs, 'interTokenLatency', this.slo.itlP95Seconds);
  }

  /** Whether any engine that uses the GPU misses an objective; null when none can be judged. */
  onGpu(gpuId: string, fromMs: number): boolean | null {
    const engineIds = new Set(
      this.frames.flatMap((frame) =>
        frame.gpus.some((gpu) => gpuIdOf(gpu) === gpuId)
          ? frame.engines.filter((engine) => engine.gpuUuids?.includes(gpuId)).map((engine) => engine.id)
          : [],
      ),
    );
    const verdicts = [...engineIds].flatMap((id) => [this.ttft(id, fromMs), this.interTokenLatency(id, fromMs)]);
    const known = verdicts.filter((verdict) => verdict !== null);
    return known.length === 0 ? null : known.some((verdict) => verdict.breached);
  }

  private breach(
    engineId: string,
    fromMs: number,
    objective: SloBreach['objective'],
    objectiveSeconds: number,
  ): SloBreach | null {
    if (objectiveSeconds <= 0) return null;
    const readings = this.readingsOf(engineId, objective, fromMs);
    const last = readings.at(-1);
    const bound = last ? boundIndexOf(last.histogram, objectiveSeconds) : null;
    const boundSeconds = bound === null ? null : last?.histogram.upperBounds[bound];
    if (!last || bound === null || !isFiniteBound(boundSeconds)) return null;
    const sum = { above: 0, observations: 0 };
    for (const [position, { histogram }] of readings.entries()) {
      const before = readings[position - 1];
      const share = before ? bucketShare(before.histogram, histogram, bound) : null;
      sum.above += share?.above ?? 0;
      sum.observations += share?.observations ?? 0;
    }
    if (sum.observations < SLO_MIN_OBSERVATIONS) return null;
    const shareAbove = sum.above / sum.observations;
    return {
      objective,
      objectiveSeconds,
      boundSeconds,
      observations: sum.observations,
      shareAbove,
      breached: shareAbove > SLO_BREACH_SHARE,
      windowSeconds: (last.atMs - (readings[0]?.atMs ?? last.atMs)) / 1000,
    };
  }

  private readingsOf(engineId: string, objective: SloBreach['objective'], fromMs: number) {
    return this.frames.flatMap((frame) => {
      const atMs = Date.parse(frame.collectedAt);
      const status = frame.sections.engines.status;
      if (atMs < fromMs || (status !== 'ok' && status !== 'partial')) return [];
      const engine: Engine | undefined = frame.engines.find((candidate) => candidate.id === engineId);
      const histogram = engine?.histograms[objective] ?? null;
      return histogram ? [{ atMs, histogram }] : [];
    });
  }
}
