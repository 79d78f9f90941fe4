import type { CandidateAction, Severity } from '@app/core';
import { worstSeverity } from './derived-readings.js';
import { historyOf } from './history-readings.js';
import { CLEAR, type GpuSlot, type RuleSample, type Run, defineRule, lastOf, reading } from './rule.js';
import { isRootClass } from './xid-catalogue.js';
import {
  REMEMBERED_SECONDS,
  SAME_FAULT_MS,
  type XidIncident,
  areClose,
  xidBlindness,
  xidEvidence,
  xidIncidentsIn,
  xidIncidentsOf,
} from './xid-events.js';

type Threshold = 'rememberedSeconds' | 'repeatedProcesses' | 'repeatSeconds';

/** XIDs of an application or of nobody; next to a failure of the GPU they are what that failure did. */
function applicationErrors(incidents: readonly XidIncident[]): readonly XidIncident[] {
  if (incidents.length === 0) return incidents;
  const roots = incidents.filter(({ entry }) => isRootClass(entry.class));
  return incidents
    .filter(({ entry }) => entry.class === 'app' || entry.class === 'ignore')
    .filter((incident) => !roots.some((root) => areClose(root, incident)));
}

/** The most processes that had such an error within the time; many of them point to the hardware they share. */
function processesWithin(errors: readonly XidIncident[], seconds: number): number {
  const named = errors.filter(({ event, entry }) => event.pid !== null && entry.class === 'app');
  const counts = named.map((last) => {
    const near = named.filter(({ lastMs }) => lastMs <= last.lastMs && last.lastMs - lastMs <= seconds * 1000);
    return new Set(near.map(({ event }) => event.pid)).size;
  });
  return Math.max(0, ...counts);
}

interface DeadEngine {
  readonly id: string;
  /** When it was last seen to answer. */
  readonly lastUpMs: number;
}

/** An engine that used the GPU and does not answer now; null when all do, or none is known to have used it. */
function deadEngineOn(sample: RuleSample<GpuSlot>): DeadEngine | null {
  const lastUp = new Map<string, number>();
  for (const { atMs, snapshot } of historyOf(sample)) {
    for (const { id, up, gpuUuids } of snapshot.engines) {
      if (up && gpuUuids?.includes(sample.subject.id)) lastUp.set(id, atMs);
    }
  }
  const { engines, sections } = sample.snapshot;
  const isSilent = sections.engines.status === 'failed' || sections.engines.status === 'timeout';
  const dead = [...lastUp].find(([id]) => isSilent || engines.some((engine) => engine.id === id && !engine.up));
  return dead ? { id: dead[0], lastUpMs: dead[1] } : null;
}

/** The error that the engine may have died of; null for an engine that went on after all of them. */
function fatalErrorOf(errors: readonly XidIncident[], engine: DeadEngine | null): XidIncident | null {
  if (!engine) return null;
  const isLate = ({ entry, lastMs }: XidIncident) => entry.class === 'app' && lastMs >= engine.lastUpMs - SAME_FAULT_MS;
  return errors.findLast(isLate) ?? null;
}

function worstOf(errors: readonly XidIncident[]): XidIncident | undefined {
  const severity = worstSeverity(errors.map(({ entry }) => entry.severity));
  const worst = errors.filter(({ entry }) => entry.severity === severity);
  return worst.find(({ entry }) => entry.class === 'app') ?? worst[0];
}

function severityOf(worst: XidIncident, isHardwareSuspect: boolean, isEngineDead: boolean): Severity {
  if (worst.entry.class !== 'app') return worst.entry.severity;
  if (isEngineDead) return 'high';
  return worstSeverity([worst.entry.severity, ...(isHardwareSuspect ? ['medium' as const] : [])]);
}

