import type { CandidateAction, Engine, Gpu } from '@app/core';
import { gpuIdOf } from '@app/core';
import { clockRatio, isBusy } from './derived-readings.js';
import { type TensorGroup, tensorGroupOf } from './engine-gpus.js';
import { breachDuring, breachReading } from './engine-readings.js';
import { BUSY_UTILIZATION, SLOWDOWN_REASONS, hasReason } from './gpu-load-readings.js';
import { CLEAR, type RuleContext, type RuleSample, defineRule, lastOf, missing, reading, recentOf } from './rule.js';

type Threshold = 'busyUtilization' | 'deviation' | 'smActiveDifference';
type Reason = 'slowdown' | 'power-limit' | 'clock' | 'sm-active';

/** The one member that differs, in what, and what is usual among the others. */
interface Straggler {
  readonly gpu: Gpu;
  readonly reason: Reason;
  readonly own: number | null;
  readonly usual: number | null;
}

/** One reading of every member, to compare each with the others. */
class Spread {
  private readonly values: number[] = [];
  private isSorted = false;
  lowest = Infinity;
  highest = -Infinity;

  constructor(
    gpus: readonly Gpu[],
    readonly valueOf: (gpu: Gpu) => number | null,
  ) {
    for (const gpu of gpus) {
      const value = valueOf(gpu);
      if (value === null) continue;
      this.values.push(value);
      this.lowest = Math.min(this.lowest, value);
      this.highest = Math.max(this.highest, value);
    }
  }

  /** The median of the values without the member's own, by the nearest rank; null without others. */
  usualBeside(own: number | null): number | null {
    if (!this.isSorted) this.values.sort((a, b) => a - b);
    this.isSorted = true;
    const others = own === null ? this.values.length : this.values.length - 1;
    const rank = Math.max(0, Math.ceil(others / 2) - 1);
    // From its own place on, the values of the others are one further on.
    const isPastOwn = own !== null && (this.values[rank] ?? own) >= own;
    return this.values[isPastOwn ? rank + 1 : rank] ?? null;
  }
}

interface Members {
  readonly count: number;
  readonly slowed: number;
  readonly clock: Spread;
  readonly limit: Spread;
  readonly smActive: Spread;
}

const limitOf = ({ power }: Gpu): number | null => power.enforcedLimitWatts || null;
const smActiveOf = ({ profiling }: Gpu): number | null => profiling.smActiveRatio;

function isSlowed(gpu: Gpu): boolean {
  return hasReason(gpu, SLOWDOWN_REASONS);
}

function membersOf(gpus: readonly Gpu[], busyUtilization: number): Members {
  return {
    count: gpus.length,
    slowed: gpus.filter(isSlowed).length,
    clock: new Spread(gpus, (gpu) => clockRatio(gpu, busyUtilization)),
    limit: new Spread(gpus, limitOf),
    smActive: new Spread(gpus, smActiveOf),
  };
}

/** Where even the lowest and the highest are alike, nobody has to be compared with the others one by one. */
function areAlike({ slowed, clock, limit, smActive }: Members, { thresholds }: RuleContext<Threshold>): boolean {
  const isNarrow = ({ lowest, highest }: Spread) => lowest > (1 - thresholds.deviation) * highest;
  const isSmNarrow = smActive.highest - smActive.lowest < thresholds.smActiveDifference;
  return slowed !== 1 && isNarrow(clock) && isNarrow(limit) && isSmNarrow;
}

