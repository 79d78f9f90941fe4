import { cgroupCpuThrottledRule } from './cgroup-cpu-throttled.rule.js';
import { cgroupMemoryNearLimitRule } from './cgroup-memory-near-limit.rule.js';
import { chunkedPrefillMisconfiguredRule } from './chunked-prefill-misconfigured.rule.js';
import { clockLockDecodeEnergyRule } from './clock-lock-decode-energy.rule.js';
import { computeBoundRule } from './compute-bound.rule.js';
import { computeModeRestrictiveRule } from './compute-mode-restrictive.rule.js';
import { cpuStarvedEngineRule } from './cpu-starved-engine.rule.js';
import { eccDisabledDatacenterRule } from './ecc-disabled-datacenter.rule.js';
import { engineAsleepWithTrafficRule } from './engine-asleep-with-traffic.rule.js';
import { engineCrashLoopRule } from './engine-crash-loop.rule.js';
import { engineRestartedRule } from './engine-restarted.rule.js';
import { engineUnreachableRule } from './engine-unreachable.rule.js';
import { fabricUnhealthyRule } from './fabric-unhealthy.rule.js';
import { gpuClocksLockedLowRule } from './gpu-clocks-locked-low.rule.js';
import { gpuEccCorrectableRateRule } from './gpu-ecc-correctable-rate.rule.js';
import { gpuEccUncorrectedRule } from './gpu-ecc-uncorrected.rule.js';
import { gpuFanFailureRule } from './gpu-fan-failure.rule.js';
import { gpuIdleMemoryHeldRule } from './gpu-idle-memory-held.rule.js';
import { gpuIdleUnallocatedRule } from './gpu-idle-unallocated.rule.js';
import { gpuLostRule } from './gpu-lost.rule.js';
import { gpuMemoryTempHighRule } from './gpu-memory-temp-high.rule.js';
import { gpuMissingRule } from './gpu-missing.rule.js';
import { gpuOrphanMemoryRule } from './gpu-orphan-memory.rule.js';
import { gpuOverprovisionedRule } from './gpu-overprovisioned.rule.js';
import { gpuPowerBrakeRule } from './gpu-power-brake.rule.js';
import { gpuPowerCapThrottlingRule } from './gpu-power-cap-throttling.rule.js';
import { gpuPowerLimitBelowDefaultRule } from './gpu-power-limit-below-default.rule.js';
import { gpuRecoveryActionRequiredRule } from './gpu-recovery-action-required.rule.js';
import { gpuRepairPendingRule } from './gpu-repair-pending.rule.js';
import { gpuRetiredPagesRule } from './gpu-retired-pages.rule.js';
import { gpuRowRemapExhaustionRule } from './gpu-row-remap-exhaustion.rule.js';
import { gpuRowRemapFailureRule } from './gpu-row-remap-failure.rule.js';
import { gpuRowRemapPendingRule } from './gpu-row-remap-pending.rule.js';
import { gpuSharedByForeignProcessRule } from './gpu-shared-by-foreign-process.rule.js';
import { gpuSramThresholdExceededRule } from './gpu-sram-threshold-exceeded.rule.js';
import { gpuTelemetryStaleRule } from './gpu-telemetry-stale.rule.js';
import { gpuTempNearLimitRule } from './gpu-temp-near-limit.rule.js';
import { gpuThermalHwSlowdownRule } from './gpu-thermal-hw-slowdown.rule.js';
import { gpuThermalSwSlowdownRule } from './gpu-thermal-sw-slowdown.rule.js';
import { gpuTpStragglerRule } from './gpu-tp-straggler.rule.js';
import { gpuXidAppRule } from './gpu-xid-app.rule.js';
import { gpuXidCriticalRule } from './gpu-xid-critical.rule.js';
import { hostClockSkewRule } from './host-clock-skew.rule.js';
import { hostCpuPressureRule } from './host-cpu-pressure.rule.js';
import { hostDiskFullRule } from './host-disk-full.rule.js';
import { hostIoPressureRule } from './host-io-pressure.rule.js';
import { hostMemoryPressureRule } from './host-memory-pressure.rule.js';
import { hostNetworkSaturationRule } from './host-network-saturation.rule.js';
import { hostOomKillRule } from './host-oom-kill.rule.js';
import { hostSwapThrashRule } from './host-swap-thrash.rule.js';
import { interconnectBoundRule } from './interconnect-bound.rule.js';
import { itlSloDecodeBatchRule } from './itl-slo-decode-batch.rule.js';
import { itlSloPrefillInterferenceRule } from './itl-slo-prefill-interference.rule.js';
import { kvCacheOverprovisionedRule } from './kv-cache-overprovisioned.rule.js';
import { kvCacheSaturatedRule } from './kv-cache-saturated.rule.js';
import { lmcacheChunkTooLargeRule } from './lmcache-chunk-too-large.rule.js';
import { lmcacheDisabledReuseHighRule } from './lmcache-disabled-reuse-high.rule.js';
import { lmcacheEvictionThrashRule } from './lmcache-eviction-thrash.rule.js';
import { lmcacheL1AllocFailureRule } from './lmcache-l1-alloc-failure.rule.js';
import { lmcacheLowHitRule } from './lmcache-low-hit.rule.js';
import { lmcacheMetricsMissingRule } from './lmcache-metrics-missing.rule.js';
import { lmcachePinLeakRule } from './lmcache-pin-leak.rule.js';
import { lmcacheRemoteSlowRule } from './lmcache-remote-slow.rule.js';
import { lmcacheUnhealthyRule } from './lmcache-unhealthy.rule.js';
import { loraThrashRule } from './lora-thrash.rule.js';
import { maxNumSeqsBoundRule } from './max-num-seqs-bound.rule.js';
import { memoryBandwidthBoundRule } from './memory-bandwidth-bound.rule.js';
import { migMisfitRule } from './mig-misfit.rule.js';
import { migModePendingRule } from './mig-mode-pending.rule.js';
import { numaMisplacementRule } from './numa-misplacement.rule.js';
import { nvlinkErrorsRule } from './nvlink-errors.rule.js';
import { nvmlDriverMismatchRule } from './nvml-driver-mismatch.rule.js';
import { pcieLinkDegradedRule } from './pcie-link-degraded.rule.js';
import { pcieReplayRateRule } from './pcie-replay-rate.rule.js';
import { persistenceModeOffRule } from './persistence-mode-off.rule.js';
import { powerLimitEfficiencyOpportunityRule } from './power-limit-efficiency-opportunity.rule.js';
import { preemptionThrashRule } from './preemption-thrash.rule.js';
import { prefixCacheDisabledRule } from './prefix-cache-disabled.rule.js';
import { prefixCacheLowHitRule } from './prefix-cache-low-hit.rule.js';
import { queueBacklogRule } from './queue-backlog.rule.js';
import { replicaIdleSleepableRule } from './replica-idle-sleepable.rule.js';
import { replicaLoadImbalanceRule } from './replica-load-imbalance.rule.js';
import { requestErrorsHighRule } from './request-errors-high.rule.js';
import { requestsDeferredRule } from './requests-deferred.rule.js';
import { specDecodeIneffectiveRule } from './spec-decode-ineffective.rule.js';
import { tpMisfitRule } from './tp-misfit.rule.js';
import { ttftSloFrontendRule } from './ttft-slo-frontend.rule.js';
import { ttftSloPrefillRule } from './ttft-slo-prefill.rule.js';
import { ttftSloQueueRule } from './ttft-slo-queue.rule.js';
import type { Rule } from './rule.js';

