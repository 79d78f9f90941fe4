import { cgroupCpuThrottledRule } from './cgroup-cpu-throttled.rule.js';
import { gpuEccUncorrectedRule } from './gpu-ecc-uncorrected.rule.js';
import { gpuPowerCapThrottlingRule } from './gpu-power-cap-throttling.rule.js';
import { gpuRowRemapPendingRule } from './gpu-row-remap-pending.rule.js';
import { gpuThermalHwSlowdownRule } from './gpu-thermal-hw-slowdown.rule.js';
import { gpuXidCriticalRule } from './gpu-xid-critical.rule.js';
import { hostMemoryPressureRule } from './host-memory-pressure.rule.js';
import { kvCacheSaturatedRule } from './kv-cache-saturated.rule.js';
import { maxNumSeqsBoundRule } from './max-num-seqs-bound.rule.js';
import { queueBacklogRule } from './queue-backlog.rule.js';
import type { Rule } from './rule.js';

/** Every rule of the analysis: GPU, engine, host. */
export const RULES: readonly Rule[] = [
  gpuThermalHwSlowdownRule,
  gpuPowerCapThrottlingRule,
  gpuEccUncorrectedRule,
  gpuRowRemapPendingRule,
  gpuXidCriticalRule,
  queueBacklogRule,
  kvCacheSaturatedRule,
  maxNumSeqsBoundRule,
  hostMemoryPressureRule,
  cgroupCpuThrottledRule,
];
