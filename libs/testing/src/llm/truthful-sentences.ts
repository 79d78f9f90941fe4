import type { Evidence, Finding, InsightRequest } from '@app/core';

/** A sentence that is true of a request, and the finding it was made from. */
export interface TruthfulSentence {
  readonly text: string;
  readonly findingId: string;
  /** True when it is about the analysis or several findings, and fits a summary only. */
  readonly isOverall: boolean;
}

/** How people call a reading; `{}` is where its subject would stand. Signals without a line are called by their words. */
const CALLED: Readonly<Record<string, string>> = {
  'gpus.temperature.gpuCelsius': 'GPU temperature',
  'gpus.temperature.memoryCelsius': 'memory temperature',
  'gpus.power.drawWatts': 'power draw',
  'gpus.power.enforcedLimitWatts': 'enforced power limit',
  'gpus.power.defaultLimitWatts': 'default power limit',
  'gpus.clocks.smMhz': 'SM clock',
  'gpus.clocks.maxSmMhz': 'maximum SM clock',
  'gpus.utilization.gpuRatio': 'GPU utilization',
  'gpus.memory.usedBytes': 'used GPU memory',
  'gpus.ecc.volatileUncorrected': 'count of uncorrected errors since the last reset',
  'gpus.fanRatio': 'fan speed',
  'gpus.profiling.dramActiveRatio': 'DRAM activity',
  'gpus.profiling.tensorActiveRatio': 'tensor core activity',
  'engines.kvCacheUsageRatio': 'KV cache usage',
  'engines.requestsWaiting': 'number of waiting requests',
  'engines.requestsWaitingCapacity': 'number of requests waiting for capacity',
  'engines.requestsRunning': 'number of running requests',
  'engines.maxNumSeqs': 'cap on running sequences',
  'engines.requestsPerSecond': 'request rate',
  'engines.queueTime.meanSeconds': 'mean queue time',
  'engines.interTokenLatency.p99Seconds': 'p99 inter-token latency',
  'engines.promptTokensPerSecond': 'prompt throughput',
  'derived.clockRatio': 'share of the maximum clock',
  'derived.hwThermalThrottleRatio': 'share of the time in hardware thermal slowdown',
  'derived.swPowerCapThrottleRatio': 'share of the time under the software power cap',
  'derived.preemptionDelta': 'number of preemptions in the window',
  'derived.preemptionsPerRequest': 'number of preemptions per finished request',
  'derived.ttftAboveObjectiveRatio': 'share of first tokens later than the objective',
  'derived.interTokenLatencyAboveObjectiveRatio': 'share of tokens later than the objective',
  'derived.ttftPrefillShare': 'share of the time to first token that goes into prefill',
  'derived.ttftQueueShare': 'share of the time to first token that is spent in the queue',
  'derived.ttftMeanSeconds': 'mean time to first token',
  'derived.prefixHitRatio': 'prefix cache hit rate',
  'derived.cacheHitRatio': 'LMCache hit rate',
  'derived.meanPromptTokens': 'mean prompt length in tokens',
  'derived.powerDrawRatio': 'power draw as a share of the limit',
  'derived.memoryAvailableRatio': 'share of host memory that is available',
  'derived.diskFreeRatio': 'share of the filesystem that is free',
  'derived.networkUsedRatio': 'share of the link that is used',
  'derived.cgroupThrottledRatio': 'share of scheduling periods in which the CPU limit was hit',
  'system.pressure.cpuSomeAvg10': 'CPU pressure',
  'system.pressure.ioSomeAvg10': 'I/O pressure',
  'system.cpu.iowaitRatio': 'iowait share',
  'system.memory.availableBytes': 'available host memory',
};

function plainWords(signal: string): string {
  return signal
    .split('.')
    .slice(1)
    .join(' ')
    .replace(/(Ratio|Percent|Celsius|Watts|Mhz|Bytes|Seconds)$/, '')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase();
}

function called({ signal }: Evidence): string {
  return CALLED[signal] ?? `value of ${plainWords(signal)}`;
}

/** Digits as people round them. */
function rounded(value: number, decimals: number): string {
  return Math.abs(value) >= 10_000
    ? Math.round(value).toLocaleString('en-US')
    : String(Number(value.toFixed(decimals)));
}