/** Every rule of the analysis: GPU, links, configuration, cost, engine, cache, host. */
export const RULES: readonly Rule[] = [
  gpuThermalHwSlowdownRule,
  gpuThermalSwSlowdownRule,
  gpuTempNearLimitRule,
  gpuMemoryTempHighRule,
  gpuPowerBrakeRule,
  gpuPowerCapThrottlingRule,
  gpuEccUncorrectedRule,
  gpuEccCorrectableRateRule,
  gpuSramThresholdExceededRule,
  gpuRowRemapPendingRule,
  gpuRowRemapFailureRule,
  gpuRowRemapExhaustionRule,
  gpuRetiredPagesRule,
  gpuRepairPendingRule,
  gpuRecoveryActionRequiredRule,
  gpuXidCriticalRule,
  gpuXidAppRule,
  gpuLostRule,
  gpuMissingRule,
  nvmlDriverMismatchRule,
  gpuTelemetryStaleRule,
  gpuFanFailureRule,
  pcieLinkDegradedRule,
  pcieReplayRateRule,
  nvlinkErrorsRule,
  fabricUnhealthyRule,
  interconnectBoundRule,
  persistenceModeOffRule,
  gpuClocksLockedLowRule,
  gpuPowerLimitBelowDefaultRule,
  computeModeRestrictiveRule,
  eccDisabledDatacenterRule,
  migModePendingRule,
  migMisfitRule,
  gpuSharedByForeignProcessRule,
  gpuIdleMemoryHeldRule,
  gpuIdleUnallocatedRule,
  gpuOrphanMemoryRule,
  replicaIdleSleepableRule,
  kvCacheOverprovisionedRule,
  gpuOverprovisionedRule,
  powerLimitEfficiencyOpportunityRule,
  clockLockDecodeEnergyRule,
  tpMisfitRule,
  gpuTpStragglerRule,
  replicaLoadImbalanceRule,
  queueBacklogRule,
  kvCacheSaturatedRule,
  preemptionThrashRule,
  maxNumSeqsBoundRule,
  ttftSloQueueRule,
  ttftSloPrefillRule,
  ttftSloFrontendRule,
  itlSloDecodeBatchRule,
  itlSloPrefillInterferenceRule,
  memoryBandwidthBoundRule,
  computeBoundRule,
  cpuStarvedEngineRule,
  engineUnreachableRule,
  requestsDeferredRule,
  prefixCacheLowHitRule,
  prefixCacheDisabledRule,
  lmcacheDisabledReuseHighRule,
  engineAsleepWithTrafficRule,
  requestErrorsHighRule,
  engineRestartedRule,
  engineCrashLoopRule,
  loraThrashRule,
  chunkedPrefillMisconfiguredRule,
  specDecodeIneffectiveRule,
  lmcacheUnhealthyRule,
  lmcacheLowHitRule,
  lmcacheEvictionThrashRule,
  lmcacheRemoteSlowRule,
  lmcacheL1AllocFailureRule,
  lmcachePinLeakRule,
  lmcacheChunkTooLargeRule,
  lmcacheMetricsMissingRule,
  hostMemoryPressureRule,
  hostSwapThrashRule,
  hostOomKillRule,
  hostDiskFullRule,
  hostIoPressureRule,
  hostCpuPressureRule,
  cgroupCpuThrottledRule,
  cgroupMemoryNearLimitRule,
  numaMisplacementRule,
  hostClockSkewRule,
  hostNetworkSaturationRule,
];
