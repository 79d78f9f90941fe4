import type { CandidateAction, Engine, Gpu } from '@app/core';
import { counterDelta } from './derived-readings.js';
import { enginesOn, enginesShortOfCapacity } from './engine-gpus.js';
import { engineIn } from './history-readings.js';
import { idleCostOf, idleCostText } from './idle-cost.js';
import {
  BASELINE,
  CLEAR,
  type Judgement,
  type RuleContext,
  type RuleSample,
  defineRule,
  lastOf,
  missing,
  reading,
  startOf,
} from './rule.js';

type Threshold = 'utilization' | 'memoryRatio' | 'startSeconds' | 'longSeconds';

function isQuiet({ utilization }: Gpu, { thresholds }: RuleContext<Threshold>): boolean {
  return utilization.gpuRatio === null || utilization.gpuRatio <= thresholds.utilization;
}

/** Whether an engine had nothing to do since the sample before. */
function judgeEngine(engine: Engine, sample: RuleSample<Gpu>, context: RuleContext<Threshold>): Judgement {
  if (!engine.up) return { status: 'inapplicable', reason: 'the engine on the GPU does not answer' };
  if (engine.sleepState !== null && engine.sleepState !== 'awake') {
    return { status: 'inapplicable', reason: 'the engine on the GPU sleeps already' };
  }
  const { counters, requestsRunning, requestsWaiting } = engine;
  if (requestsRunning === null) return missing('engines.requestsRunning');
  if (requestsWaiting === null) return missing('engines.requestsWaiting');
  if (counters.promptTokens === null) return missing('engines.counters.promptTokens');
  if (counters.generationTokens === null) return missing('engines.counters.generationTokens');
  if (requestsRunning > 0 || requestsWaiting > 0) return CLEAR;
  const ageSeconds = engine.startedAt === null ? Infinity : (sample.atMs - Date.parse(engine.startedAt)) / 1000;
  if (ageSeconds < context.thresholds.startSeconds) return CLEAR;
  const before = engineIn(sample.previous?.snapshot, engine.id);
  if (!before?.up) return BASELINE;
  const deltas = [
    counterDelta(before.counters.promptTokens, counters.promptTokens),
    counterDelta(before.counters.generationTokens, counters.generationTokens),
  ];
  // A counter that fell is an engine that has just started.
  return deltas.every((delta) => delta === 0) ? { status: 'holds' } : CLEAR;
}

function judgeEngines(sample: RuleSample<Gpu>, context: RuleContext<Threshold>): Judgement {
  const engines = enginesOn(sample.subject.id, sample.snapshot);
  const judgements = engines.map((engine) => judgeEngine(engine, sample, context));
  const isActive = judgements.some(({ status }) => status === 'clear');
  if (isActive) return CLEAR;
  return judgements.find(({ status }) => status !== 'holds') ?? { status: 'holds', fromPrevious: true };
}

function actionsFor(engines: readonly Engine[]): CandidateAction[] {
  const canSleep =
    engines.length > 0 && engines.every((engine) => engine.process?.flags['enable-sleep-mode'] === 'true');
  return [
    ...(canSleep ? [{ type: 'vllm-sleep', parameters: { level: 1 } }] : []),
    { type: 'k8s-scale', parameters: { replicaChange: -1 } },
  ];
}

/** An engine keeps the GPU's memory and has had nothing to do for a long time. */
export const gpuIdleMemoryHeldRule = defineRule<'gpu', Threshold>({
  id: 'gpu-idle-memory-held',
  title: 'GPU is idle while an engine holds its memory',
  category: 'cost',
  scope: 'gpu',
  durationClass: 'D3',
  sections: ['gpu', 'engines'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.memory.usedBytes', required: true },
    { signal: 'gpus.memory.totalBytes', required: true },
    { signal: 'engines.gpuUuids', required: true },
    { signal: 'engines.requestsRunning', required: true },
    { signal: 'engines.requestsWaiting', required: true },
    { signal: 'engines.counters.promptTokens', required: true },
    { signal: 'engines.counters.generationTokens', required: true },
    { signal: 'gpus.utilization.gpuRatio', required: false },
    { signal: 'gpus.power.drawWatts', required: false },
    { signal: 'gpus.energyJoules', required: false },
    { signal: 'engines.sleepState', required: false },
    { signal: 'engines.process', required: false },
  ],
  thresholds: {
    utilization: {
      value: 0.05,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0, max: 0.5 },
      description: 'utilization up to which the GPU counts as idle',
    },
    memoryRatio: {
      value: 0.2,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.01, max: 1 },
      description: 'share of the memory in use from which it is held',
    },
    startSeconds: {
      value: 1800,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 0, max: 86_400 },
      description: 'age of an engine up to which it may still wait for its first requests',
    },
    longSeconds: {
      value: 14_400,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 1800, max: 604_800 },
      description: 'idle time from which it is worth more than a hint',
    },
  },
  candidateActions: ['vllm-sleep', 'k8s-scale'],
  reference: 'engineering choice; vLLM sleep mode gives the memory back and keeps the process',

  judge(sample, context) {
    const { memory } = sample.state;
    if (memory.usedBytes === null) return missing('gpus.memory.usedBytes');
    if (!memory.totalBytes) return missing('gpus.memory.totalBytes');
    if (memory.usedBytes < context.thresholds.memoryRatio * memory.totalBytes) return CLEAR;
    if (!isQuiet(sample.state, context)) return CLEAR;
    if (enginesOn(sample.subject.id, sample.snapshot).length === 0) {
      const isUnknown = sample.snapshot.engines.some(({ gpuUuids }) => gpuUuids === null);
      return isUnknown ? missing('engines.gpuUuids') : { status: 'inapplicable', reason: 'no engine uses this GPU' };
    }
    return judgeEngines(sample, context);
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { memory, utilization, processes } = sample.state;
    const seconds = (sample.atMs - startOf(run)) / 1000;
    const cost = idleCostOf(run, seconds, context);
    const engines = enginesOn(sample.subject.id, sample.snapshot);
    const short = enginesShortOfCapacity(sample.subject.id, sample.snapshot).map(({ id }) => id);
    const isLong = seconds >= context.thresholds.longSeconds;
    return {
      severity: isLong || short.length > 0 ? 'medium' : 'low',
      confidence: utilization.gpuRatio === null ? 'medium' : 'high',
      summary: `The engine on the GPU has had no request for {idle} and holds {memory} of its memory (${idleCostText(cost)}).`,
      evidence: {
        ...cost,
        memory: reading(sample, 'gpus.memory.usedBytes', memory.usedBytes, 'bytes'),
        memoryRatio: reading(
          sample,
          'derived.memoryUsedRatio',
          (memory.usedBytes ?? 0) / (memory.totalBytes ?? 1),
          'ratio',
          { bound: context.bound('>=', 'memoryRatio') },
        ),
        utilization: reading(sample, 'gpus.utilization.gpuRatio', utilization.gpuRatio, 'ratio', {
          bound: context.bound('<=', 'utilization'),
        }),
        engines: reading(sample, 'derived.enginesOnGpu', engines.map(({ id }) => id).join(', '), 'text'),
        pids: reading(sample, 'gpus.processes.pid', processes.map(({ pid }) => pid).join(', ') || null, 'text'),
        short: reading(sample, 'derived.enginesShortOfCapacity', short.join(', ') || null, 'text'),
      },
      candidateActions: actionsFor(engines),
    };
  },
});