/** Almost all is not all. */
function significant(value: number, full: number = 0): string {
  if (full > 0 && value < full && Number(value.toPrecision(2)) >= full) return value.toFixed(value < 0.9995 ? 3 : 5);
  return Math.abs(value) < 1 && value !== 0 ? String(Number(value.toPrecision(2))) : rounded(value, 1);
}

/** A reading in the spellings that it may have: other units, other precision. */
function spellings(value: number, { unit }: Pick<Evidence, 'unit'>): string[] {
  switch (unit) {
    case 'ratio':
      return [
        `${significant(value * 100)} %`,
        `${significant(value * 100)} percent`,
        significant(value, 1),
        `${significant(value * 100)}%`,
      ];
    case 'percent':
      return [`${significant(value)} %`, `${significant(value)} percent`];
    case 'celsius':
      return [`${significant(value)} °C`, `${significant(value)}°C`, `${significant(value)} degrees Celsius`];
    case 'watts':
      return [
        `${rounded(value, 0)} W`,
        `${rounded(value, 1)} watts`,
        `${String(Number((value / 1000).toPrecision(4)))} kW`,
      ];
    case 'megahertz':
      return [`${rounded(value, 0)} MHz`, `${String(Number((value / 1000).toPrecision(4)))} GHz`];
    case 'bytes':
      return [`${significant(value / 1024 ** 3)} GiB`, `${significant(value / 1e9)} GB`];
    case 'bytesPerSecond':
      return [`${significant(value / 1024 ** 2)} MiB/s`, `${significant(value / 1e6)} MB/s`];
    case 'seconds':
      return [`${significant(value)} s`, `${significant(value * 1000)} ms`, `${significant(value)} seconds`];
    case 'milliseconds':
      return [`${significant(value)} ms`, `${String(Number((value / 1000).toPrecision(4)))} s`];
    case 'tokensPerSecond':
      return [`${rounded(value, 0)} tokens/s`, `${rounded(value, 1)} tokens per second`];
    case 'perSecond':
      return [`${significant(value)} per second`, `${significant(value)}/s`];
    case 'count':
    case 'text':
      return [significant(value)];
  }
}

function pick<T>(items: readonly T[], seed: number): T | undefined {
  return items[seed % items.length];
}

const SPELLED = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];

/** What the subject is called in a sentence, with and without its long name. */
function subjectNames({ subject: { kind, label, id } }: Finding): string[] {
  const short = label.replace(/ \(.*\)$/, '');
  if (kind === 'gpu') return [label, short, short.toLowerCase().replace(' ', ''), id];
  if (kind === 'engine') return [label, id];
  return kind === 'host' ? [label] : [];
}

/** Statements about one reading alone. */
function readingSentences(evidence: Evidence, names: readonly string[], seed: number): string[] {
  const { value } = evidence;
  if (typeof value !== 'number') return [];
  const name = called(evidence);
  const all = spellings(value, evidence);
  const spelled = pick(all, seed) ?? String(value);
  const other = pick(all, seed + 1) ?? spelled;
  const subject = pick(names, seed);
  const sentences = [`The ${name} is ${spelled}.`, `At the moment of the reading, the ${name} was ${other}.`];
  if (subject !== undefined)
    sentences.push(`On ${subject}, the ${name} is ${other}.`, `The ${name} of ${subject} is ${spelled}.`);
  if (Number.isInteger(value) && value > 1 && value <= 12 && evidence.unit === 'count')
    sentences.push(`The ${name} is ${SPELLED[value] ?? ''}.`);
  return sentences;
}

const ABOVE = ['above', 'over', 'higher than'];
const BELOW = ['below', 'under', 'lower than'];

