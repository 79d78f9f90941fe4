import { look, type RulePhrases, say } from './rule-phrase.js';

/** The host, its control groups, and LMCache. */
export const HOST_PHRASES: RulePhrases = {
  'cgroup-cpu-throttled': say(
    'a CPU limit throttles processes on {subject}',
    'the CPU limit throttles processes',
    'the share of throttled scheduling periods is below its bound',
  ),
  'cgroup-memory-near-limit': say(
    'a control group on {subject} is close to its memory limit',
    'a control group gets close to its memory limit',
    'the working set is clear of the limit',
  ),
  'host-cpu-pressure': say(
    '{subject} [is|are] short of CPU',
    'the host is short of CPU',
    'the CPU pressure is below its bound under the same load',
  ),
  'host-memory-pressure': say(
    'the memory of {subject} is nearly used up',
    'host memory runs short',
    'the available host memory is above its bound',
    look(
      'Find out what takes the memory of {subject}',
      'Compare the largest processes and cache tiers with what they are meant to hold.',
    ),
  ),
  'host-swap-thrash': say(
    '{subject} [swaps|swap] memory in and out',
    'the host swaps',
    'the swap traffic is back to zero',
    look(
      'Find out what takes the memory of {subject}',
      'Compare the largest processes and cache tiers with what they are meant to hold.',
    ),
  ),
  'host-oom-kill': say(
    'the kernel of {subject} ended a process because memory ran out',
    'the kernel ends processes for want of memory',
    'the kernel log shows no further kill and the engine answers',
  ),
  'host-io-pressure': say(
    'tasks on {subject} wait for the disks',
    'tasks wait for the disks',
    'the I/O pressure is below its bound',
  ),
  'host-disk-full': say(
    'a filesystem of {subject} is nearly full',
    'a filesystem runs full',
    'the free share of the filesystem is above its bound',
  ),
  'host-network-saturation': say(
    'a network link of {subject} is at its limit',
    'the network link is at its limit',
    'the use of the link and its losses are below their bounds',
    look(
      'Find out what fills the network link of {subject}',
      'See which flows take it, such as model downloads, backups or remote cache traffic, and whether cable or port report errors.',
    ),
  ),
  'host-clock-skew': say(
    'the clock of {subject} is off',
    'the host clock is off',
    'the clock reports that it is synchronised',
  ),
  'lmcache-unhealthy': say(
    '{subject} [is|are] unhealthy',
    'lookups in LMCache fail',
    'LMCache reports that it works and lookups find tokens again',
    look(
      'Look at the log of {subject}',
      'See which backend fails; while it does, every prompt that it held is computed again.',
    ),
  ),
  'lmcache-low-hit': say(
    '{subject} [finds|find] little of what [it is|they are] asked for',
    'LMCache finds little',
    'the hit rate is above its bound',
    look(
      'Find out why {subject} finds so little',
      'Traffic without repeated beginnings, short prompts and a cache that is too small look alike; compare what is stored with what is asked for.',
    ),
  ),
  'lmcache-eviction-thrash': say(
    '{subject} [evicts|evict] what is needed again',
    'LMCache evicts what is needed again',
    'evicted chunks are rarely needed again and the hit rate is higher',
  ),
  'lmcache-l1-alloc-failure': say(
    '{subject} [finds|find] no room in the host memory tier',
    'LMCache finds no room to store',
    'the allocation failures stop',
  ),
  'lmcache-remote-slow': say(
    'the remote tier of {subject} is too slow to help',
    'loading from the remote tier of LMCache takes long',
    'the remote tier loads faster than prompts are computed, or is not asked',
  ),
  'lmcache-pin-leak': say(
    '{subject} [keeps|keep] chunks pinned that nobody uses',
    'chunks stay pinned',
    'the number of pinned chunks goes back',
  ),
  'lmcache-chunk-too-large': say(
    'the chunks of {subject} are longer than the prompts',
    'nothing is stored because chunks are longer than prompts',
    'LMCache stores tokens of these prompts',
  ),
  'lmcache-disabled-reuse-high': say(
    '{subject} could keep prompts that are used again in host memory',
    'prompts that are used again are computed again',
    'LMCache reports hits and the prefill time is shorter',
  ),
  'lmcache-metrics-missing': say(
    'the LMCache of an engine can not be read',
    'nothing is seen of LMCache',
    'LMCache metrics appear in the snapshot',
    look(
      'Make the metrics of LMCache visible',
      'Expose them on the metrics page of the engine, or name the address of LMCache in the configuration; until then its hits, evictions and failures stay unknown.',
    ),
  ),
};