function actionsFor(worst: XidIncident, severity: Severity, isEngineDead: boolean): CandidateAction[] {
  const plain = (type: string): CandidateAction => ({ type, parameters: {} });
  if (severity === 'info') return [];
  if (worst.entry.class === 'ignore') return severity === 'low' ? [] : [plain('notify-oncall')];
  const restart = isEngineDead ? [plain('vllm-restart')] : [];
  return [plain('engine-health-check'), ...restart, plain('collect-diagnostics')];
}

function summaryOf(worst: XidIncident, isHardwareSuspect: boolean, isEngineDead: boolean): string {
  const base = 'The driver logged XID {code} ({meaning})';
  if (worst.entry.class === 'ignore') return `${base}, which asks for no action on the GPU.`;
  if (isEngineDead) return `${base}, and the engine {engine} on this GPU does not answer.`;
  if (isHardwareSuspect) {
    return `${base}, an error of an application, and {processes} processes had one in a short time: the hardware is suspect.`;
  }
  return `${base}, an error of an application and not of the GPU.`;
}

/** The driver stopped an application because of its own error, or noted something that needs no action. */
export const gpuXidAppRule = defineRule<'gpuSlot', Threshold>({
  id: 'gpu-xid-app',
  title: 'The driver reported an error of an application',
  category: 'health',
  scope: 'gpuSlot',
  durationClass: 'D0',
  sections: [],
  keeps: 'event',
  inputs: [
    { signal: 'events.code', required: true },
    { signal: 'events.pciBusId', required: true },
    { signal: 'gpus.pciBusId', required: true },
    { signal: 'events.pid', required: false },
    { signal: 'gpus.xid.lastCode', required: false },
    { signal: 'engines.up', required: false },
    { signal: 'engines.gpuUuids', required: false },
    { signal: 'system.uptimeSeconds', required: false },
  ],
  thresholds: {
    rememberedSeconds: REMEMBERED_SECONDS,
    repeatedProcesses: {
      value: 3,
      unit: 'count',
      source: 'engineering choice',
      range: { min: 2, max: 100 },
      description: 'different processes with such an error on one GPU from which its hardware is suspect',
    },
    repeatSeconds: {
      value: 3600,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 60, max: 86_400 },
      description: 'time within which they count',
    },
  },
  candidateActions: ['engine-health-check', 'vllm-restart', 'collect-diagnostics', 'notify-oncall'],
  reference: 'NVIDIA XID catalogue: RESTART_APP or IGNORE; alert rules and device plugins leave most of them out',

  judge(sample, { thresholds }) {
    const incidents = xidIncidentsIn(sample, thresholds.rememberedSeconds);
    if (applicationErrors(incidents).length > 0) return { status: 'holds' };
    return xidBlindness(sample) ?? CLEAR;
  },

  conclude(run: Run<GpuSlot>, context) {
    const { rememberedSeconds, repeatedProcesses, repeatSeconds } = context.thresholds;
    const sample = lastOf(run);
    const errors = applicationErrors(xidIncidentsOf(run, rememberedSeconds));
    const engine = deadEngineOn(sample);
    const fatal = fatalErrorOf(errors, engine);
    const worst = fatal ?? worstOf(errors);
    if (!worst) return null;
    const processes = processesWithin(errors, repeatSeconds);
    const isSuspect = processes >= repeatedProcesses;
    const told = severityOf(worst, isSuspect, fatal !== null);
    return {
      severity: told,
      confidence: worst.signal === 'events.code' ? 'high' : 'medium',
      summary: summaryOf(worst, isSuspect, fatal !== null),
      evidence: {
        ...xidEvidence(worst, errors),
        processes: reading(sample, 'derived.processesWithXid', processes, 'count', {
          bound: isSuspect ? context.bound('>=', 'repeatedProcesses') : null,
          windowSeconds: repeatSeconds,
        }),
        engine: fatal ? reading(sample, 'engines.id', engine?.id, 'text') : null,
      },
      candidateActions: actionsFor(worst, told, fatal !== null),
    };
  },
});
