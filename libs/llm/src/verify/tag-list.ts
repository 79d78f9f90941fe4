import type { Dimension } from './units.js';

/** What a word or a signal is about. A number in a sentence belongs to a reading that is about the same. */
export interface Tag {
  readonly name: string;
  /** How sentences speak of it, over lower-case text. */
  readonly words: RegExp;
  /** How signals (`gpus.power.drawWatts`) speak of it, over the signal with its words apart, in lower case. */
  readonly signals: RegExp | null;
  /** Kinds of numbers that it can be measured in; none for what is a condition and no quantity. */
  readonly dimensions: readonly Dimension[];
  /** Of the tags with the same facet a reading has at most one: 95th or 50th percentile, running or waiting. */
  readonly facet: string | null;
  /** True when a sentence may speak of it only where a finding does. */
  readonly isTopic: boolean;
}

const SHARES: readonly Dimension[] = ['share', 'count'];
const PERFORMANCE: readonly Dimension[] = ['share', 'count', 'time', 'rate', 'tokenRate'];
const SIZES: readonly Dimension[] = ['share', 'bytes', 'count'];

function topic(name: string, words: string, signals: string | null, dimensions: readonly Dimension[] = []): Tag {
  return {
    name,
    words: word(words),
    signals: signals === null ? null : new RegExp(signals),
    dimensions,
    facet: null,
    isTopic: true,
  };
}

function quantity(name: string, words: string, signals: string, dimensions: readonly Dimension[]): Tag {
  return { ...topic(name, words, signals, dimensions), isTopic: false };
}

function facet(name: string, of: string, words: string, signals: string, dimensions: readonly Dimension[]): Tag {
  return { ...quantity(name, words, signals, dimensions), facet: of };
}

function word(words: string): RegExp {
  return new RegExp(`(?<![a-z\\d])(?:${words})(?![a-z\\d])`);
}

/** Quantities that anybody who speaks of serving may name; their numbers have to fit all the same. */
const QUANTITIES: readonly Tag[] = [
  quantity(
    'temperature',
    'temperatures?|hott?(?:er|est)?|heat|degrees?|celsius|warm\\w*|cool\\w*|thermal\\w*',
    'temperature|celsius|thermal',
    ['temperature'],
  ),
  quantity('power', 'power|draws?|drawing|drew|drawn|watts?|wattage', 'power|watts', ['power', 'share']),
  quantity('energy', 'energy|joules?|kwh|kilowatt[- ]hours?', 'joules|kilowatt', ['count']),
  quantity('clock', 'clocks?|clocked|mhz|ghz|frequenc(?:y|ies)', 'clock|mhz', ['frequency', 'share']),
  quantity('utilization', 'utili[sz](?:ation|ed)|busy|idle|activity|active', 'utilization|active|idle|pcie use', [
    'share',
  ]),
  quantity(
    'time-share',
    '(?:of|for) (?:the |its )?(?:time(?! to)|interval|window|scheduling periods|periods)',
    'throttle|active|pressure|utilization|steal|iowait|busy|cgroup throttled|ttft',
    ['share'],
  ),
  quantity('throughput', 'throughput|tokens? per second|tokens/s|tok/s', 'tokens per second', ['tokenRate', 'rate']),
  quantity('requests', 'requests?|sequences?', 'request', ['count', 'rate']),
  quantity('memory', 'memory|vram|ram', 'memory', ['bytes', 'share']),
  quantity('latency', 'latenc(?:y|ies)', 'latency|ttft|time|seconds', ['time']),
  quantity('prompt', 'prompts?|inputs?', 'prompt', PERFORMANCE),
];