/** In what a member falls behind the others of its group; the more certain sign first. */
function lagOf(gpu: Gpu, members: Members, { thresholds }: RuleContext<Threshold>): Straggler | null {
  const lag = (reason: Reason, spread: Spread): Straggler => {
    const own = spread.valueOf(gpu);
    return { gpu, reason, own, usual: spread.usualBeside(own) };
  };
  const isLower = ({ own, usual }: Straggler) =>
    own !== null && usual !== null && own <= (1 - thresholds.deviation) * usual;
  if (members.slowed === 1 && isSlowed(gpu)) return lag('slowdown', members.clock);
  const byLimit = lag('power-limit', members.limit);
  if (isLower(byLimit)) return byLimit;
  const byClock = lag('clock', members.clock);
  if (isLower(byClock)) return byClock;
  const bySm = lag('sm-active', members.smActive);
  const difference = bySm.own === null || bySm.usual === null ? 0 : bySm.own - bySm.usual;
  // Of two members that differ, the busier one is the one that the other waits for.
  const differs = members.count > 2 ? Math.abs(difference) : difference;
  return differs >= thresholds.smActiveDifference ? bySm : null;
}

function stragglersOf(gpus: readonly Gpu[], context: RuleContext<Threshold>): readonly Straggler[] {
  const members = membersOf(gpus, context.thresholds.busyUtilization);
  return areAlike(members, context) ? [] : gpus.flatMap((gpu) => lagOf(gpu, members, context) ?? []);
}

function groupOf(sample: RuleSample<Engine>): TensorGroup {
  return tensorGroupOf(sample.state, sample.snapshot);
}

function stragglerIn(sample: RuleSample<Engine>, context: RuleContext<Threshold>): Straggler | null {
  const { gpus } = groupOf(sample);
  const stragglers = gpus === null ? [] : stragglersOf(gpus, context);
  return stragglers.length === 1 ? (stragglers[0] ?? null) : null;
}

/** Those of the cause, as far as it shows. */
function actionsFor({ gpu, reason }: Straggler): CandidateAction[] {
  const { enforcedLimitWatts, defaultLimitWatts } = gpu.power;
  const isLowered = (enforcedLimitWatts ?? 0) < (defaultLimitWatts ?? 0);
  return [
    ...(reason === 'power-limit' && isLowered ? [{ type: 'gpu-restore-power-limit', parameters: {} }] : []),
    ...(reason === 'clock' && !isLowered ? [{ type: 'gpu-reset-clocks', parameters: {} }] : []),
    { type: 'notify-oncall', parameters: {} },
  ];
}

const SUMMARIES: Readonly<Record<Reason, string>> = {
  slowdown: 'Of the GPUs that work in step, only {gpu} is slowed down by the driver: {slowdown}.',
  'power-limit': 'Of the GPUs that work in step, {gpu} may draw only {ownLimit}; the others may draw {usualLimit}.',
  clock: 'Of the GPUs that work in step, {gpu} runs at {ownClock} of its clock; the others run at {usualClock}.',
  'sm-active':
    'Of the GPUs that work in step, {gpu} keeps its SMs active for {ownSm} of the time; the others do for {usualSm}.',
};

