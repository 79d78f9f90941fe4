import type { RuleDescription } from './rule-description.js';

const WAITING = { inputs: [], thresholds: [], isEvaluated: false } as const;

/** Rules of the catalogue that can't be judged yet, and what each waits for. */
export const WAITING_RULES: readonly RuleDescription[] = [
  {
    ...WAITING,
    id: 'nvlink-down',
    title: 'NVLink of the GPU is down',
    category: 'health',
    subject: 'gpu',
    durationClass: 'D0',
    candidateActions: ['router-remove-backend', 'gpu-drain', 'collect-diagnostics', 'gpu-reset'],
    reference: 'NVIDIA health validation, NVLink check',
    waitsFor: 'the state of each link: nvidia-smi -q -x and the default dcgm-exporter page do not have it',
  },
  {
    ...WAITING,
    id: 'driver-version-skew',
    title: 'Hosts of one pool run different drivers',
    category: 'configuration',
    subject: 'fleet',
    durationClass: 'D2',
    candidateActions: ['host-fix-driver'],
    reference: 'engineering choice',
    waitsFor: 'several targets; this version knows one host',
  },
];