/** Only one of a facet can be true of a reading. */
const FACETS: readonly Tag[] = [
  facet('p50', 'quantile', 'p50|medians?|50th', 'p50', ['time', 'share']),
  facet('p95', 'quantile', 'p95|95th', 'p95', ['time', 'share', 'count']),
  facet('p99', 'quantile', 'p99|99th', 'p99', ['time']),
  facet('mean', 'quantile', 'means?|averages?|avg|averaged', 'mean', ['time', 'count', 'share']),
  facet('running', 'request-state', 'running|runs?|in flight|concurrent', 'running', ['count', 'share']),
  facet('waiting', 'request-state', 'waiting|waits?|queued|queues?|queueing|queuing|backlog', 'waiting|queue', [
    'count',
    'share',
  ]),
  facet('deferred', 'request-state', 'deferred|held back', 'deferred', ['count', 'share']),
  facet(
    'cap',
    'request-state',
    'max[-_ ]num[-_ ]seqs|max[-_ ]running[-_ ]requests|caps?|at most|maximum|limit (?:on|of|for) (?:\\w+ ){0,2}(?:sequences|requests)|slots?',
    'max num seqs',
    ['count'],
  ),
  facet('used', 'room', 'used|usage|full|occupied|occupancy|held|holds?|filled', 'used|usage|full', ['bytes', 'share']),
  facet('free', 'room', 'free|available|left|remaining|headroom|unused|spare', 'free|available', ['bytes', 'share']),
  facet('total', 'room', 'total|capacity|size', 'total|capacity', ['bytes']),
  facet(
    'draw',
    'power',
    '(?<!may )(?<!can )draws?(?! (?:up to|at most|no more))|drawing|drew|drawn|consum\\w+',
    'draw',
    ['power'],
  ),
  facet('limit', 'power', 'limits?|limited|capp?(?:ed)?|defaults?|may draw|can draw|allowed', 'limit', ['power']),
  facet('default', 'limit-kind', 'defaults?', 'default', ['power']),
  facet('lowest', 'limit-kind', 'min(?:imum)?|lowest', 'min limit', ['power']),
  facet('highest', 'limit-kind', 'max(?:imum)?|highest|up to|at most', 'max limit', ['power']),
  facet('sm-clock', 'clock-part', 'sm|graphics|core', '(?:^|[ .])sm |graphics', ['frequency']),
  facet('memory-clock', 'clock-part', 'memory|mem|hbm', 'clocks memory', ['frequency']),
  facet('memory-heat', 'heat-part', 'memory|hbm\\w*|vram', 'memory', ['temperature']),
  facet('gpu-heat', 'heat-part', 'gpu|core|die', 'gpu celsius|slowdown|(?<!memory )margin|rise', ['temperature']),
  facet('margin', 'heat-role', 'margin|headroom|left|away|short of|remaining', 'margin', ['temperature']),
  facet('peers', 'whose', 'peers?|others?|other|siblings?|the rest', 'peer|sibling|other', [
    'power',
    'frequency',
    'temperature',
    'share',
    'count',
  ]),
  facet('needed', 'supply', 'needs?|needed|requires?|required', 'needed', ['count']),
  facet('had', 'supply', 'has|have|available|gets?', 'available|limit cores', ['count']),
  facet('earlier', 'time-point', 'before|earlier|previous(?:ly)?|was|were|from|had|formerly', 'before', [
    'share',
    'count',
    'time',
  ]),
  facet('received', 'direction', 'receiv\\w+|rx|inbound|incoming|in', ' rx|swap in', ['byteRate']),
  facet('sent', 'direction', 'sent|send\\w*|tx|outbound|outgoing|out', ' tx|swap out', ['byteRate']),
  facet('uncorrected', 'ecc', 'uncorrect\\w+|uncorrectable', 'uncorrect', ['count']),
  facet('corrected', 'ecc', 'corrected|correctable', '(?:^|[ .])correct', ['count']),
  facet('generation', 'link', 'gen(?:eration)?s?', 'generation(?! token)', ['count']),
  facet('width', 'link', 'lanes?|wide|width', 'width', ['count']),
  facet('prompt-tokens', 'tokens', 'prompts?|prefill|input|computed?|comput\\w+', 'prompt|prefill', [
    'tokenRate',
    'count',
  ]),
  facet('output-tokens', 'tokens', 'generat(?:es|ed|ing)|output|decod\\w+|makes?', 'generation tok', ['tokenRate']),
];

