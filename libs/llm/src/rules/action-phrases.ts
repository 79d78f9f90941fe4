import type { Recommendation } from '@app/core';

/** How to speak of an action. `{subject}` is the finding's subject; no sentence has a number of its own. */
export interface ActionPhrase {
  readonly title: string;
  /** Why this helps, or what to mind. */
  readonly reason: string;
  readonly effect: string;
  readonly effort: Recommendation['effort'];
}

const phrase = (
  title: string,
  reason: string,
  effect: string,
  effort: Recommendation['effort'] = 'low',
): ActionPhrase => ({ title, reason, effect, effort });

/** Actions without a line here speak through the title and description of their catalogue entry. */
export const ACTION_PHRASES: Readonly<Record<string, ActionPhrase>> = {
  'collect-diagnostics': phrase(
    'Collect diagnostics for {subject}',
    'Counters and kernel messages are lost with a reset or reboot, so they are saved first.',
    'The evidence outlasts a reset and can be given to support.',
  ),
  'engine-health-check': phrase(
    'Check whether {subject} answers',
    'Its health page tells a dead engine from one that is slow or still loading.',
    'It becomes clear whether the engine has to be restarted.',
  ),
  'lmcache-health-check': phrase(
    'Check the backends of {subject}',
    'A failing backend slows every lookup that waits for it.',
    'The failing part of the cache is known.',
  ),
  'notify-oncall': phrase(
    'Tell the on-call person about {subject}',
    'The cause lies where software can not reach it, such as cooling, power or cabling.',
    'A person looks at the hardware before the condition gets worse.',
  ),
  'open-rma-ticket': phrase(
    'Prepare the replacement of {subject}',
    'The readings point to worn or broken hardware, which settings can not repair.',
    'The part is replaced, and the errors end with it.',
    'medium',
  ),
  'gpu-set-power-limit': phrase(
    'Lower the power limit of {subject} step by step',
    'Less power means less heat and better energy use; give every GPU of a parallel group the same limit.',
    'Temperature and power draw fall; latency may rise slightly and has to be watched.',
  ),
  'gpu-restore-power-limit': phrase(
    'Restore the default power limit of {subject}',
    'The limit holds the clocks down although the device is specified for more.',
    'Clocks and throughput rise under load; power draw and temperature rise with them.',
  ),
  'gpu-lock-clocks': phrase(
    'Cap the graphics clock of {subject}',
    'Decoding is bound by memory, so that a lower clock saves energy at little cost.',
    'Energy per token falls; inter-token latency has to stay within its objective.',
  ),
  'gpu-reset-clocks': phrase(
    'Release the clock lock of {subject}',
    'A lock left behind by a benchmark or a policy keeps the GPU below its possible clock.',
    'The clock reaches its maximum under load, and throughput rises.',
  ),
  'gpu-persistence-on': phrase(
    'Switch persistence mode on for {subject}',
    'Without it the driver unloads when nothing runs; settings are lost and the next start is slow.',
    'Starts are faster and power and clock settings stay.',
  ),
  'gpu-compute-mode-default': phrase(
    'Set the compute mode of {subject} back to default',
    'The present mode keeps further processes from opening the GPU.',
    'New processes can use the GPU.',
  ),
  'gpu-drain': phrase(
    'Drain {subject}',
    'No request may run on the GPU while it is reset or replaced.',
    'The GPU is free for maintenance; the remaining backends carry the load meanwhile.',
    'medium',
  ),
  'gpu-reset': phrase(
    'Reset {subject} once it is drained',
    'Pending repairs and error states are resolved by a reset only; everything on the GPU is lost.',
    'The pending repair is applied and the error state clears.',
    'medium',
  ),
  'gpu-ecc-enable': phrase(
    'Switch ECC on for {subject}',
    'Without error correction a memory fault can corrupt answers without anybody noticing.',
    'Memory errors are corrected or reported; it takes effect with the next reset.',
    'medium',
  ),
  'router-remove-backend': phrase(
    'Send no new requests to {subject}',
    'New requests should not land where they may fail or wait.',
    'Users are served by the healthy backends while the cause is dealt with.',
  ),
  'router-restore-backend': phrase(
    'Send requests to {subject} again',
    'The backend is healthy and idle capacity costs money.',
    'Load spreads over one backend more.',
  ),
  'router-rebalance': phrase(
    'Change how requests are spread around {subject}',
    'Some replicas queue while others have room.',
    'Queues get shorter without more hardware.',
    'medium',
  ),
  'vllm-restart': phrase(
    'Restart {subject} after draining it',
    'The engine does not recover by itself; loading the model takes minutes and caches start cold.',
    'The engine answers again.',
    'medium',
  ),
  'vllm-sleep': phrase(
    'Put {subject} to sleep',
    'It holds GPU memory without serving anybody.',
    'GPU memory becomes free; the first request after waking waits for the weights.',
  ),
  'vllm-wake': phrase('Wake {subject}', 'Requests reach an engine that sleeps.', 'Requests are served again.'),
  'vllm-resume': phrase('Resume {subject}', 'Requests reach an engine that is paused.', 'Requests are served again.'),
  'k8s-scale': phrase(
    'Adjust the replicas behind {subject}',
    'Load and capacity do not match; check that no autoscaler owns the count and that a GPU is free.',
    'With a replica more the queue gets shorter; with one less an idle GPU becomes free.',
    'medium',
  ),
  'k8s-cordon': phrase(
    'Keep new pods off the node of {subject}',
    'The scheduler would otherwise place work on a node that is about to be repaired.',
    'No new work arrives on the node; running work stays.',
  ),
  'k8s-patch-resources': phrase(
    'Review the CPU and memory limits around {subject}',
    'The workload runs into a limit of its manifest rather than of the hardware.',
    'Throttling or memory pressure ends; the pods restart once.',
    'medium',
  ),
  'lmcache-bypass-add': phrase(
    'Bypass the failing backend of {subject}',
    'Waiting for it costs more than missing it.',
    'The time to first token no longer includes that backend; hits from it are lost meanwhile.',
  ),
  'host-kill-process': phrase(
    'End the foreign process on {subject}',
    'It takes memory or time from the engine; make sure whose it is first.',
    'Its memory and its share of the GPU become free.',
  ),
  'vllm-config:gpu-memory-utilization': phrase(
    'Give {subject} a larger share of GPU memory',
    'More KV blocks let more requests run at a time; too much of it risks running out of memory.',
    'KV cache pressure and preemptions fall.',
    'medium',
  ),
  'vllm-config:max-num-seqs': phrase(
    'Review the cap on running sequences of {subject}',
    'Raise it while the KV cache has room and requests wait; lower it when requests are preempted.',
    'Queue time or preemptions fall, depending on the direction.',
    'medium',
  ),
  'vllm-config:kv-cache-dtype': phrase(
    'Store the KV cache of {subject} in a smaller type',
    'The same memory then holds more tokens; check the quality of the answers.',
    'KV cache pressure falls.',
    'medium',
  ),
  'vllm-config:enable-prefix-caching': phrase(
    'Switch prefix caching on for {subject}',
    'Shared beginnings of prompts are computed again for every request.',
    'The time to first token falls for prompts that share a beginning.',
    'medium',
  ),
};