/** GPUs that compute every layer together run at the speed of the slowest, and one of them is slower. */
export const gpuTpStragglerRule = defineRule<'engine', Threshold>({
  id: 'gpu-tp-straggler',
  title: 'One GPU of a tensor-parallel group holds the others back',
  category: 'bottleneck',
  scope: 'engine',
  durationClass: 'D1',
  sections: ['gpu', 'engines'],
  keeps: 'state',
  inputs: [
    { signal: 'engines.gpuUuids', required: true },
    { signal: 'gpus.utilization.gpuRatio', required: true },
    { signal: 'gpus.clocks.smMhz', required: true },
    { signal: 'gpus.clocks.maxSmMhz', required: true },
    { signal: 'engines.process', required: false },
    { signal: 'gpus.clockEventReasons', required: false },
    { signal: 'gpus.power.enforcedLimitWatts', required: false },
    { signal: 'gpus.profiling.smActiveRatio', required: false },
    { signal: 'engines.histograms.interTokenLatency', required: false },
  ],
  thresholds: {
    busyUtilization: BUSY_UTILIZATION,
    deviation: {
      value: 0.1,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.02, max: 0.9 },
      description: 'part by which clock or power limit of one GPU is below that of the others',
      softens: 'down',
    },
    smActiveDifference: {
      value: 0.2,
      unit: 'ratio',
      source: 'engineering choice',
      range: { min: 0.05, max: 0.9 },
      description: 'difference of the SM activity of one GPU from that of the others',
      softens: 'down',
    },
  },
  candidateActions: ['gpu-restore-power-limit', 'gpu-reset-clocks', 'notify-oncall'],
  reference: 'engineering choice; steps in lockstep run at the speed of the slowest member',

  judge(sample, context) {
    const { busyUtilization } = context.thresholds;
    const group = groupOf(sample);
    if (group.gpus === null) {
      return 'missing' in group ? missing(group.missing) : { status: 'inapplicable', reason: group.reason };
    }
    const { gpus } = group;
    if (gpus.some(({ name }) => name !== gpus[0]?.name)) {
      return { status: 'inapplicable', reason: 'the GPUs of the engine are of different models' };
    }
    if (gpus.some((gpu) => isBusy(gpu, busyUtilization) === null)) return missing('gpus.utilization.gpuRatio');
    if (gpus.some((gpu) => isBusy(gpu, busyUtilization) === false)) return CLEAR;
    if (stragglerIn(sample, context)) return { status: 'holds' };
    if (gpus.some(({ clocks }) => clocks.smMhz === null)) return missing('gpus.clocks.smMhz');
    return gpus.some(({ clocks }) => !clocks.maxSmMhz) ? missing('gpus.clocks.maxSmMhz') : CLEAR;
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const group = groupOf(sample);
    const straggler = stragglerIn(sample, context);
    if (straggler === null || group.gpus === null) return null;
    const id = gpuIdOf(straggler.gpu);
    const ids = recentOf(run, context.durations).map((held) => stragglerIn(held.sample, context)?.gpu);
    // A different one each time is noise of the load, not a slow GPU.
    if (ids.some((gpu) => gpu && gpuIdOf(gpu) !== id)) return null;
    const itl = breachDuring(run, context, 'interTokenLatency');
    const { reason, gpu, own, usual } = straggler;
    const isClock = reason === 'clock' || reason === 'slowdown';
    const { source } = context.bound('<=', reason === 'sm-active' ? 'smActiveDifference' : 'deviation');
    const { deviation } = context.thresholds;
    const lower = usual === null ? null : ({ operator: '<=', threshold: usual * (1 - deviation), source } as const);
    const slowdown = gpu.clockEventReasons?.find((each) => SLOWDOWN_REASONS.includes(each)) ?? null;
    const bySm = reason === 'sm-active';
    const byLimit = reason === 'power-limit';
    return {
      severity: itl ? 'high' : 'medium',
      confidence: group.isDeclared ? 'high' : 'medium',
      summary: SUMMARIES[reason],
      evidence: {
        gpu: reading(sample, 'gpus.uuid', id, 'text'),
        slowdown: reading(sample, 'gpus.clockEventReasons', slowdown, 'text'),
        ownClock: reading(sample, 'derived.clockRatio', isClock ? own : null, 'ratio', {
          bound: reason === 'clock' ? lower : null,
        }),
        usualClock: reading(sample, 'derived.peerClockRatio', isClock ? usual : null, 'ratio'),
        ownLimit: reading(sample, 'gpus.power.enforcedLimitWatts', byLimit ? own : null, 'watts', { bound: lower }),
        usualLimit: reading(sample, 'derived.peerPowerLimitWatts', byLimit ? usual : null, 'watts'),
        ownSm: reading(sample, 'gpus.profiling.smActiveRatio', bySm ? own : null, 'ratio'),
        usualSm: reading(sample, 'derived.peerSmActiveRatio', bySm ? usual : null, 'ratio'),
        temperature: reading(sample, 'gpus.temperature.gpuCelsius', gpu.temperature.gpuCelsius, 'celsius'),
        draw: reading(sample, 'gpus.power.drawWatts', gpu.power.drawWatts, 'watts'),
        width: reading(sample, 'gpus.pcie.width', gpu.pcie.width, 'count'),
        itl: breachReading(sample, itl),
      },
      candidateActions: actionsFor(straggler),
    };
  },
});
