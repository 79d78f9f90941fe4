import { appErrorsScenarios } from './families/app-errors.scenarios.js';
import { engineAvailabilityScenarios } from './families/engine-availability.scenarios.js';
import { engineConfigurationScenarios } from './families/engine-configuration.scenarios.js';
import { engineFirstTokenScenarios } from './families/engine-first-token.scenarios.js';
import { engineHardwareLimitsScenarios } from './families/engine-hardware-limits.scenarios.js';
import { engineQueueScenarios } from './families/engine-queue.scenarios.js';
import { engineReplicasScenarios } from './families/engine-replicas.scenarios.js';
import { engineSglangScenarios } from './families/engine-sglang.scenarios.js';
import { engineStallsScenarios } from './families/engine-stalls.scenarios.js';
import { engineTokenLatencyScenarios } from './families/engine-token-latency.scenarios.js';
import { engineVersionsScenarios } from './families/engine-versions.scenarios.js';
import { gapsScenarios } from './families/gaps.scenarios.js';
import { gpuAvailabilityScenarios } from './families/gpu-availability.scenarios.js';
import { gpuConfigurationScenarios } from './families/gpu-configuration.scenarios.js';
import { gpuEccScenarios } from './families/gpu-ecc.scenarios.js';
import { gpuLinksScenarios } from './families/gpu-links.scenarios.js';
import { gpuMemoryRepairScenarios } from './families/gpu-memory-repair.scenarios.js';
import { gpuPowerClocksScenarios } from './families/gpu-power-clocks.scenarios.js';
import { gpuPowerNormalScenarios } from './families/gpu-power-normal.scenarios.js';
import { gpuSeveralFaultsScenarios } from './families/gpu-several-faults.scenarios.js';
import { gpuStragglersScenarios } from './families/gpu-stragglers.scenarios.js';
import { gpuThermalScenarios } from './families/gpu-thermal.scenarios.js';
import { gpuWarmNotThrottledScenarios } from './families/gpu-warm-not-throttled.scenarios.js';
import { gpuXidAppScenarios } from './families/gpu-xid-app.scenarios.js';
import { gpuXidScenarios } from './families/gpu-xid.scenarios.js';
import { healthyCacheScenarios } from './families/healthy-cache.scenarios.js';
import { healthyGpuScenarios } from './families/healthy-gpu.scenarios.js';
import { healthyHostScenarios } from './families/healthy-host.scenarios.js';
import { healthyIdleScenarios } from './families/healthy-idle.scenarios.js';
import { healthyLoadScenarios } from './families/healthy-load.scenarios.js';
import { healthyRecordingScenarios } from './families/healthy-recording.scenarios.js';
import { hostCpuScenarios } from './families/host-cpu.scenarios.js';
import { hostIoScenarios } from './families/host-io.scenarios.js';
import { hostMemoryScenarios } from './families/host-memory.scenarios.js';
import { hostTwinsScenarios } from './families/host-twins.scenarios.js';
import { lmcacheHealthScenarios } from './families/lmcache-health.scenarios.js';
import { lmcacheHitsScenarios } from './families/lmcache-hits.scenarios.js';
import { multiChainsScenarios } from './families/multi-chains.scenarios.js';
import { multiScenarios } from './families/multi.scenarios.js';
import type { Scenario } from './scenario.js';

/** Every scenario of every family; a spec notices a family that is left out. */
export const SCENARIOS: readonly Scenario[] = [
  ...appErrorsScenarios,
  ...engineAvailabilityScenarios,
  ...engineConfigurationScenarios,
  ...engineFirstTokenScenarios,
  ...engineHardwareLimitsScenarios,
  ...engineQueueScenarios,
  ...engineReplicasScenarios,
  ...engineSglangScenarios,
  ...engineStallsScenarios,
  ...engineTokenLatencyScenarios,
  ...engineVersionsScenarios,
  ...gapsScenarios,
  ...gpuAvailabilityScenarios,
  ...gpuConfigurationScenarios,
  ...gpuEccScenarios,
  ...gpuLinksScenarios,
  ...gpuMemoryRepairScenarios,
  ...gpuPowerClocksScenarios,
  ...gpuPowerNormalScenarios,
  ...gpuSeveralFaultsScenarios,
  ...gpuStragglersScenarios,
  ...gpuThermalScenarios,
  ...gpuWarmNotThrottledScenarios,
  ...gpuXidAppScenarios,
  ...gpuXidScenarios,
  ...healthyCacheScenarios,
  ...healthyGpuScenarios,
  ...healthyHostScenarios,
  ...healthyIdleScenarios,
  ...healthyLoadScenarios,
  ...healthyRecordingScenarios,
  ...hostCpuScenarios,
  ...hostIoScenarios,
  ...hostMemoryScenarios,
  ...hostTwinsScenarios,
  ...lmcacheHealthScenarios,
  ...lmcacheHitsScenarios,
  ...multiChainsScenarios,
  ...multiScenarios,
];
