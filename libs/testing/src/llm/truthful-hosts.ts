import type { ActionDefinition, Evidence, Finding, InsightRequest } from '@app/core';
import { aFrame, aFrameEngine, aFrameGpu } from '../analysis/frame.builder.js';
import {
  aConfirmedFinding,
  anActionDefinition,
  anEvidence,
  anInsightAnalysis,
  anInsightRequest,
} from './insight-request.builder.js';

type Reading = Pick<Evidence, 'signal' | 'value' | 'unit'> & Partial<Evidence>;

const UNBOUND = { operator: null, threshold: null, thresholdSource: null } as const;
const ENGINE = 'http://127.0.0.1:8000';
const MODEL = 'meta-llama/Llama-3.1-8B-Instruct';

function gpuOf(index: number): string {
  return `GPU-a2f40001-11aa-4c01-a001-00000000000${index}`;
}

function readings(id: string, entries: readonly Reading[]): Evidence[] {
  return entries.map((entry, index) => anEvidence({ ...UNBOUND, ...entry, id: `${id}.e${index + 1}` }));
}

function finding(patch: Partial<Finding> & Pick<Finding, 'id' | 'ruleId'>, entries: readonly Reading[]): Finding {
  return aConfirmedFinding({ rootCause: true, candidateActions: [], ...patch, evidence: readings(patch.id, entries) });
}

function onGpu(index: number): Finding['subject'] {
  return { kind: 'gpu', id: gpuOf(index), label: `GPU ${index} (NVIDIA H100 80GB HBM3)` };
}

/** Too hot, and slowed down by the hardware for it. */
function hot(index: number, celsius: number, megahertz: number): Finding {
  const ratio = megahertz / 1980;
  return finding(
    {
      id: `gpu-thermal-hw-slowdown:${gpuOf(index).toLowerCase()}`,
      ruleId: 'gpu-thermal-hw-slowdown',
      category: 'health',
      severity: 'critical',
      subject: onGpu(index),
      title: 'GPU slowed down by the hardware because it is too hot',
      summary: `The hardware thermal slowdown is active at ${celsius} °C, and the SM clock runs at ${(ratio * 100).toFixed(1)} % of its maximum.`,
      candidateActions: [
        { type: 'notify-oncall', parameters: {} },
        { type: 'gpu-set-power-limit', parameters: { watts: 630 } },
      ],
    },
    [
      {
        signal: 'derived.hwThermalThrottleRatio',
        value: 0.996,
        unit: 'ratio',
        operator: '>=',
        threshold: 0.05,
        thresholdSource: 'rule definition',
      },
      { signal: 'gpus.temperature.gpuCelsius', value: celsius, unit: 'celsius' },
      { signal: 'gpus.temperature.memoryCelsius', value: celsius + 3, unit: 'celsius' },
      { signal: 'gpus.clocks.smMhz', value: megahertz, unit: 'megahertz' },
      { signal: 'gpus.power.drawWatts', value: 135.26 + index, unit: 'watts' },
      {
        signal: 'derived.clockRatio',
        value: ratio,
        unit: 'ratio',
        operator: '<',
        threshold: 0.6,
        thresholdSource: 'rule definition',
      },
    ],
  );
}

const ON_ENGINE = { kind: 'engine', id: ENGINE, label: `${MODEL} (${ENGINE})` } as const;

function backlog(causes: readonly string[]): Finding {
  return finding(
    {
      id: 'queue-backlog:http-127.0.0.1-8000',
      ruleId: 'queue-backlog',
      severity: 'high',
      subject: ON_ENGINE,
      title: 'Requests queue up for capacity',
      summary:
        'A queue of 347 requests waits for capacity behind 41 running ones and does not drain; 93 % of the first tokens came later than the objective.',
      rootCause: false,
      causedBy: causes,
    },
    [
      {
        signal: 'engines.requestsWaitingCapacity',
        value: 347,
        unit: 'count',
        operator: '>=',
        threshold: 5,
        thresholdSource: 'default queue-depth threshold',
      },
      {
        signal: 'engines.requestsRunning',
        value: 41,
        unit: 'count',
        operator: '>',
        threshold: 0,
        thresholdSource: 'rule definition',
      },
      {
        signal: 'derived.ttftAboveObjectiveRatio',
        value: 0.93,
        unit: 'ratio',
        operator: '>',
        threshold: 0.05,
        thresholdSource: 'p95 objective of the configuration',
      },
      { signal: 'engines.kvCacheUsageRatio', value: 0.284, unit: 'ratio' },
      { signal: 'derived.preemptionDelta', value: 0, unit: 'count' },
      { signal: 'engines.queueTime.meanSeconds', value: 105.33, unit: 'seconds' },
      {
        signal: 'engines.ttft.p95Seconds',
        value: 2.3,
        unit: 'seconds',
        operator: '>',
        threshold: 1.5,
        thresholdSource: 'p95 objective of the configuration',
      },
    ],
  );
}

/** A lowered power limit, unrelated to the heat. */
function limited(index: number): Finding {
  return finding(
    {
      id: `gpu-power-limit-below-default:${gpuOf(index).toLowerCase()}`,
      ruleId: 'gpu-power-limit-below-default',
      severity: 'medium',
      subject: onGpu(index),
      title: 'Power limit of the GPU is below its default',
      summary: 'The power limit is 450 W, below the default of 700 W.',
      candidateActions: [{ type: 'gpu-restore-power-limit', parameters: {} }],
    },
    [
      {
        signal: 'gpus.power.enforcedLimitWatts',
        value: 450,
        unit: 'watts',
        operator: '<',
        threshold: 700,
        thresholdSource: 'default limit of the GPU',
      },
      { signal: 'gpus.power.defaultLimitWatts', value: 700, unit: 'watts' },
    ],
  );
}

const ACTIONS: readonly ActionDefinition[] = [
  anActionDefinition(),
  anActionDefinition({
    type: 'gpu-set-power-limit',
    title: 'Set the power limit',
    description: 'Sets the power limit of the GPU within the range that the device reports.',
    preconditions: ['No power brake is active.'],
    inverse: 'gpu-set-power-limit',
    parameters: {
      type: 'object',
      additionalProperties: false,
      required: ['watts'],
      properties: { watts: { type: 'number', exclusiveMinimum: 0, maximum: 2000 } },
    },
  }),
  anActionDefinition({
    type: 'notify-oncall',
    title: 'Tell the on-call person',
    description: 'Sends the finding and its evidence to the configured webhook or ticket, once per incident.',
    risk: 'read-only',
    gate: 'automatic',
    inverse: null,
    preconditions: [],
  }),
];

/**
 * Four GPUs: 0 and 3 are too hot (88 and 91 °C), 1 has a lowered power limit, of 2 nothing is known. The heat of GPU 0
 * causes the queue of the engine.
 */
export function hotHost(): InsightRequest {
  const [first, second] = [hot(0, 88, 825), hot(3, 91, 990)];
  const gpus = [0, 1, 2, 3].map((index) =>
    aFrameGpu({ index, uuid: gpuOf(index), name: 'NVIDIA H100 80GB HBM3', pciBusId: `00000000:${index + 1}B:00.0` }),
  );
  const engine = aFrameEngine({ id: ENGINE, url: ENGINE, model: MODEL });
  return anInsightRequest({
    snapshot: aFrame(60, { gpus, engines: [engine] }),
    analysis: anInsightAnalysis([first, second, backlog([first.id]), limited(1)], {
      healthStatus: 'critical',
      healthScore: 20,
    }),
    candidateActions: ACTIONS,
  });
}
