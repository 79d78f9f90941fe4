import { describe, expect, it } from '@jest/globals';
import type { Comparison } from './compare-samples.js';
import { changeText, metricText, signalName } from './effect-words.js';

function text(signal: string, before: number, after: number, verdict: Comparison['verdict']): string {
  const changeRatio = before === 0 ? null : (after - before) / before;
  return metricText(
    { signal, minimumChangeRatio: 0.1 },
    { before, after, changeRatio, verdict, lacks: null, isSuspect: false, isAlarming: false },
  );
}

describe('metricText', () => {
  it.each([
    ['gpus.clocks.smMhz', 900, 1980, 'improved', 'SM clock rose from 900 to 1,980 MHz (+120 %)'],
    ['gpus.power.drawWatts', 700, 500, 'improved', 'power draw fell from 700 to 500 W (−29 %)'],
    ['gpus.memory.usedBytes', 1024 ** 3, 1024 ** 2, 'improved', 'GPU memory in use fell from 1 GiB to 1 MiB (−100 %)'],
    ['engines.kvCacheUsageRatio', 0.5, 0.9, 'regressed', 'KV cache usage rose from 50 to 90 % (+80 %)'],
    ['engines.requestsWaiting', 0, 12, 'regressed', 'waiting requests rose from 0 to 12'],
    ['engines.requestsWaiting', 0, 0, 'neutral', 'waiting requests unchanged at 0'],
    ['engines.requestsWaiting', 144, 0, 'neutral', 'waiting requests not worse (from 144 to 0, −100 %)'],
    ['engines.ttft.p95Seconds', 0.5, 0.505, 'neutral', 'p95 time to first token unchanged (+1 %)'],
    [
      'engines.generationTokensPerSecond',
      1000,
      960,
      'inconclusive',
      'tokens per second varies too much to be judged (from 1,000 to 960 tokens/s, −4 %)',
    ],
  ] as const)('of %s from %d to %d, %s', (signal, before, after, verdict, expected) => {
    expect(text(signal, before, after, verdict)).toBe(expected);
  });
});

it.each([
  ['gpus.pcie.rxBytesPerSecond', 'pcie rx'],
  ['system.memory.availableBytes', 'memory available'],
  ['gpus.temperature.gpuCelsius', 'GPU temperature'],
])('calls %s %s', (signal, name) => expect(signalName(signal)).toBe(name));

it.each([
  [null, ''],
  [0, ' (0 %)'],
  [0.004, ' (+0.4 %)'],
  [-0.012, ' (−1 %)'],
  [12.34, ' (+1,234 %)'],
])('writes a change of %p as "%s"', (ratio, expected) => expect(changeText(ratio)).toBe(expected));
