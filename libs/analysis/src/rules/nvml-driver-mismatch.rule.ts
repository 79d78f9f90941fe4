import type { Severity, Snapshot } from '@app/core';
import { type GpuSectionFailure, exitCodeIn, gpuSectionFailureOf } from './gpu-section-failure.js';
import { historyOf } from './history-readings.js';
import { printableText } from './printable-text.js';
import { CLEAR, type RuleSample, defineRule, lastOf, reading } from './rule.js';
import { unreadableReason } from './section-readings.js';

type DriverFailure = Extract<
  GpuSectionFailure,
  'driver-mismatch' | 'driver-not-loaded' | 'library-missing' | 'function-missing'
>;

const SUMMARIES: Readonly<Record<DriverFailure, string>> = {
  'driver-mismatch':
    'The loaded NVIDIA driver and its libraries have different versions: what runs goes on, what starts will fail.',
  'driver-not-loaded': 'The NVIDIA driver is not loaded, so no GPU can be used.',
  'library-missing': 'The NVML library is missing, so the GPUs can not be watched.',
  'function-missing': 'The NVML library lacks a function that nvidia-smi needs, so the GPUs can not be watched.',
};

function driverFailureOf({ sections }: Snapshot): DriverFailure | null {
  const failure = gpuSectionFailureOf(sections.gpu);
  return failure === null || failure === 'gpu-lost' || failure === 'needs-reset' ? null : failure;
}

function isEngineDown({ engines, sections }: Snapshot): boolean {
  const { status } = sections.engines;
  return status === 'failed' || status === 'timeout' || engines.some(({ up }) => !up);
}

function severityOf(failure: DriverFailure, snapshot: Snapshot): Severity {
  if (failure === 'driver-not-loaded') return 'critical';
  return failure === 'driver-mismatch' && isEngineDown(snapshot) ? 'high' : 'medium';
}

/** The version that the driver last told of itself. */
function lastDriverVersion(sample: RuleSample<Snapshot>): string | null {
  const versions = historyOf(sample).flatMap(({ snapshot }) => snapshot.gpus.map((gpu) => gpu.driverVersion));
  return versions.findLast((version) => version !== null) ?? null;
}

/** Driver, kernel module and libraries do not fit together: nothing can be said of any GPU. */
export const nvmlDriverMismatchRule = defineRule<'host', never>({
  id: 'nvml-driver-mismatch',
  title: 'NVIDIA driver and libraries do not work together',
  category: 'health',
  scope: 'host',
  durationClass: 'D0',
  // It judges why the GPU section failed.
  sections: [],
  keeps: 'state',
  inputs: [
    { signal: 'sections.gpu.status', required: true },
    { signal: 'sections.gpu.detail', required: true },
    { signal: 'gpus.driverVersion', required: false },
    { signal: 'engines.up', required: false },
    { signal: 'events.kind', required: false },
  ],
  thresholds: {},
  candidateActions: ['notify-oncall', 'k8s-cordon', 'host-fix-driver'],
  reference: 'NVML return codes DRIVER_NOT_LOADED and LIB_RM_VERSION_MISMATCH; nvidia-smi exit codes 9, 12, 13, 18',

  judge({ snapshot }) {
    if (driverFailureOf(snapshot)) return { status: 'holds' };
    const reason = unreadableReason(snapshot, 'gpu');
    return reason === null ? CLEAR : { status: 'inapplicable', reason };
  },

  conclude(run) {
    const sample = lastOf(run);
    const { snapshot } = sample;
    const failure = driverFailureOf(snapshot);
    if (!failure) return null;
    const { detail } = snapshot.sections.gpu;
    const event = snapshot.events.findLast(({ kind }) => kind === 'driver-mismatch');
    return {
      severity: severityOf(failure, snapshot),
      confidence: 'high',
      summary: SUMMARIES[failure],
      evidence: {
        detail: reading(sample, 'sections.gpu.detail', printableText(detail ?? ''), 'text'),
        exitCode: reading(sample, 'derived.nvidiaSmiExitCode', exitCodeIn(detail), 'text'),
        version: reading(sample, 'derived.lastDriverVersion', lastDriverVersion(sample), 'text'),
        event: event ? reading(sample, 'events.message', printableText(event.message), 'text', { at: event.at }) : null,
      },
      candidateActions: [
        { type: 'notify-oncall', parameters: {} },
        { type: 'k8s-cordon', parameters: {} },
        { type: 'host-fix-driver', parameters: {} },
      ],
    };
  },
});
