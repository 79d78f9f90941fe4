import { breachDuring, breachReading, isSettling } from './engine-readings.js';
import {
  coresReadings,
  cpuReadings,
  type CpuSign,
  cpuSigns,
  gpuActivity,
  isCpuStarved,
  STARVATION_DEFAULTS,
} from './cpu-starvation.js';
import { MORE_API_SERVERS, plainAction } from './engine-actions.js';
import { pressureOf } from './host-readings.js';
import { BASELINE, CLEAR, defineRule, lastOf, missing, reading } from './rule.js';
import { ttftParts } from './ttft-parts.js';
import { aMinuteBefore } from './recent-samples.js';

type Threshold = keyof typeof STARVATION_DEFAULTS;

const WORDS: Readonly<Record<CpuSign, string>> = {
  pressure: 'tasks waited for a CPU for {pressure} of the time',
  throttled: 'the CPU limit was hit in {throttled} of the scheduling periods',
  server: 'the API server uses {server} of a core',
  runnable: '{runnable} tasks per CPU want to run',
};

/** Requests run and the GPU has little to do, because the CPU does not keep up. */
export const cpuStarvedEngineRule = defineRule<'engine', Threshold>({
  id: 'cpu-starved-engine',
  title: 'CPU keeps the GPU waiting',
  category: 'bottleneck',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['engines', 'gpu', 'system'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.requestsRunning', required: true },
    { signal: 'engines.gpuUuids', required: true },
    { signal: 'gpus.utilization.gpuRatio', required: true },
    { signal: 'gpus.profiling.smActiveRatio', required: false },
    { signal: 'system.pressure.cpuSomeAvg60', required: true },
    { signal: 'system.cgroup.cpuThrottledPeriods', required: false },
    { signal: 'engines.process.cpuCores', required: false },
    { signal: 'system.cpu.runnableTasks', required: false },
    { signal: 'engines.requestsWaitingDeferred', required: false },
  ],
  thresholds: {
    runningRequests: {
      value: STARVATION_DEFAULTS.runningRequests,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 1000 },
      description: 'running requests from which an idle GPU is no sign of low traffic',
    },
    lowUtilization: {
      value: STARVATION_DEFAULTS.lowUtilization,
      unit: 'ratio',
      source:
        'vLLM optimization guide: low GPU utilization when CPU cores are short; the number is an engineering choice',
      range: { min: 0.1, max: 0.9 },
      description: 'utilization of every GPU of the engine below which they have little to do',
      softens: 'up',
    },
    lowSmActive: {
      value: STARVATION_DEFAULTS.lowSmActive,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 0.9 },
      description: 'SM activity of every GPU of the engine below which they have little to do',
      softens: 'up',
    },
    cpuPressure: {
      value: STARVATION_DEFAULTS.cpuPressure,
      unit: 'percent',
      source: 'engineering choice',
      range: { min: 1, max: 100 },
      description: 'share of time in which tasks waited for a CPU',
      softens: 'down',
    },
    throttledRatio: {
      value: STARVATION_DEFAULTS.throttledRatio,
      unit: 'ratio',
      source: 'kubernetes-mixin CPUThrottlingHigh',
      range: { min: 0.05, max: 1 },
      description: 'share of scheduling periods in which the CPU limit was hit',
      softens: 'down',
    },
    serverCores: {
      value: STARVATION_DEFAULTS.serverCores,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.5, max: 1 },
      description: 'CPU use of the API server process, as a share of one core',
      softens: 'down',
    },
    runnablePerCpu: {
      value: STARVATION_DEFAULTS.runnablePerCpu,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 1, max: 100 },
      description: 'tasks per CPU that run or could run',
      softens: 'down',
    },
  },
  candidateActions: ['k8s-patch-resources', 'vllm-config:api-server-count', 'host-tune'],
  reference:
    'vLLM optimization guide: at least two CPU cores and one more per GPU; short of them, GPU utilization is low',

  judge(sample, { thresholds }) {
    const { requestsRunning, gpuUuids } = sample.state;
    if (requestsRunning === null) return missing('engines.requestsRunning');
    if (gpuUuids === null) return missing('engines.gpuUuids');
    if (gpuActivity(sample.state, sample.snapshot) === null) return missing('gpus.utilization.gpuRatio');
    if (isSettling(sample)) return BASELINE;
    const isStarved = isCpuStarved(sample, thresholds);
    if (isStarved === null) return missing('system.pressure.cpuSomeAvg60');
    return isStarved ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { state: engine, snapshot } = sample;
    const readings = cpuReadings(sample);
    const signs = cpuSigns(readings, context.thresholds);
    const isSign = (sign: CpuSign) => signs.includes(sign);
    const activity = gpuActivity(engine, snapshot);
    const ttft = breachDuring(run, context, 'ttft');
    const itl = breachDuring(run, context, 'interTokenLatency');
    const pressure = pressureOf(snapshot.system, 'cpuSome');
    const before = aMinuteBefore(sample);
    const low = activity?.utilization != null && activity.utilization < context.thresholds.lowUtilization;
    return {
      severity: ttft || itl ? 'high' : 'medium',
      confidence: engine.process === null ? 'medium' : 'high',
      summary: `{running} requests run while the GPUs of the engine are at most ${low ? '{utilization} utilized' : '{smActive} active'}, and ${signs.map((sign) => WORDS[sign]).join(' and ')}.`,
      evidence: {
        running: reading(sample, 'engines.requestsRunning', engine.requestsRunning, 'count', {
          bound: context.bound('>=', 'runningRequests'),
        }),
        utilization: reading(sample, 'gpus.utilization.gpuRatio', activity?.utilization, 'ratio', {
          bound: low ? context.bound('<', 'lowUtilization') : null,
        }),
        smActive: reading(sample, 'gpus.profiling.smActiveRatio', activity?.smActive, 'ratio', {
          bound: low ? null : context.bound('<', 'lowSmActive'),
        }),
        pressure:
          pressure &&
          reading(sample, pressure.signal, pressure.percent, 'percent', {
            bound: isSign('pressure') ? context.bound('>=', 'cpuPressure') : null,
          }),
        throttled: reading(sample, 'derived.cgroupThrottledRatio', readings.throttled, 'ratio', {
          bound: isSign('throttled') ? context.bound('>=', 'throttledRatio') : null,
        }),
        server: reading(sample, 'engines.process.cpuCores', readings.server, 'ratio', {
          bound: isSign('server') ? context.bound('>=', 'serverCores') : null,
        }),
        runnable: reading(sample, 'derived.runnableTasksPerCpu', readings.runnable, 'count', {
          bound: isSign('runnable') ? context.bound('>', 'runnablePerCpu') : null,
        }),
        ...coresReadings(sample),
        frontend: reading(
          sample,
          'derived.ttftFrontendShare',
          before ? ttftParts(before.state, engine)?.frontend : null,
          'ratio',
        ),
        ttft: breachReading(sample, ttft),
        itl: breachReading(sample, itl),
      },
      candidateActions: [
        plainAction('k8s-patch-resources'),
        ...(engine.kind === 'vllm' ? [MORE_API_SERVERS] : []),
        plainAction('host-tune'),
      ],
    };
  },
});