/** What is spoken of only where a finding speaks of it. */
const TOPICS: readonly Tag[] = [
  topic('kv-cache', 'kv(?:[- ]?cache)?(?: blocks?)?', 'kv cache|kv capacity', SIZES),
  topic('prefix-cache', 'prefix(?:es)?|prefix[- ]cach\\w+|radix', 'prefix', SHARES),
  topic(
    'lmcache',
    'lmcache|chunks?|evict\\w*|pinn?(?:ed|s|ing)?|retriev\\w+|remote tier|host memory tier|lookups?|looked up',
    '^cache|^retrieve|^remote|external|lmcache|ping|slow retriev',
    ['share', 'count', 'bytes', 'time', 'tokenRate', 'rate'],
  ),
  topic('preemption', 'pre-?empt\\w*|retract\\w*', 'preempt', PERFORMANCE),
  topic(
    'queue',
    'queue[sd]?|queue?ing|queuing|backlog|wait(?:s|ing|ed)? for capacity|requests? wait(?:ing|s)?|waiting (?:requests?|sequences?)|(?:is|are) waiting',
    'waiting|queue',
    PERFORMANCE,
  ),
  topic('ttft', 'ttft|times? to (?:the )?first[- ]tokens?|first[- ]tokens?', 'ttft', PERFORMANCE),
  topic(
    'itl',
    'itl|tpot|inter[- ]?token\\w*|(?:time|latency) (?:per|between) (?:output )?tokens?|token gaps?|between tokens',
    'inter token',
    PERFORMANCE,
  ),
  topic('e2e', 'end[- ]to[- ]end|e2e', 'end to end', ['time']),
  topic(
    'prefill',
    'prefills?|prefilling|comput\\w+ (?:the |of )?prompts?|prompts?(?: \\w+){0,3} comput\\w+|prompt (?:processing|computation)|long prompts',
    'prefill|long prompt|large step',
    PERFORMANCE,
  ),
  topic('decode', 'decod(?:e|es|ed|ing)', 'decode', PERFORMANCE),
  topic('front-end', 'front[- ]?ends?|tokeni[sz]ation|api server', 'frontend', PERFORMANCE),
  topic(
    'cooling',
    'cooling|coolers?|coolant|heat ?sinks?|thermal paste|dust\\w*|airflow|air flow',
    'temperature|fan|thermal',
    [],
  ),
  topic('fan', 'fans?', 'fan', ['share']),
  topic('power-brake', 'power[- ]?brakes?|brakes?|power suppl(?:y|ies)|psu', 'power brake', SHARES),
  topic(
    'ecc',
    'ecc|(?:un)?correctable|(?:un)?corrected|memory errors?|error correction|bit[- ]?flips?|double[- ]bit|single[- ]bit',
    'ecc',
    ['count'],
  ),
  topic('remap', 'remap\\w*|spare rows?|memory rows?|rows?', 'remapped|banks', ['count']),
  topic('retired-pages', 'retire[ds]?|retired pages?|page retirement', 'retired', ['count']),
  topic('xid', 'xids?', 'xid|events code', ['count']),
  topic('exit-code', 'exit (?:code|status)|exited', 'exit code', ['count']),
  topic('http', 'http|server errors?|5xx|status(?: code)?', 'http|probe error', ['count', 'share']),
  topic('nvlink', 'nvlinks?', 'nvlink', ['count', 'rate']),
  topic('pcie', 'pcie|pci express|lanes?|replays?', 'pcie', ['count', 'rate', 'byteRate', 'share']),
  topic('fabric', 'fabric|nvswitch\\w*', 'fabric'),
  topic('mig', 'mig|multi-instance', 'mig'),
  topic('persistence', 'persistence(?:[- ]mode)?|persistenced', 'persistence'),
  topic('compute-mode', 'compute[- ]modes?|exclusive[- _]process|prohibited', 'compute mode'),
  topic('driver', 'drivers?|firmware|kernel modules?', 'driver|nvidia smi'),
  topic('numa', 'numa|sockets?', 'numa', ['count']),
  topic('swap', 'swap\\w*|paging', 'swap', ['byteRate', 'bytes', 'share']),
  topic('oom', 'oom\\w*|out[- ]of[- ]memory|(?:ran|runs|running|run) out of memory|want of memory', 'oom', ['count']),
  topic(
    'disk',
    'disks?|filesystems?|file systems?|storage|nvme\\w*|ssds?|inodes?|i/o|iowait|io',
    'disk|inode|iowait|pressure io',
    ['share', 'bytes', 'byteRate', 'time'],
  ),
  topic('network', 'networks?|nics?|ethernet|packets?|eth\\d+|bandwidth of the link', 'network', [
    'share',
    'byteRate',
    'rate',
  ]),
  topic('cpu', 'cpus?|cores?', 'cpu|cores|load per core|runnable|cgroup (?:throttled|periods)', ['share', 'count']),
  topic('steal', 'steal|stolen|hypervisor', 'steal', ['share']),
  topic('cgroup', 'cgroups?|control groups?|containers?', 'cgroup', ['share', 'count', 'bytes']),
  topic('time-sync', 'synchroni[sz]\\w+|clock (?:skew|drift|offset)|ntp|chrony|system time', 'offset|synchron', [
    'time',
  ]),
  topic('lora', 'loras?|adapters?', 'lora', ['count']),
  topic('speculation', 'speculat\\w+|draft\\w*', 'draft', ['count', 'share']),
  topic('sleep', 'sleep(?:s|ing)?|asleep', 'sleep'),
  topic('replica', 'replicas?', 'replica', ['count', 'share']),
  topic('tensor-parallel', 'tensor[- ]parallel\\w*|in step|stragglers?|straggling', 'tensor parallel|sibling|peer'),
  topic('tensor-core', 'tensor cores?|tensor activity', 'tensor active', ['share']),
  topic('memory-bandwidth', '(?:memory )?bandwidth|dram', 'dram', ['share']),
  topic('foreign-process', 'foreign|intruder|another process|other process(?:es)?|crypto\\w*|min(?:er|ing)', 'foreign'),
  topic(
    'max-sequences',
    'max[-_ ]num[-_ ]seqs|(?:cap|limit|maximum) (?:on|of|for) (?:the )?(?:number of )?(?:concurrent |running )?sequences|concurren\\w+',
    'max num seqs|running ratio',
    ['count', 'share'],
  ),
  topic(
    'batched-tokens',
    'max[-_ ]num[-_ ]batched[-_ ]tokens|tokens per step|chunked[- ]prefill',
    'batched tokens|step',
    ['count', 'share'],
  ),
  topic('cost', 'costs?|bills?|dollars?|usd|money|euros?|\\$|savings?|price[sd]?', 'cost|gpu hours|kilowatt'),
  topic('virtual', 'vgpu|virtuali[sz]\\w+', 'virtual'),
];

