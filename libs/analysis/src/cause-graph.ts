import type { Finding } from '@app/core';
import { ECC_XIDS } from './rules/gpu-ecc-uncorrected.rule.js';

/** A declared relation of cause and effect between findings of two rules. */
export interface CauseEdge {
  readonly cause: string;
  readonly effect: string;
  /** Narrows the edge to some findings of the two rules. */
  readonly when?: (cause: Finding, effect: Finding) => boolean;
}

interface CauseRow {
  readonly causes: readonly string[];
  readonly effects: readonly string[];
  readonly when?: CauseEdge['when'];
}

const TTFT = ['ttft-slo-queue', 'ttft-slo-prefill', 'ttft-slo-frontend'];
const ITL = ['itl-slo-decode-batch', 'itl-slo-prefill-interference'];
const IDLE = ['gpu-idle-memory-held', 'gpu-idle-unallocated'];
const RESTARTS = ['engine-restarted', 'engine-crash-loop'];
const HEAT = ['gpu-thermal-hw-slowdown', 'gpu-thermal-sw-slowdown'];
const COLD_CACHES = ['prefix-cache-low-hit', 'lmcache-low-hit'];

function codesOf(finding: Finding): readonly unknown[] {
  return finding.evidence.filter(({ signal }) => signal === 'events.code').map(({ value }) => value);
}

function isEccXid(_: Finding, effect: Finding): boolean {
  const codes = codesOf(effect);
  return codes.length > 0 && codes.every((code) => typeof code === 'number' && ECC_XIDS.includes(code));
}

/** The XID that says that the GPU fell off the bus. */
const OFF_THE_BUS_XID = 79;

function isOffTheBus(_: Finding, effect: Finding): boolean {
  const codes = codesOf(effect);
  return codes.length > 0 && codes.every((code) => code === OFF_THE_BUS_XID);
}

/** The XID that says that a remap failed. */
const REMAP_FAILURE_XID = 64;

function isRemapXid(_: Finding, effect: Finding): boolean {
  const codes = codesOf(effect);
  return codes.length > 0 && codes.every((code) => code === REMAP_FAILURE_XID);
}

/** An application's error or an event that asks for nothing takes no GPU away. */
function takesGpuAway(finding: Finding): boolean {
  if (finding.severity === 'critical') return true;
  const classes = finding.evidence.filter(({ signal }) => signal === 'derived.xidClass').map(({ value }) => value);
  return classes.some((name) => name === 'reset' || name === 'reboot');
}

/** The finding of the fleet names the engine that has too much. */
function isTheHotReplica(cause: Finding, effect: Finding): boolean {
  return cause.evidence.some(({ signal, value }) => signal === 'engines.id' && value === effect.subject.id);
}

function isOfControlGroup(_: Finding, effect: Finding): boolean {
  return !effect.evidence.some(
    ({ signal, threshold }) => signal === 'derived.memoryAvailableRatio' && threshold !== null,
  );
}

/**
 * Which finding explains which, row by row. What is not in here is never called a cause. The subjects have to belong
 * together as well: an engine and the GPUs that it is known to use, a cache and its engine, anything and its host.
 */
