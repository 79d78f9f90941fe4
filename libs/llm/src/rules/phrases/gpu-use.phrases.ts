import { look, type RulePhrases, say } from './rule-phrase.js';

/** Settings of a GPU, what limits it, and how well it is used. */
export const GPU_USE_PHRASES: RulePhrases = {
  'gpu-clocks-locked-low': say(
    'the clock of {subject} looks locked below [its|their] maximum',
    'the GPU clock stays low',
    'the SM clock reaches its maximum under load',
  ),
  'gpu-power-limit-below-default': say(
    'the power limit of {subject} is below [its|their] default',
    'the power limit holds the GPU back',
    'the enforced power limit equals the default and the SM clock is higher under the same load',
    look(
      'Find out who holds the power limit of {subject} down',
      'Something outside the driver, such as the BMC or a rack power cap, seems to enforce it; a limit set here would not stick.',
    ),
  ),
  'gpu-power-cap-throttling': say(
    '{subject} [runs|run] at [its|their] power limit',
    'the GPU runs at its power limit',
    'the power draw is below the limit and the SM clock is higher',
  ),
  'gpu-tp-straggler': say(
    'one GPU of {subject} holds the others of its tensor-parallel group back',
    'the GPUs that work in step with it have to wait',
    'the GPUs of the group show the same clock and activity',
    look(
      'Find out why one GPU of {subject} is slower than its peers',
      'Compare clocks, power limits, temperatures and links within the group.',
    ),
  ),
  'compute-bound': say(
    '{subject} [is|are] limited by computing power',
    '',
    'the time to first token is within its objective',
  ),
  'memory-bandwidth-bound': say(
    '{subject} [is|are] limited by memory bandwidth',
    '',
    'the inter-token latency is within its objective',
  ),
  'interconnect-bound': say(
    'the link between the GPUs of {subject} is the bottleneck',
    'the link between the GPUs is the bottleneck',
    'the link is less used and the tensor cores are more active under the same load',
  ),
  'compute-mode-restrictive': say(
    'the compute mode of {subject} keeps processes off',
    'the compute mode keeps processes off the GPU',
    'the compute mode reads Default',
  ),
  'persistence-mode-off': say(
    'persistence mode is off on {subject}',
    'the driver forgets its settings when the GPU is unused',
    'the persistence mode reads on',
  ),
  'ecc-disabled-datacenter': say(
    'memory error correction is off on {subject}',
    'memory errors go unnoticed',
    'the ECC mode reads on after the next reset',
  ),
  'mig-mode-pending': say(
    'a change of the MIG mode of {subject} waits for a reset',
    'a change of the MIG mode waits for a reset',
    'the present and the pending MIG mode agree',
    look(
      'Decide about the pending MIG mode of {subject}',
      'Either reset the drained GPU in a maintenance window or take the change back, so that the next reset does not surprise anybody.',
    ),
  ),
  'mig-misfit': say(
    'the MIG layout of {subject} does not fit the load',
    'the MIG layout does not fit the load',
    'no instance is full while others are empty',
  ),
  'numa-misplacement': say(
    'an engine on {subject} runs away from the NUMA node of its GPU',
    'an engine runs away from the NUMA node of its GPU',
    'the CPUs that the engine may use are those of the NUMA node of its GPU',
  ),
  'gpu-shared-by-foreign-process': say(
    'a process that is not the engine uses {subject}',
    'a foreign process takes memory and time of the GPU',
    'only processes of the engine are listed on the GPU',
    look(
      'Find out whose process it is on {subject}',
      'Ask its owner to stop it or to move it; it competes with the engine for memory and time.',
    ),
  ),
  'gpu-orphan-memory': say(
    'memory of {subject} is held by no visible process',
    'GPU memory is held by no visible process',
    'the used GPU memory matches what the listed processes hold',
  ),
  'gpu-telemetry-stale': say(
    'the GPUs of {subject} can not be read',
    'the GPUs can not be read',
    'the GPU readings arrive with every sample again',
    look(
      'See whether nvidia-smi answers on {subject}',
      'A driver that hangs, a GPU that is gone and a tool that lacks permission look alike from here; how nvidia-smi ends tells them apart.',
    ),
  ),
  'nvml-driver-mismatch': say(
    'the NVIDIA driver on {subject} has a problem',
    'the driver has a problem',
    'nvidia-smi answers and lists every GPU',
    look(
      'Check the NVIDIA driver on {subject}',
      'See whether its kernel module is loaded and whether its version is that of the libraries; an update without a reboot is the usual reason.',
    ),
  ),
  'clock-lock-decode-energy': say(
    'a lower clock could save energy on {subject} while decoding',
    'the clock is higher than decoding needs',
    'the power draw is lower while the inter-token latency keeps its objective',
  ),
  'power-limit-efficiency-opportunity': say(
    'a lower power limit could save energy on {subject}',
    'the power limit is higher than the load needs',
    'the power draw is lower while the time to first token keeps its objective',
  ),
  'gpu-idle-memory-held': say(
    '{subject} [is|are] idle while an engine holds [its|their] memory',
    'the GPU is idle while an engine holds its memory',
    'the GPU memory is free or the GPU serves requests again',
  ),
  'gpu-idle-unallocated': say('nobody uses {subject}', 'nobody uses the GPU', 'the GPU carries a process again'),
  'gpu-overprovisioned': say(
    'the GPU is larger than {subject} needs',
    'the GPU is larger than the engine needs',
    'GPU utilization is higher on fewer GPUs while the latency objectives hold',
  ),
};