/** Conditions that someone or something is in; true only where the finding's own words say so. */
const CONDITIONS: readonly Tag[] = [
  topic(
    'is-full',
    '(?:nearly |almost )?(?:full|saturat\\w+|exhaust\\w+|used up|out of (?:room|space|capacity|blocks)|no room|overflow\\w*|maxed out|fill(?:s|ed|ing)? up)',
    null,
  ),
  topic('is-at-cap', 'at (?:its|the|their) (?:configured )?cap', null),
  topic('is-throttled', 'throttl\\w+|slow(?:s|ed|ing)? (?:it |them )?down|slowdowns?|clocked down', 'throttle'),
  topic('is-hot', 'overheat\\w*|too (?:hot|warm)|hot|heat|thermal\\w*|burn\\w*|melt\\w*', 'thermal throttle'),
  topic(
    'is-down',
    'unreachable|offline|dead|unresponsive|not (?:answer|respond)\\w*|(?:is|are|was|were|be|goes|went|has gone|gone) down|no answer|outages?|unavailable',
    null,
  ),
  topic('is-crashing', 'crash\\w*|hang(?:s|ing)?|hung|froze\\w*|frozen|deadlock\\w*|segfault\\w*|panic\\w*', null),
  topic('is-restarted', 'restarted|restarts|rebooted|boot(?:ed|s)', 'restart'),
  topic('is-lost', 'lost|fell off|fallen off|falls off|missing|disappear\\w*|vanish\\w*|gone', null),
  topic(
    'is-broken',
    'broken|defect\\w*|fault(?:y|ed)|damag\\w+|worn|dying|malfunction\\w*|degraded hardware|stands? still|stuck|failed|failing|fails?|failures?',
    'fail|errored',
  ),
  topic('is-corrupt', 'corrupt\\w*|garbl\\w*|wrong answers?|incorrect answers?|data loss', null),
  topic('is-leaking', 'leak\\w*', null),
  topic(
    'is-attacked',
    'attack\\w*|hack\\w*|malware|compromis\\w+|breach\\w*|intrusion|virus|vulnerab\\w+|exploit\\w*|security',
    null,
  ),
  topic('is-idle', 'idle|idles|idling|unused|not used|nobody (?:has )?used?|hardly used', 'idle'),
  topic('is-late', 'late|later|slow|slower|slowly|sluggish|laggy?', 'above objective|slow'),
  topic('is-error', 'errors?|aborted', 'errors?|aborted'),
  topic('is-starved', 'starv\\w+|short of', null),
  topic('is-unbalanced', 'imbalanc\\w+|unbalanc\\w+|uneven\\w*|skewed', null),
  topic('is-locked', 'locked|pinned clocks?|clock lock', null),
  topic('is-misconfigured', 'misconfigur\\w+|wrong(?:ly)? (?:set|configured)|mis-?set', null),
  topic('is-overprovisioned', 'over-?provision\\w*|oversized?|larger than|too large|too big', null),
  topic('is-bound', '(?:memory|compute|bandwidth|cpu|gpu|io|i/o|network|interconnect)[- ]bound', null),
];

export const TAGS: readonly Tag[] = [...QUANTITIES, ...FACETS, ...TOPICS, ...CONDITIONS];
