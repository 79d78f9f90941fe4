import { type RulePhrases, say } from './rule-phrase.js';

/** Availability, latency and capacity of an inference engine. */
export const ENGINE_PHRASES: RulePhrases = {
  'engine-unreachable': say(
    '{subject} [does|do] not answer',
    'the engine does not answer',
    'the engine answers its health page and lists its model',
  ),
  'engine-crash-loop': say(
    '{subject} [restarts|restart] again and again',
    'the engine restarts again and again',
    'the start time of the engine stays the same',
    {
      title: 'Find out why {subject} dies',
      reason:
        'Read the last lines of its log before each end: too little memory, a failing GPU and a wrong setting look alike from outside.',
    },
  ),
  'engine-restarted': say('{subject} [was|were] restarted', 'the engine was restarted', 'the caches are warm again'),
  'engine-asleep-with-traffic': say(
    '{subject} [sleeps|sleep] while requests arrive',
    'requests reach a sleeping engine',
    'the sleep state reads awake and requests finish',
    {
      title: 'Wake {subject} or send its requests elsewhere',
      reason: 'Nobody serves what arrives while the engine sleeps.',
    },
  ),
  'request-errors-high': say(
    'many requests to {subject} fail',
    'requests fail',
    'the share of failed responses is below its bound',
    {
      title: 'Find out which requests to {subject} fail',
      reason:
        'See in its log whether they share a client, a model or a kind of request; failures of all kinds point to the engine itself.',
    },
  ),
  'queue-backlog': say(
    'requests queue up at {subject}',
    'requests queue up',
    'the number of waiting requests is near zero',
  ),
  'requests-deferred': say(
    'requests of {subject} are held back for something else than capacity',
    'requests are deferred',
    'no request is deferred',
  ),
  'ttft-slo-queue': say(
    'first tokens of {subject} come late because requests wait in the queue',
    'first tokens come late',
    'the queue time is short and the time to first token is within its objective',
  ),
  'ttft-slo-prefill': say(
    'first tokens of {subject} come late because prompts take long to compute',
    'prompts take so long to compute that first tokens come late',
    'the prefill time is shorter and the time to first token is within its objective',
  ),
  'ttft-slo-frontend': say(
    'first tokens of {subject} come late because the front end takes long',
    'the front end takes so long that first tokens come late',
    'the time before the queue is short and the time to first token is within its objective',
  ),
  'itl-slo-decode-batch': say(
    'tokens of {subject} come too slowly because the batch is too large for the GPU',
    'tokens come too slowly',
    'the inter-token latency is within its objective',
  ),
  'itl-slo-prefill-interference': say(
    'tokens of {subject} come in bursts because long prompts hold up running answers',
    'long prompts hold up running answers',
    'the share of late tokens is below its bound',
  ),
  'kv-cache-saturated': say(
    'the KV cache of {subject} is full under load',
    'the KV cache is full',
    'the KV cache usage is below its bound and no request is preempted',
  ),
  'kv-cache-overprovisioned': say(
    'the KV cache of {subject} is much larger than the traffic needs',
    'the KV cache is larger than needed',
    'the peak of the KV cache usage is higher while nothing queues',
  ),
  'preemption-thrash': say(
    '{subject} [preempts|preempt] running requests again and again',
    'running requests are preempted',
    'the preemption counter stays where it is',
  ),
  'max-num-seqs-bound': say(
    '{subject} [runs|run] as many requests at a time as [its|their] cap allows',
    'the cap on running requests is reached',
    'more requests run, fewer wait, and the inter-token latency keeps its objective',
    {
      title: 'Find out what caps the running requests of {subject}',
      reason:
        'Compare the running requests with the configured cap; raising it pays only while the KV cache has room and the inter-token latency has a margin.',
    },
  ),
  'chunked-prefill-misconfigured': say(
    'the tokens per step of {subject} do not suit the latency objective',
    'the tokens per step do not suit the objective',
    'the share of late tokens is below its bound',
  ),
  'prefix-cache-low-hit': say(
    'the prefix cache of {subject} is hardly ever hit',
    'the prefix cache is hardly ever hit',
    'the prefix cache hit rate is above its bound',
    {
      title: 'Find out whether prompts of {subject} could share beginnings',
      reason:
        'Text that changes at the start of a prompt, such as a date or an id, keeps everything after it from being reused.',
    },
  ),
  'prefix-cache-disabled': say(
    'prefix caching is switched off on {subject}',
    'shared prompt beginnings are computed again',
    'the prefix cache reports hits and the prefill time is shorter',
    {
      title: 'Review why prefix caching is off on {subject}',
      reason: 'Shared beginnings of prompts are computed again for every request.',
    },
  ),
  'spec-decode-ineffective': say(
    'speculative decoding of {subject} drafts mostly in vain',
    'drafted tokens are mostly rejected',
    'throughput at the same load is higher and the inter-token latency is no worse',
    {
      title: 'Review speculative decoding of {subject}',
      reason: 'Rejected drafts cost computing time that a large batch does not have.',
    },
  ),
  'lora-thrash': say('LoRA adapters of {subject} wait for a slot', 'LoRA adapters wait for a slot', 'no adapter waits'),
  'cpu-starved-engine': say(
    'the CPU keeps the GPUs of {subject} waiting',
    'the CPU keeps the GPU waiting',
    'GPU utilization is higher while as many requests run',
  ),
  'tp-misfit': say(
    '{subject} [has|have] too few GPUs for [its|their] context length',
    'the GPUs are too few for the context length',
    'the KV cache holds more requests and preemptions stop',
  ),
  'replica-load-imbalance': say(
    'load is spread unevenly over the replicas of a model',
    'some replicas queue while others have room',
    'the replicas show similar queues',
  ),
  'replica-idle-sleepable': say(
    '{subject} [is|are] hardly used, and [its|their] model would do without [it|them]',
    'the replica is hardly used',
    'the remaining replicas keep their latency objectives and their KV cache has room',
  ),
};
