import type { Severity, Snapshot } from '@app/core';
import { describesNoGpu } from './gpu-section-failure.js';
import { printableText } from './printable-text.js';
import { CLEAR, type RuleContext, type Run, defineRule, lastOf, reading, startOf } from './rule.js';
import { isReadable } from './section-readings.js';

type Threshold = 'silentSeconds' | 'mediumSeconds' | 'highSeconds' | 'slowSeconds' | 'slowForSeconds';

/** More missed intervals than this are no hiccup. */
const MISSED_INTERVALS = 3;

function isSlow({ sections: { gpu } }: Snapshot, slowSeconds: number): boolean {
  return gpu.durationMs !== null && gpu.durationMs > slowSeconds * 1000;
}

/** When the GPUs were last read, as far as the run tells. */
function silentSince(run: Run<Snapshot>): number {
  const readable = run.findLast(({ sample }) => isReadable(sample.snapshot.sections.gpu));
  return readable?.sample.atMs ?? startOf(run);
}

function severityOf(seconds: number, { mediumSeconds, highSeconds }: RuleContext<Threshold>['thresholds']): Severity {
  if (seconds >= highSeconds) return 'high';
  return seconds >= mediumSeconds ? 'medium' : 'low';
}

/** Nothing new is known of the GPUs: what the other rules do not say of them is not good news. */
export const gpuTelemetryStaleRule = defineRule<'host', Threshold>({
  id: 'gpu-telemetry-stale',
  title: 'GPUs can not be read',
  category: 'health',
  scope: 'host',
  durationClass: 'D1',
  // It judges the GPU section itself.
  sections: [],
  keeps: 'state',
  inputs: [
    { signal: 'sections.gpu.status', required: true },
    { signal: 'sections.gpu.durationMs', required: false },
    { signal: 'sections.gpu.detail', required: false },
  ],
  thresholds: {
    silentSeconds: {
      value: 60,
      unit: 'seconds',
      source: 'engineering choice',
      range: { min: 10, max: 3600 },
      description: 'time without a reading of the GPUs, besides three missed intervals',
    },
    mediumSeconds: {
      value: 300,
      unit: 'seconds',
      source: 'NVIDIA GPU exporter alert rules',
      range: { min: 30, max: 86_400 },
      description: 'time without a reading from which it is medium',
    },
    highSeconds: {
      value: 600,
      unit: 'seconds',
      source: 'NVIDIA GPU exporter alert rules',
      range: { min: 60, max: 86_400 },
      description: 'time without a reading from which it is high',
    },
    slowSeconds: {
      value: 5,
      unit: 'seconds',
      source: 'NVIDIA GPU exporter alert rules',
      range: { min: 0.5, max: 60 },
      description: 'time that a reading takes, above which it is slow',
    },
    slowForSeconds: {
      value: 600,
      unit: 'seconds',
      source: 'NVIDIA GPU exporter alert rules',
      range: { min: 60, max: 86_400 },
      description: 'time for which readings have to be slow',
    },
  },
  candidateActions: ['collect-diagnostics'],
  reference: 'NVIDIA GPU exporter alert rules: exporter down, stale or slow',

  judge({ snapshot, previous }, { thresholds, intervalSeconds, gpuInventory }) {
    const section = snapshot.sections.gpu;
    if (isReadable(section)) {
      if (!isSlow(snapshot, thresholds.slowSeconds)) return CLEAR;
      return { status: 'holds', needsSeconds: thresholds.slowForSeconds };
    }
    if (section.status === 'absent') {
      const isOff = /switched off/i.test(section.detail ?? '');
      if (isOff || gpuInventory.ids.length === 0) {
        return { status: 'inapplicable', reason: 'the host is not known to have a GPU' };
      }
      // An answer, and another rule's finding.
      if (describesNoGpu(section)) return CLEAR;
    }
    const wasRead = previous !== null && isReadable(previous.snapshot.sections.gpu);
    // More than so many intervals, so that the third missed one is not yet enough.
    const missedSeconds = MISSED_INTERVALS * intervalSeconds + 0.001;
    return { status: 'holds', fromPrevious: wasRead, needsSeconds: Math.max(thresholds.silentSeconds, missedSeconds) };
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const section = sample.snapshot.sections.gpu;
    const status = reading(sample, 'sections.gpu.status', section.status, 'text');
    const detail = section.detail === null ? null : printableText(section.detail);
    const seconds = (sample.atMs - silentSince(run)) / 1000;
    const isSilent = !isReadable(section);
    const limit = seconds >= context.thresholds.highSeconds ? 'highSeconds' : 'mediumSeconds';
    const crossed = seconds >= context.thresholds.mediumSeconds ? limit : 'silentSeconds';
    const durationSeconds = section.durationMs === null ? null : section.durationMs / 1000;
    return {
      severity: isSilent ? severityOf(seconds, context.thresholds) : 'low',
      confidence: 'high',
      summary: isSilent
        ? 'The GPUs could not be read for {silent}: the source is {status}.'
        : 'Reading the GPUs takes {duration} again and again.',
      evidence: {
        silent: isSilent
          ? reading(sample, 'derived.secondsSinceGpuReading', seconds, 'seconds', {
              bound: seconds >= context.thresholds.silentSeconds ? context.bound('>=', crossed) : null,
              windowSeconds: seconds,
            })
          : null,
        status,
        duration: reading(sample, 'derived.gpuReadingSeconds', durationSeconds, 'seconds', {
          bound: isSilent ? null : context.bound('>', 'slowSeconds'),
        }),
        detail: reading(sample, 'sections.gpu.detail', detail, 'text'),
      },
      candidateActions: [{ type: 'collect-diagnostics', parameters: {} }],
    };
  },
});
