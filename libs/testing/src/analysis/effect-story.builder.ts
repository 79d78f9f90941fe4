import type { BaselineInput, EffectInput } from '@app/analysis';
import type { Analysis, Baseline, Engine, Finding, Snapshot, WatchedSignal } from '@app/core';
import {
  aFrame,
  aFrameEngine,
  aFrameGpu,
  FRAME_ENGINE_ID,
  FRAME_GPU_UUID,
  type FrameOptions,
  frameTime,
} from './frame.builder.js';
import type { Patch } from './patch.js';

/** An action on one GPU that serves one engine. */
export const EFFECT_REACH: Baseline['reach'] = {
  gpus: [FRAME_GPU_UUID],
  engines: [FRAME_ENGINE_ID],
  caches: [],
  host: 'local',
};
export const CLOCK_TARGET: WatchedSignal = {
  signal: 'gpus.clocks.smMhz',
  role: 'target',
  better: 'up',
  minimumChangeRatio: 0.02,
  across: 'min',
};
export const TOKENS_GUARD: WatchedSignal = {
  signal: 'engines.generationTokensPerSecond',
  role: 'guard',
  better: 'up',
  minimumChangeRatio: 0.1,
  across: 'sum',
};
export const TTFT_GUARD: WatchedSignal = {
  signal: 'engines.ttft.p95Seconds',
  role: 'guard',
  better: 'down',
  minimumChangeRatio: 0.1,
  across: 'max',
};
/** When the window after the action begins. */
export const EFFECT_AFTER_SECOND = 300;
const INTERVAL_SECONDS = 15;
const USUAL_SAMPLES = 8;

/** What led to the action, confirmed from its first sample on and seen up to the last one after it. */
export const EFFECT_FINDING: Finding = {
  id: 'gpu-clocks-locked-low:gpu-11111111-2222-3333-4444-555555555555',
  ruleId: 'gpu-clocks-locked-low',
  category: 'bottleneck',
  severity: 'high',
  state: 'confirmed',
  confidence: 'high',
  subject: { kind: 'gpu', id: FRAME_GPU_UUID, label: 'GPU 0' },
  title: 'Clocks are locked low',
  summary: '',
  evidence: [],
  rootCause: true,
  causedBy: [],
  candidateActions: [],
  firstSeenAt: frameTime(0),
  lastSeenAt: frameTime(EFFECT_AFTER_SECOND + 105),
};

export function anEffectAnalysis(findings: readonly Finding[], notEvaluated: Analysis['notEvaluated'] = []): Analysis {
  return {
    analyzedAt: frameTime(105),
    windowSeconds: 105,
    healthStatus: 'degraded',
    healthScore: 80,
    scoreDeductions: [],
    primaryBottleneck: null,
    findings,
    notEvaluated,
    coverage: { rulesEvaluated: 1, rulesTotal: 1 },
  };
}

/** What a sample shows; null for a reading that is not there. */
export interface EffectSample {
  readonly clock?: number | null;
  readonly tokens?: number | null;
  readonly ttft?: number | null;
  readonly engine?: Patch<Engine>;
  readonly frame?: FrameOptions;
}
/** The samples of a window by their number. */
export type EffectWindow = (index: number) => EffectSample;

function aSample(
  second: number,
  { clock = 900, tokens = 2000, ttft = 0.5, engine = {}, frame = {} }: EffectSample,
): Snapshot {
  const quantiles = { p50Seconds: null, p95Seconds: ttft, p99Seconds: null, meanSeconds: null, count: null };
  return aFrame(second, {
    gpus: [aFrameGpu({ clocks: { smMhz: clock } })],
    engines: [aFrameEngine({ generationTokensPerSecond: tokens, ttft: quantiles, ...engine } as Patch<Engine>)],
    ...frame,
  });
}

function aWindowOf(count: number, from: number, window: EffectWindow): Snapshot[] {
  return Array.from({ length: count }, (_, index) => aSample(from + index * INTERVAL_SECONDS, window(index)));
}

export interface EffectStory extends Partial<Omit<EffectInput, 'snapshots' | 'baseline'>> {
  readonly before?: EffectWindow;
  readonly after?: EffectWindow;
  /** Samples after the action. */
  readonly count?: number;
  readonly reach?: Baseline['reach'];
  /** Of the time before. */
  readonly findings?: readonly Finding[];
}

/**
 * Eight samples before an action and as many after, of an engine that serves and whose GPU is held at a low clock, with
 * what the story says instead: what the baseline is taken from, and what the judgement is made from.
 */
export function anEffectStory(story: EffectStory): {
  readonly before: BaselineInput;
  readonly after: Omit<EffectInput, 'baseline'>;
} {
  const { before = () => ({}), after = before, count = USUAL_SAMPLES, reach = EFFECT_REACH, ...patch } = story;
  const { watched = [CLOCK_TARGET, TOKENS_GUARD, TTFT_GUARD], findings = [EFFECT_FINDING] } = patch;
  const { slo = { ttftP95Seconds: 2, itlP95Seconds: 0 }, analysis = anEffectAnalysis(findings) } = patch;
  const { expectedFindings = [EFFECT_FINDING.id], expected = { signal: CLOCK_TARGET.signal }, isFinal = true } = patch;
  const formerly = anEffectAnalysis(findings);
  const { minimumSamples } = patch;
  return {
    before: { snapshots: aWindowOf(USUAL_SAMPLES, 0, before), analysis: formerly, watched, reach, slo },
    after: {
      snapshots: aWindowOf(count, EFFECT_AFTER_SECOND, after),
      ...{ analysis, watched, slo, expectedFindings, expected, isFinal, minimumSamples },
    },
  };
}
