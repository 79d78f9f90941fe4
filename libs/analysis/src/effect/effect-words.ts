import { unitOfSignal, type WatchedSignal } from '@app/core';
import { formatNumber, formatValue } from '../format-evidence.js';
import type { Comparison } from './compare-samples.js';

/** Names of the signals that actions watch most; others are told from their path. */
const NAMES: Readonly<Record<string, string>> = {
  'gpus.clocks.smMhz': 'SM clock',
  'gpus.clocks.graphicsMhz': 'graphics clock',
  'gpus.clocks.memoryMhz': 'memory clock',
  'gpus.power.drawWatts': 'power draw',
  'gpus.power.enforcedLimitWatts': 'power limit',
  'gpus.temperature.gpuCelsius': 'GPU temperature',
  'gpus.temperature.memoryCelsius': 'memory temperature',
  'gpus.temperature.marginCelsius': 'thermal margin',
  'gpus.utilization.gpuRatio': 'GPU utilisation',
  'gpus.memory.usedBytes': 'GPU memory in use',
  'engines.up': 'engine answers',
  'engines.healthy': 'engine health',
  'engines.generationTokensPerSecond': 'tokens per second',
  'engines.promptTokensPerSecond': 'prompt tokens per second',
  'engines.requestsPerSecond': 'requests per second',
  'engines.requestsRunning': 'running requests',
  'engines.requestsWaiting': 'waiting requests',
  'engines.requestsWaitingCapacity': 'requests waiting for capacity',
  'engines.kvCacheUsageRatio': 'KV cache usage',
  'engines.prefixCacheHitRatio': 'prefix cache hits',
  'engines.externalCacheHitRatio': 'external cache hits',
  'engines.preemptionsPerSecond': 'preemptions',
  'engines.ttft.p95Seconds': 'p95 time to first token',
  'engines.interTokenLatency.p95Seconds': 'p95 time between tokens',
  'engines.queueTime.p95Seconds': 'p95 time in the queue',
  'engines.endToEnd.p95Seconds': 'p95 time of a request',
  'caches.hitRatio': 'cache hits',
  'caches.usageRatio': 'cache usage',
};

const UNIT_SUFFIX = /(?:BytesPerSecond|TokensPerSecond|PerSecond|Bytes|Seconds|Ratio|Celsius|Watts|Mhz)$/;

/** What a person calls a signal. */
export function signalName(signal: string): string {
  const known = NAMES[signal];
  if (known !== undefined) return known;
  const words = signal
    .split('.')
    .slice(1)
    .map((part) => part.replace(UNIT_SUFFIX, ''))
    .join(' ');
  return words.replace(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase();
}

/** `from 900 to 1,980 MHz`: the unit once where both have the same. */
function fromTo(before: number, after: number, signal: string): string {
  const [from, to] = [valueText(before, signal), valueText(after, signal)];
  const unit = / \D+$/.exec(to)?.[0] ?? '';
  const isShared = unit !== '' && from.endsWith(unit);
  return `from ${isShared ? from.slice(0, -unit.length) : from} to ${to}`;
}

function valueText(value: number, signal: string): string {
  return grouped(formatValue(value, unitOfSignal(signal)));
}

function grouped(text: string): string {
  return text.replace(/^-?\d{4,}/, (digits) => digits.replace(/\B(?=(?:\d{3})+$)/g, ','));
}

/** ` (+120 %)`; nothing where there is no ratio. */
export function changeText(ratio: number | null): string {
  if (ratio === null) return '';
  const percent = Math.abs(ratio) * 100;
  const sign = ratio < 0 ? '−' : '+';
  const digits = percent >= 1 ? grouped(String(Math.round(percent))) : formatNumber(percent);
  return digits === '0' ? ' (0 %)' : ` (${sign}${digits} %)`;
}

/** What became of one signal, as part of a sentence. */
export function metricText(
  { signal, minimumChangeRatio }: Pick<WatchedSignal, 'signal' | 'minimumChangeRatio'>,
  comparison: Comparison,
): string {
  const { before, after, changeRatio, verdict } = comparison;
  const name = signalName(signal);
  if (before === null || after === null || comparison.lacks !== null) return `${name} can not be compared`;
  const change = changeText(changeRatio);
  const moved = `${after < before ? 'fell' : 'rose'} ${fromTo(before, after, signal)}${change}`;
  switch (verdict) {
    case 'improved':
    case 'regressed':
      return `${name} ${moved}`;
    case 'neutral':
      // It varies too much to be called better, and is certainly not worse.
      if (Math.abs(changeRatio ?? 0) > minimumChangeRatio) {
        return `${name} not worse (${fromTo(before, after, signal)},${change.replace(/[()]/g, '')})`;
      }
      return change === '' ? `${name} unchanged at ${valueText(after, signal)}` : `${name} unchanged${change}`;
    case 'inconclusive':
      return before === after
        ? `${name} varies too much to be judged`
        : `${name} varies too much to be judged (${fromTo(before, after, signal)}${change === '' ? '' : `,${change.replace(/[()]/g, '')}`})`;
  }
}

export function sentence(text: string): string {
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
