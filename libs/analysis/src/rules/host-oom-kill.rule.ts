import type { CandidateAction, KernelEvent, Snapshot } from '@app/core';
import { counterDelta, sumOver } from './derived-readings.js';
import { historyOf } from './history-readings.js';
import { printableText } from './printable-text.js';
import { BASELINE, CLEAR, type RuleSample, type Run, defineRule, lastOf, missing, reading, startOf } from './rule.js';
import { isReadable } from './section-readings.js';

type Threshold = 'rememberedSeconds';

/** The kernel cuts names after 15 characters. */
const SERVING_NAME = /vllm|enginecore|sglang|lmcache/i;

function systemOf({ snapshot }: RuleSample<Snapshot>): Snapshot['system'] {
  return isReadable(snapshot.sections.system) ? snapshot.system : null;
}

/** Kills since the previous sample; a first total says nothing about when. */
function hostKills(sample: RuleSample<Snapshot>): number | null {
  return counterDelta(sample.previous?.state.system?.paging.oomKills, systemOf(sample)?.paging.oomKills ?? null);
}

/** The same within the control group, as long as it is the same group. */
function groupKills(sample: RuleSample<Snapshot>): number | null {
  const before = sample.previous?.state.system?.cgroup;
  const after = systemOf(sample)?.cgroup;
  if (!before || !after || before.path !== after.path) return null;
  return counterDelta(before.memoryEvents.oomKills, after.memoryEvents.oomKills);
}

/** A line whose time can't be read is as old as the frame that shows it: better reported than dropped. */
function timeOf(event: KernelEvent, sample: RuleSample<Snapshot>): number {
  const atMs = Date.parse(event.lastAt);
  return Number.isFinite(atMs) ? atMs : sample.atMs;
}

/** Kills of this boot in the kernel log that are young enough. */
function loggedKills(sample: RuleSample<Snapshot>, rememberedSeconds: number): readonly KernelEvent[] {
  if (!isReadable(sample.snapshot.sections.kernelLog)) return [];
  const uptimeSeconds = systemOf(sample)?.uptimeSeconds ?? Infinity;
  const sinceMs = sample.atMs - Math.min(rememberedSeconds, uptimeSeconds) * 1000;
  return sample.snapshot.events.filter((event) => event.kind === 'oom-kill' && timeOf(event, sample) >= sinceMs);
}

/** Process ids of engines in any frame up to the end of the run: after the kill the process is gone. */
function servingPids(run: Run<Snapshot>): ReadonlySet<number> {
  const frames = historyOf(lastOf(run)).map(({ snapshot }) => snapshot);
  return new Set(frames.flatMap(({ engines }) => engines.flatMap(({ process }) => process?.pids ?? [])));
}

function isServing({ pid, processName }: KernelEvent, pids: ReadonlySet<number>): boolean {
  return (pid !== null && pids.has(pid)) || SERVING_NAME.test(processName ?? '');
}

/** Whether the control group that lost a process is that of an engine. */
function isEngineGroup(run: Run<Snapshot>): boolean {
  return run.some(({ sample }) => {
    const path = systemOf(sample)?.cgroup.path ?? null;
    const engines = [sample.previous, sample].flatMap((each) => each?.snapshot.engines ?? []);
    return (
      (groupKills(sample) ?? 0) > 0 && path !== null && engines.some(({ process }) => process?.cgroupPath === path)
    );
  });
}

function actionsFor({ caches, engines }: Snapshot): CandidateAction[] {
  const plain = (type: string): CandidateAction => ({ type, parameters: {} });
  return [
    plain('k8s-patch-resources'),
    ...(caches.length > 0 ? [plain('lmcache-config:l1-size')] : []),
    ...(engines.length > 0 ? [plain('engine-health-check')] : []),
  ];
}

/** The kernel ended a process because there was no memory left for it. */
export const hostOomKillRule = defineRule<'host', Threshold>({
  id: 'host-oom-kill',
  title: 'Kernel ended a process for want of memory',
  category: 'health',
  scope: 'host',
  durationClass: 'D0',
  sections: [],
  keeps: 'event',
  inputs: [
    { signal: 'system.paging.oomKills', required: true },
    { signal: 'system.cgroup.memoryEvents.oomKills', required: false },
    { signal: 'events.processName', required: false },
    { signal: 'engines.process.pids', required: false },
  ],
  thresholds: {
    rememberedSeconds: {
      value: 86_400,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 60, max: 604_800 },
      description: 'age after which a kill no longer counts',
    },
  },
  candidateActions: ['k8s-patch-resources', 'lmcache-config:l1-size', 'engine-health-check'],
  reference: 'Linux vmstat oom_kill and cgroup v2 memory.events oom_kill',

  judge(sample, { thresholds }) {
    const [onHost, inGroup] = [hostKills(sample), groupKills(sample)];
    if ((onHost ?? 0) > 0 || (inGroup ?? 0) > 0) return { status: 'holds' };
    if (loggedKills(sample, thresholds.rememberedSeconds).length > 0) return { status: 'holds' };
    if (onHost !== null || isReadable(sample.snapshot.sections.kernelLog)) return CLEAR;
    return systemOf(sample)?.paging.oomKills == null ? missing('system.paging.oomKills') : BASELINE;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const events = loggedKills(sample, context.thresholds.rememberedSeconds);
    const pids = servingPids(run);
    const victim = events.findLast((event) => isServing(event, pids)) ?? events.at(-1) ?? null;
    const hitServing = (victim !== null && isServing(victim, pids)) || isEngineGroup(run);
    const counted = Math.max(sumOver(run, hostKills) ?? 0, sumOver(run, groupKills) ?? 0);
    const kills = Math.max(counted, events.length);
    const { system } = sample.snapshot;
    const at = victim?.lastAt ?? sample.at;
    return {
      severity: hitServing ? 'critical' : 'high',
      confidence: 'high',
      summary: victim?.processName
        ? 'The kernel ended {victim} because memory ran out (kills: {kills}).'
        : 'The kernel ended processes because memory ran out (kills: {kills}).',
      evidence: {
        kills: reading(sample, 'derived.oomKills', kills, 'count', {
          bound: { operator: '>', threshold: 0, source: 'kernel counters and log' },
          windowSeconds: (sample.atMs - (run[0].sample.previous?.atMs ?? startOf(run))) / 1000,
        }),
        victim: reading(
          sample,
          'events.processName',
          victim?.processName && printableText(victim.processName),
          'text',
          {
            at,
          },
        ),
        pid: reading(sample, 'events.pid', victim?.pid, 'text', { at }),
        message: reading(sample, 'events.message', victim && printableText(victim.message), 'text', { at }),
        group: reading(sample, 'system.cgroup.path', system?.cgroup.path, 'text'),
        limit: reading(sample, 'system.cgroup.memoryLimitBytes', system?.cgroup.memoryLimitBytes, 'bytes'),
        available: reading(sample, 'system.memory.availableBytes', system?.memory.availableBytes, 'bytes'),
      },
      candidateActions: actionsFor(sample.snapshot),
    };
  },
});
