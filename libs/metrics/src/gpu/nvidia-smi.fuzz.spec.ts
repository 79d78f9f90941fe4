import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Gpu } from '@app/core';
import { cpuMs, fuzzRuns, mutatedText } from '@app/testing/fuzz';
import { anNvidiaSmiLog, migXmlValues, vgpuXmlValues, type GpuXmlValues, type LogOptions } from '@app/testing/gpu';
import { toGpuReading, type GpuReading } from './gpu-reading.js';
import { answerFromRecording } from './nvidia-smi.client.js';

const LONGEST_MS = 1000;

/** Numbers that differ from each other, so that a value read from the wrong place is noticed. */
const FACTS: Partial<GpuXmlValues> = {
  gpuUtilPercent: 37,
  usedMib: 61234,
  gpuCelsius: 63,
  averageWatts: '412.34 W',
  smMhz: 1755,
  replayCount: 17,
  volatileDramCorrectable: 21,
  volatileSramCorrectable: 1,
  remappedRows: {
    correctable: 2,
    uncorrectable: 3,
    pending: 'No',
    failure: 'Yes',
    banks: { max: 2555, high: 4, partial: 1, low: 0, none: 0 },
  },
};

const LOGS: readonly (readonly [string, LogOptions, Partial<GpuXmlValues>])[] = [
  ['schema 13', { schema: 13 }, FACTS],
  ['schema 12', { schema: 12 }, FACTS],
  ['schema 11', { schema: 11 }, FACTS],
  ['names of driver 610', { hasNamesOf610: true }, FACTS],
  ['MIG', {}, migXmlValues()],
  ['vGPU', {}, vgpuXmlValues()],
];

function logOf(options: LogOptions, values: Partial<GpuXmlValues>): string {
  return anNvidiaSmiLog(options).withGpu(values).withGpu().build();
}

function read(stdout: string): GpuReading {
  const origin = { source: 'nvidia-smi', collectedAt: null, durationMs: null };
  return toGpuReading(answerFromRecording({ stdout }), origin);
}

/** Every number of the text; what XML leaves out or spells in another way is undone first. */
function numbersIn(text: string): Set<number> {
  const plain = text.replace(/<!--[\s\S]*?-->|<!\[CDATA\[|\]\]>/g, '');
  return new Set(
    [...plain.matchAll(/-?\d+(?:\.\d+)?/g)].flatMap(([digits]) => [Number(digits), Math.abs(Number(digits))]),
  );
}

const FACTORS: readonly (readonly [RegExp, number])[] = [
  [/Bytes$/, 1024 ** 2],
  [/BytesPerSecond$/, 1000],
  [/Ratio$/, 1 / 100],
  [/^gpus\.clockEventSeconds\./, 1e-6],
];
const SUMS = /^gpus\.ecc\./;

function unexplained(gpus: readonly Gpu[], text: string): string[] {
  const known = numbersIn(text);
  const sums = sumsOfCounts(text);
  return gpus
    .flatMap((gpu) => numbersOf(gpu, 'gpus'))
    .flatMap(([path, value]) => {
      if (path === 'gpus.index') return [];
      const factor = FACTORS.find(([pattern]) => pattern.test(path))?.[1] ?? 1;
      const written = value / factor;
      const isSum = SUMS.test(path) && sums.has(written);
      return isSum || isNear(written, known) ? [] : [`${path} ${value}`];
    });
}

function isNear(value: number, known: ReadonlySet<number>): boolean {
  const rounded = Number(value.toPrecision(12));
  return (
    known.has(value) || known.has(rounded) || [...known].some((one) => Math.abs(one - value) <= 1e-9 * Math.abs(one))
  );
}

/** Error counts are sums of those of one to four kinds of memory. */
function sumsOfCounts(text: string): Set<number> {
  const counts = [...text.matchAll(/(?:correctable\w*|total)>\s*(\d+)/g)].map((match) => Number(match[1]));
  let sums = new Set([0]);
  for (let count = 0; count < 4; count += 1) {
    sums = new Set([...sums, ...[...sums].flatMap((sum) => [...new Set(counts)].map((one) => sum + one))]);
  }
  return sums;
}

function numbersOf(value: unknown, path: string): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((item: unknown) => numbersOf(item, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => numbersOf(item, `${path}.${name}`));
}

describe('nvidia-smi logs that were damaged', () => {
  it.each(LOGS)('are read without exception, haste or invention: %s', (_name, options, values) => {
    fc.assert(
      fc.property(mutatedText(logOf(options, values)), (text) => {
        const startedAt = cpuMs();
        const { gpus, section, gaps } = read(text);
        expect(cpuMs() - startedAt).toBeLessThan(LONGEST_MS);
        expect(unexplained(gpus, text)).toEqual([]);
        if (gpus.length === 0)
          expect(gaps).toEqual([{ signal: 'gpus', status: section.status, reason: section.detail }]);
        expect(section.status === 'ok' ? section.detail : 'said').toBe(section.status === 'ok' ? null : 'said');
      }),
      { numRuns: Math.ceil(fuzzRuns() / LOGS.length) },
    );
  });

  it('hold all facts while they are whole', () => {
    for (const [, options, values] of LOGS.slice(0, 4)) {
      const [gpu] = read(logOf(options, values)).gpus;
      expect(gpu).toEqual(expect.objectContaining({ uuid: 'GPU-00000000-0000-4000-8000-000000000001' }));
      expect(gpu?.utilization.gpuRatio).toBe(0.37);
      expect(gpu?.memory.usedBytes).toBe(61234 * 1024 ** 2);
      expect(gpu?.temperature.gpuCelsius).toBe(63);
      expect(gpu?.power.drawWatts).toBe(412.34);
      expect(gpu?.clocks.smMhz).toBe(1755);
      expect(gpu?.pcie.replayCount).toBe(17);
      expect(gpu?.ecc.volatileCorrected).toBe(22);
      expect(gpu?.remappedRows).toEqual(
        expect.objectContaining({ correctable: 2, uncorrectable: 3, pending: false, failure: true }),
      );
      expect(gpu?.remappedRows.histogram.maxBanks).toBe(2555);
      expect(unexplained(gpu === undefined ? [] : [gpu], logOf(options, values))).toEqual([]);
    }
  });
});
