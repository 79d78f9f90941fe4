import type { Gpu } from '@app/core';
import { gpuIdOf } from '@app/core';
import { counterDelta, isBusy, secondsSincePrevious } from './derived-readings.js';
import { enginesOn } from './engine-gpus.js';
import { BUSY_UTILIZATION, loadReading } from './gpu-load-readings.js';
import { historyOf } from './history-readings.js';
import { bestGeneration, isBelowBest, isBetterLink } from './pcie-readings.js';
import { CLEAR, type RuleSample, type Run, defineRule, firstOf, lastOf, missing, reading } from './rule.js';

type Threshold = 'busyUtilization' | 'severeWidthRatio';

function missingInputs(gpu: Gpu, busyUtilization: number): string[] {
  const inputs: [string, unknown][] = [
    ['gpus.pcie.generation', gpu.pcie.generation],
    ['gpus.pcie.width', gpu.pcie.width],
    ['gpus.pcie.maxGeneration', gpu.pcie.maxGeneration],
    ['gpus.pcie.maxWidth', gpu.pcie.maxWidth],
    ['gpus.utilization.gpuRatio', isBusy(gpu, busyUtilization)],
  ];
  return inputs.filter(([, value]) => value === null).map(([signal]) => signal);
}

function isVirtual({ virtualizationMode }: Gpu): boolean {
  return virtualizationMode !== null && virtualizationMode !== 'None';
}

/** Busy GPUs of the same model: an idle one rests its link. */
function siblingsOf(sample: RuleSample<Gpu>, busyUtilization: number): readonly Gpu[] {
  return sample.snapshot.gpus.filter(
    (gpu) =>
      gpuIdOf(gpu) !== sample.subject.id &&
      gpu.name !== null &&
      gpu.name === sample.state.name &&
      isBusy(gpu, busyUtilization),
  );
}

/** The better link that the GPU itself had earlier in the window, or that a sibling has. */
function betterLink(run: Run<Gpu>, siblings: readonly Gpu[]): Gpu['pcie'] | null {
  const { pcie } = lastOf(run).state;
  const before = firstOf(run).previous;
  const earlier = before ? historyOf(before).map(({ state }) => state) : [];
  return [...siblings, ...earlier].find((gpu) => isBetterLink(gpu.pcie, pcie))?.pcie ?? null;
}

function replayDelta(sample: RuleSample<Gpu>): number | null {
  return counterDelta(sample.previous?.state.pcie.replayCount, sample.state.pcie.replayCount);
}

/** The PCIe link stays below what GPU and slot can do although the GPU works. */
export const pcieLinkDegradedRule = defineRule<'gpu', Threshold>({
  id: 'pcie-link-degraded',
  title: 'PCIe link of the GPU is slower than it can be',
  category: 'health',
  scope: 'gpu',
  durationClass: 'D1',
  sections: ['gpu'],
  keeps: 'state',
  inputs: [
    { signal: 'gpus.pcie.generation', required: true },
    { signal: 'gpus.pcie.width', required: true },
    { signal: 'gpus.pcie.maxGeneration', required: true },
    { signal: 'gpus.pcie.maxWidth', required: true },
    { signal: 'gpus.utilization.gpuRatio', required: true },
    { signal: 'gpus.profiling.smActiveRatio', required: false },
    { signal: 'gpus.pcie.hostMaxGeneration', required: false },
    { signal: 'gpus.virtualizationMode', required: false },
    { signal: 'gpus.pcie.replayCount', required: false },
    { signal: 'gpus.pcie.rxBytesPerSecond', required: false },
    { signal: 'gpus.pcie.txBytesPerSecond', required: false },
    { signal: 'engines.externalCacheHitRatio', required: false },
  ],
  thresholds: {
    busyUtilization: BUSY_UTILIZATION,
    severeWidthRatio: {
      value: 0.25,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 0.5 },
      description: 'share of the possible lanes up to which a narrow link is severe',
    },
  },
  candidateActions: ['notify-oncall', 'collect-diagnostics'],
  reference:
    'nvidia-smi query help: generation and width may be reduced when the GPU is not in use; cloud GPUs often have fewer lanes for good',

  judge(sample, { thresholds }) {
    const { state: gpu } = sample;
    if (isVirtual(gpu) && gpu.pcie.hostMaxGeneration === null) {
      return { status: 'inapplicable', reason: 'the virtual machine does not tell what the slot of the host can do' };
    }
    const isWorking = isBusy(gpu, thresholds.busyUtilization);
    const isBelow = isBelowBest(gpu.pcie);
    if (isWorking === null || isBelow === null) return missing(...missingInputs(gpu, thresholds.busyUtilization));
    return isWorking && isBelow ? { status: 'holds' } : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const { pcie } = sample.state;
    const best = bestGeneration(pcie) ?? 0;
    const maxWidth = pcie.maxWidth ?? 0;
    const siblings = siblingsOf(sample, context.thresholds.busyUtilization);
    const better = betterLink(run, siblings);
    // The same for all of them is how the machine was built.
    if (better === null && siblings.length > 0) return null;
    const external = Math.max(
      0,
      ...enginesOn(sample.subject.id, sample.snapshot).map((engine) => engine.externalCacheHitRatio ?? 0),
    );
    const isNarrow = (pcie.width ?? maxWidth) <= context.thresholds.severeWidthRatio * maxWidth;
    const below = (value: number | null, limit: number, source: string) =>
      value !== null && value < limit ? ({ operator: '<', threshold: limit, source } as const) : null;
    const known = better === null ? ', which may be how the machine is built' : ', which it or a sibling exceeds';
    return {
      severity: better === null ? 'info' : isNarrow || external > 0 ? 'high' : 'medium',
      confidence: better === null ? 'low' : 'high',
      summary: `The PCIe link of the busy GPU runs at generation {generation} with {width} lanes, of {maxGeneration} and {maxWidth} possible${known}.`,
      evidence: {
        width: reading(sample, 'gpus.pcie.width', pcie.width, 'count', {
          bound: below(pcie.width, maxWidth, 'widest link that the driver reports'),
        }),
        generation: reading(sample, 'gpus.pcie.generation', pcie.generation, 'count', {
          bound: below(pcie.generation, best, 'fastest link that the driver reports for GPU and slot'),
        }),
        maxWidth: reading(sample, 'gpus.pcie.maxWidth', pcie.maxWidth, 'count'),
        maxGeneration: reading(sample, 'derived.pcieBestGeneration', best, 'count'),
        betterWidth: reading(sample, 'derived.pcieReferenceWidth', better?.width, 'count'),
        betterGeneration: reading(sample, 'derived.pcieReferenceGeneration', better?.generation, 'count'),
        replays: reading(sample, 'derived.pcieReplayDelta', replayDelta(sample), 'count', {
          windowSeconds: secondsSincePrevious(sample) ?? 0,
        }),
        rx: reading(sample, 'gpus.pcie.rxBytesPerSecond', pcie.rxBytesPerSecond, 'bytesPerSecond'),
        tx: reading(sample, 'gpus.pcie.txBytesPerSecond', pcie.txBytesPerSecond, 'bytesPerSecond'),
        external: reading(sample, 'engines.externalCacheHitRatio', external || null, 'ratio'),
        load: loadReading(sample),
      },
      candidateActions:
        better === null
          ? []
          : [
              { type: 'notify-oncall', parameters: {} },
              { type: 'collect-diagnostics', parameters: {} },
            ],
    };
  },
});