/** Statements about a reading and its bound. */
function boundSentences(evidence: Evidence, seed: number): string[] {
  const { value, threshold } = evidence;
  if (typeof value !== 'number' || typeof threshold !== 'number' || value === threshold) return [];
  const name = called(evidence);
  const [left = '', right = ''] = [spellings(value, evidence), spellings(threshold, evidence)].map((all) =>
    pick(all, seed),
  );
  // Rounded to the same, they can not be told apart.
  if (left === right) return [];
  const comparing = pick(value > threshold ? ABOVE : BELOW, seed) ?? '';
  return [
    `The ${name} is ${left}, which is ${comparing} the threshold of ${right}.`,
    `With ${left}, the ${name} is ${comparing} its bound of ${right}.`,
    `The ${name} reached ${left} against a threshold of ${right}.`,
  ];
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** Statements about the same reading of several GPUs. */
function groupSentences(findings: readonly Finding[]): TruthfulSentence[] {
  const byRule = new Map<string, Finding[]>();
  for (const finding of findings.filter(({ subject }) => subject.kind === 'gpu')) {
    byRule.set(finding.ruleId, [...(byRule.get(finding.ruleId) ?? []), finding]);
  }
  return [...byRule.values()].flatMap((group) => (group.length < 2 ? [] : aboutGroup(group)));
}

function aboutGroup(group: readonly Finding[]): TruthfulSentence[] {
  const [first] = group;
  if (!first) return [];
  const indices = group
    .map(({ subject }) => /^GPU (\d+)/.exec(subject.label)?.[1] ?? '')
    .filter((index) => index !== '');
  const title = first.title.charAt(0).toLowerCase() + first.title.slice(1);
  const sentences = [`${group.length} GPUs are affected.`, `GPUs ${listed(indices)} have the same finding: ${title}.`];
  const shared = first.evidence.find(
    ({ signal, value }) =>
      typeof value === 'number' &&
      group.every(({ evidence }) => evidence.some((one) => one.signal === signal && one.value === value)),
  );
  if (shared && typeof shared.value === 'number') {
    sentences.push(`On GPUs ${listed(indices)}, the ${called(shared)} is ${spellings(shared.value, shared)[0] ?? ''}.`);
  }
  return sentences.map((text) => ({ text, findingId: first.id, isOverall: true }));
}

/** Statements about what the findings are and how they hang together. */
function plainSentences(finding: Finding, all: readonly Finding[]): string[] {
  const { title, summary, severity, subject, rootCause, causedBy } = finding;
  const lower = /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
  const sentences = [
    summary,
    `${title} on ${subject.label}.`,
    `The finding on ${subject.label} is of ${severity} severity.`,
  ];
  if (rootCause) sentences.push(`This is a root cause: ${lower}.`);
  const cause = all.find(({ id }) => causedBy.includes(id));
  if (cause)
    sentences.push(
      `${title}, because of another finding: ${cause.title.charAt(0).toLowerCase()}${cause.title.slice(1)}.`,
    );
  if (finding.category === 'health') sentences.push('This concerns the health of the hardware or the service.');
  return sentences;
}

/** Statements about the analysis as a whole. */
function overallSentences({ analysis }: InsightRequest, findings: readonly Finding[]): string[] {
  const roots = findings.filter(({ rootCause }) => rootCause).length;
  return [
    `The analysis confirmed ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}.`,
    `${roots} ${roots === 1 ? 'root cause was' : 'root causes were'} identified.`,
    `${analysis.coverage.rulesEvaluated} of ${analysis.coverage.rulesTotal} rules could be evaluated.`,
    `The readings cover ${significant(analysis.windowSeconds)} seconds.`,
  ];
}

/** True sentences about a request: readings, bounds, groups, severities and links, in natural wording. */
export function truthfulSentences(request: InsightRequest, seed: number = 1): TruthfulSentence[] {
  const findings = request.analysis.findings.filter(({ state }) => state === 'confirmed');
  const [top] = findings;
  if (!top) return [];
  const perFinding = findings.flatMap((finding, index) => {
    const names = subjectNames(finding);
    const texts = [
      ...plainSentences(finding, findings),
      ...finding.evidence.flatMap((evidence, at) => [
        ...readingSentences(evidence, names, seed + index + at),
        ...boundSentences(evidence, seed + index + at),
      ]),
    ];
    return texts.map((text) => ({ text, findingId: finding.id, isOverall: false }));
  });
  const overall = overallSentences(request, findings).map((text) => ({ text, findingId: top.id, isOverall: true }));
  return [...overall, ...groupSentences(findings), ...perFinding];
}