const ROWS: readonly CauseRow[] = [
  // A GPU that is gone, or is to be reset.
  {
    causes: ['gpu-lost', 'gpu-missing', 'gpu-recovery-action-required'],
    effects: [
      'engine-unreachable',
      'request-errors-high',
      'gpu-telemetry-stale',
      ...RESTARTS,
      'gpu-tp-straggler',
      ...IDLE,
      'replica-load-imbalance',
    ],
  },
  { causes: ['gpu-lost', 'gpu-recovery-action-required'], effects: ['gpu-missing'] },
  { causes: ['gpu-lost'], effects: ['gpu-xid-critical'], when: isOffTheBus },
  {
    causes: ['gpu-xid-critical'],
    when: takesGpuAway,
    effects: [
      'engine-unreachable',
      'request-errors-high',
      'gpu-telemetry-stale',
      'gpu-missing',
      ...RESTARTS,
      'gpu-tp-straggler',
      ...IDLE,
      'replica-load-imbalance',
    ],
  },
  { causes: ['gpu-xid-critical'], effects: ['gpu-recovery-action-required'] },
  { causes: ['gpu-row-remap-failure'], effects: ['gpu-xid-critical'], when: isRemapXid },
  { causes: ['nvml-driver-mismatch'], effects: ['gpu-telemetry-stale', 'gpu-missing'] },
  { causes: ['gpu-ecc-uncorrected'], effects: ['gpu-row-remap-pending', ...RESTARTS] },
  { causes: ['gpu-ecc-uncorrected'], effects: ['gpu-xid-critical', 'gpu-xid-app'], when: isEccXid },
  // A GPU that is slowed down.
  { causes: ['gpu-fan-failure'], effects: [...HEAT, 'gpu-temp-near-limit', 'gpu-memory-temp-high'] },
  { causes: HEAT, effects: ['gpu-temp-near-limit'] },
  { causes: ['gpu-thermal-hw-slowdown'], effects: ['gpu-thermal-sw-slowdown'] },
  {
    causes: [...HEAT, 'gpu-power-brake'],
    effects: [
      'gpu-clocks-locked-low',
      'gpu-tp-straggler',
      'queue-backlog',
      ...TTFT,
      ...ITL,
      'compute-bound',
      'preemption-thrash',
      'replica-load-imbalance',
      'gpu-power-cap-throttling',
    ],
  },
  {
    causes: ['gpu-clocks-locked-low', 'gpu-power-limit-below-default'],
    effects: ['gpu-power-cap-throttling', 'gpu-tp-straggler', 'queue-backlog', 'ttft-slo-prefill', ...ITL],
  },
  {
    causes: ['pcie-link-degraded', 'nvlink-errors', 'fabric-unhealthy'],
    effects: ['interconnect-bound', 'gpu-tp-straggler', ...ITL, 'lmcache-remote-slow'],
  },
  { causes: ['pcie-replay-rate'], effects: ['pcie-link-degraded'] },
  // The host.
  {
    causes: ['cgroup-cpu-throttled', 'host-cpu-pressure'],
    effects: ['cpu-starved-engine', 'ttft-slo-frontend', 'queue-backlog', 'gpu-overprovisioned'],
  },
  // Tasks that a limit holds back wait, and the kernel counts that as pressure.
  { causes: ['cgroup-cpu-throttled'], effects: ['host-cpu-pressure'] },
  { causes: ['cpu-starved-engine'], effects: ['ttft-slo-frontend', 'ttft-slo-queue', 'queue-backlog'] },
  { causes: ['host-memory-pressure', 'cgroup-memory-near-limit'], effects: ['host-oom-kill'] },
  { causes: ['cgroup-memory-near-limit'], effects: ['host-memory-pressure'], when: isOfControlGroup },
  { causes: ['host-memory-pressure'], effects: ['host-swap-thrash', 'host-io-pressure', 'ttft-slo-frontend'] },
  { causes: ['host-swap-thrash'], effects: ['host-io-pressure'] },
  {
    causes: ['host-oom-kill'],
    effects: [...RESTARTS, 'engine-unreachable', 'request-errors-high', ...COLD_CACHES, 'lmcache-unhealthy'],
  },
  { causes: ['host-disk-full'], effects: ['lmcache-l1-alloc-failure'] },
  { causes: ['host-network-saturation'], effects: ['lmcache-remote-slow'] },
  // Caches.
  { causes: ['lmcache-unhealthy'], effects: ['lmcache-low-hit', 'ttft-slo-prefill', 'queue-backlog', 'compute-bound'] },
  { causes: ['lmcache-remote-slow'], effects: ['requests-deferred', ...TTFT] },
  {
    causes: ['prefix-cache-low-hit', 'prefix-cache-disabled', 'lmcache-disabled-reuse-high'],
    effects: ['ttft-slo-prefill', 'compute-bound'],
  },
  // Engines.
  { causes: ['kv-cache-saturated'], effects: ['preemption-thrash', 'queue-backlog', 'ttft-slo-queue', ...ITL] },
  { causes: ['max-num-seqs-bound'], effects: ['queue-backlog', 'ttft-slo-queue'] },
  { causes: ['gpu-shared-by-foreign-process'], effects: ['kv-cache-saturated', 'queue-backlog', 'preemption-thrash'] },
  { causes: ['lora-thrash'], effects: ['requests-deferred', 'ttft-slo-queue'] },
  { causes: ['queue-backlog'], effects: ['ttft-slo-queue', 'request-errors-high'] },
  { causes: ['chunked-prefill-misconfigured'], effects: ['ttft-slo-prefill', 'itl-slo-prefill-interference'] },
  // What a GPU is bound by counts as trouble only because an objective is missed: that is the finding.
  { causes: ['itl-slo-decode-batch'], effects: ['memory-bandwidth-bound'] },
  { causes: ['ttft-slo-prefill'], effects: ['compute-bound'] },
  { causes: ['replica-load-imbalance'], effects: ['queue-backlog', 'kv-cache-saturated'], when: isTheHotReplica },
  { causes: ['engine-restarted'], effects: COLD_CACHES },
  {
    causes: ['engine-crash-loop'],
    effects: [
      'engine-restarted',
      'engine-unreachable',
      'request-errors-high',
      ...COLD_CACHES,
      'queue-backlog',
      ...TTFT,
    ],
  },
  {
    causes: ['engine-asleep-with-traffic'],
    effects: [...IDLE, 'engine-unreachable', 'request-errors-high', 'queue-backlog', ...TTFT],
  },
];

/** Every edge of the graph. */
export const CAUSES: readonly CauseEdge[] = ROWS.flatMap(({ causes, effects, when }) =>
  causes.flatMap((cause) => effects.map((effect) => ({ cause, effect, ...(when === undefined ? {} : { when }) }))),
);

/** Context that explains although it is no trouble of its own: a restart leaves caches cold. */
export const EXPLAINING_CONTEXT: readonly string[] = ['engine-restarted'];
