import { type ActionPhrases, cure, step } from './action-phrase.js';

/** Actions on GPUs, hosts, routers and the cluster. Variants of a parameter stand behind a bar. */
export const MACHINE_ACTION_PHRASES: ActionPhrases = {
  'collect-diagnostics': step(
    'Save the diagnostics of {subject}',
    'Counters and kernel messages are lost with a reset or reboot, so save them first.',
    'The evidence outlasts a reset and can go to the vendor.',
  ),
  'open-rma-ticket': step(
    'Prepare the replacement of {subject}',
    'Settings do not repair worn or broken hardware; the ticket text takes serial number, driver and error counters from the evidence.',
    'The part is replaced, and its error counters begin anew.',
    'medium',
  ),
  'gpu-set-power-limit': cure(
    'Lower the power limit of {subject}{toWatts}',
    'Less power means less heat, and the former limit can be put back. Give all GPUs of a parallel group the same limit.',
    'Power draw and temperature should be lower at the price of some speed: watch the latency while it is in place.',
  ),
  'gpu-restore-power-limit': cure(
    'Restore the default power limit of {subject}',
    'The device is specified for its default limit. Make sure first that nobody lowered it on purpose, for heat or power supply.',
    'Clock and throughput should be higher under load, and so will be power draw and temperature.',
  ),
  'gpu-lock-clocks': cure(
    'Cap the graphics clock of {subject}{toMhz}',
    'Decoding mostly waits for memory, so a lower clock costs little speed; the cap can be released at any time.',
    'Power draw should be lower; watch the inter-token latency for as long as the cap is in place.',
  ),
  'gpu-reset-clocks': cure(
    'Release the clock lock of {subject}',
    'A lock left behind by a benchmark or a policy keeps the clock down. Make sure first that nobody set it on purpose.',
    'The clock should reach its maximum under load; power draw will be higher with it.',
  ),
  'gpu-persistence-on': cure(
    'Switch persistence mode on for {subject}',
    'Without it the driver unloads when nothing runs, and power and clock settings are lost with it.',
    'Settings and counters outlast idle times, and processes start faster.',
  ),
  'gpu-compute-mode-default': cure(
    'Set the compute mode of {subject} back to default',
    'The present mode keeps further processes from opening the GPU. Make sure first that nobody set it on purpose.',
    'New processes can use the GPU; those that run are not touched.',
  ),
  'gpu-drain': step(
    'Drain {subject}[|, one after the other]',
    'No request may run on a GPU that is reset or replaced. Make sure first that the remaining backends can carry the load.',
    'Requests that run are finished elsewhere; the process list of the GPU gets empty.',
    'medium',
  ),
  'gpu-reset': cure(
    'Reset {subject} once drained',
    'Only a reset applies what is pending or clears the error state, and everything on the GPU is lost with it. Drain it and save diagnostics first.',
    'The GPU should come back without the pending state; if it does not, the hardware is suspect.',
    'medium',
  ),
  'gpu-ecc-enable': cure(
    'Switch ECC on for {subject}',
    'Without error correction a memory fault can corrupt answers without anybody noticing. It takes effect with the next reset, so drain the GPU for it.',
    'Memory errors are corrected or at least reported.',
    'medium',
  ),
  'gpu-mig-reconfigure': cure(
    'Change the MIG layout of {subject}',
    'Creating instances of another size destroys those that exist, so drain the GPU first.',
    'The instances fit the engines.',
    'high',
  ),
  'router-remove-backend': step(
    'Send no new requests to {backend}',
    'New requests should not land where they may fail or wait. Make sure first that another backend has room for them.',
    'Requests in flight finish, new ones go elsewhere; the running requests there should go to zero.',
  ),
  'router-restore-backend': step(
    'Send requests to {backend} again',
    'Idle capacity costs money while other backends queue.',
    'The load spreads over more backends.',
  ),
  'router-rebalance': cure(
    'Change how requests are spread over the replicas',
    'Send requests by load or by shared prefix, so that no replica queues while another has room.',
    'The replicas should show similar queues without more hardware.',
    'medium',
  ),
  'k8s-scale|1': cure(
    'Add a replica of the model',
    'More capacity helps whatever the cause of the shortage is. It needs a free GPU, takes as long as loading the model, and an autoscaler must not own the count.',
    'The load spreads over more replicas, and each should have a shorter queue.',
    'medium',
  ),
  'k8s-scale|-1': cure(
    'Remove a replica of the model',
    'Idle capacity costs money. Drain the replica first and make sure that the rest keeps room for a peak.',
    'A GPU becomes free; watch the queue time of the remaining replicas.',
    'medium',
  ),
  'k8s-cordon': step(
    'Keep new pods off {node}',
    'The scheduler would otherwise place work on a node that needs repair.',
    'No new pod arrives on the node; running pods stay.',
  ),
  'router-rebalance|away': cure(
    'Move load away from {subject}',
    'Less load means less heat while the cause is looked for; the other replicas need room for it.',
    'Temperature and clock slowdown should ease at the price of load elsewhere.',
  ),
  'k8s-patch-resources': cure(
    'Review the CPU and memory limits around {subject}',
    'A limit of the manifest can bind before the hardware does. The pods restart when it changes.',
    'The workload should no longer run into its limit.',
    'medium',
  ),
  'k8s-patch-resources|cpu': cure(
    'Give the workload on {subject} more CPU',
    'Raise its CPU limit, or take the limit away and keep the request: a serving engine needs its cores at once, not on average. The pods restart when the manifest changes.',
    'The engine should no longer wait for CPU time.',
    'medium',
  ),
  'k8s-patch-resources|memory': cure(
    'Raise the memory limit around {subject}',
    'First see whether the use still grows: a limit only postpones the end of a leak. The pods restart when the manifest changes.',
    'The working set should keep a distance from the limit.',
    'medium',
  ),
  'k8s-patch-resources|bound': cure(
    'Bound the memory of the workloads on {subject}',
    'Requests and limits that add up to what the host has keep a single workload from taking everything. The pods restart when the manifest changes.',
    'The host keeps a reserve.',
    'medium',
  ),
  'host-kill-process': cure(
    'End process {pid} on {subject}',
    'It competes with the engine; its owner should agree, since its work is lost.',
    'Its memory and its share of the GPU become free.',
    'medium',
  ),
  'host-free-disk': cure(
    'Free disk space on {subject}',
    'Old model snapshots, container images and logs usually take the most; a person decides what goes.',
    'Writes keep working.',
    'medium',
  ),
  'host-fix-time': cure(
    'Repair the clock synchronisation of {subject}',
    'Tokens, leases and the order of events depend on it; step the clock in a quiet moment.',
    'Times of different hosts can be compared again.',
  ),
  'host-fix-driver': cure(
    'Repair the driver installation of {subject}',
    'Driver module and libraries have to match; a reboot in a maintenance window does it when a package was updated underneath.',
    'GPU processes can start again.',
    'high',
  ),
  'host-tune': cure(
    'Tune CPU and I/O placement on {subject}',
    'Pin the engine to the CPUs of the right NUMA node and keep other work off its cores, disks and links.',
    'The engine waits less for the host.',
    'medium',
  ),
  'host-tune|cpu': cure(
    'Keep other work off the CPUs of the engine on {subject}',
    'Pin the engine to cores of its own, move batch work elsewhere and use the performance governor.',
    'The engine waits less for CPU time.',
    'medium',
  ),
  'host-tune|io': cure(
    'Keep other work off the disks of {subject}',
    'Downloads, backups and logs can be moved or slowed down; swap and cache tiers belong on a fast local disk.',
    'Tasks wait less for the disks.',
    'medium',
  ),
  'host-tune|numa': cure(
    'Pin the engine to the NUMA node of its GPU',
    'Transfers and launches then do not cross sockets; the process has to start anew with its new CPU set.',
    'Transfers between host and GPU take less time.',
    'medium',
  ),
};
