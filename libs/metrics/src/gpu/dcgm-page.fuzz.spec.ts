import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Gpu } from '@app/core';
import { cpuMs, fuzzRuns, mutatedText } from '@app/testing/fuzz';
import { aDcgmPage, aMigGpu, aVgpuGuest, dcgmUuid, type DcgmPageValues } from '@app/testing/gpu';
import { mapDcgmPage } from './dcgm-page.mapper.js';

const LONGEST_MS = 1000;
const MIB = 1024 ** 2;

/** Numbers that differ from each other, so that a value read from the wrong place is noticed. */
const FACTS = {
  DEV_GPU_TEMP: 63,
  DEV_MEM_COPY_UTIL: 37,
  DEV_TOTAL_ENERGY_CONSUMPTION: 7654321098,
  DEV_ECC_DBE_VOL_TOTAL: 3,
  DEV_POWER_VIOLATION: 2500000000,
  DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL: 7,
  DEV_NVLINK_CRC_DATA_ERROR_COUNT_TOTAL: 2,
  'DCGM_EXP_XID_ERRORS_COUNT{xid="79"}': 5,
  PROF_SM_ACTIVE: '0.812345',
} as const;

const PAGES: readonly (readonly [string, DcgmPageValues])[] = [
  ['two GPUs', { gpus: [{ fields: FACTS }, {}] }],
  ['names of 4.6', { gpus: [{ fields: FACTS }, {}], hasNamesOf46: true }],
  ['no metadata', { gpus: [{ fields: FACTS }], hasMetadata: false }],
  ['MIG', { gpus: aMigGpu() }],
  ['vGPU', { gpus: [aVgpuGuest()] }],
];

/** What a written number may become: its units, and the sums of memory, CRC errors and Xids. */
const FACTORS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/Bytes$/, [MIB, 1]],
  [/^gpus\.utilization\..*Ratio$|^gpus\.fanRatio$/, [1 / 100, 1]],
  [/^gpus\.energyJoules$/, [1 / 1000, 1]],
  [/^gpus\.clockEventSeconds\./, [1e-9, 1]],
  [/Mhz$/, [1, 1e-6]],
];
const SUMS = /totalBytes$|memoryTotalBytes$|crcErrors$|xid\.count$/i;
const POSITIONS = /^gpus\.index$|gpuInstanceId$/;

function numbersIn(text: string): number[] {
  return [
    ...new Set(
      [...text.matchAll(/\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?/g)].map(([digits]) => Number(digits)),
    ),
  ];
}

function unexplained(gpus: readonly Gpu[], text: string): string[] {
  const known = numbersIn(text);
  return gpus
    .flatMap((gpu) => numbersOf(gpu, 'gpus'))
    .flatMap(([path, value]) => {
      if (POSITIONS.test(path) || SUMS.test(path)) return [];
      const factors = FACTORS.find(([pattern]) => pattern.test(path))?.[1] ?? [1];
      const isKnown = factors.some((factor) =>
        known.some((one) => Math.abs(one * factor - Math.abs(value)) <= 1e-9 * Math.abs(value)),
      );
      return isKnown ? [] : [`${path} ${value}`];
    });
}

function numbersOf(value: unknown, path: string): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  if (Array.isArray(value)) return value.flatMap((item: unknown) => numbersOf(item, path));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => numbersOf(item, `${path}.${name}`));
}

/** The sum of memory is that of its parts unless the page has a total, which none of these pages has. */
function expectSumOfMemory({ memory }: Gpu): void {
  const { totalBytes, reservedBytes, usedBytes, freeBytes } = memory;
  const parts = [reservedBytes, usedBytes, freeBytes];
  const sum = parts.reduce<number | null>((total, part) => (total === null || part === null ? null : total + part), 0);
  expect(totalBytes).toBe(sum);
}

describe('dcgm-exporter pages that were damaged', () => {
  it.each(PAGES)('are read without exception, haste or invention: %s', (_name, values) => {
    fc.assert(
      fc.property(mutatedText(aDcgmPage(values)), (text) => {
        const startedAt = cpuMs();
        const { gpus } = mapDcgmPage(text);
        expect(cpuMs() - startedAt).toBeLessThan(LONGEST_MS);
        expect(unexplained(gpus, text)).toEqual([]);
        for (const gpu of gpus) {
          expectSumOfMemory(gpu);
          for (const [path, value] of numbersOf(gpu, 'gpus')) {
            expect([path, Number.isFinite(value)]).toEqual([path, true]);
            if (path.endsWith('Ratio')) expect([path, value >= 0 && value <= 1]).toEqual([path, true]);
          }
        }
      }),
      { numRuns: Math.ceil(fuzzRuns() / PAGES.length) },
    );
  });

  it('hold all facts while they are whole', () => {
    for (const [, values] of PAGES.slice(0, 3)) {
      const [gpu] = mapDcgmPage(aDcgmPage(values)).gpus;
      expect(gpu).toEqual(expect.objectContaining({ uuid: dcgmUuid(0), energyJoules: 7654321.098 }));
      expect(gpu?.temperature.gpuCelsius).toBe(63);
      expect(gpu?.utilization).toEqual({ gpuRatio: 0.92, memoryRatio: 0.37, encoderRatio: 0, decoderRatio: 0 });
      expect(gpu?.memory.usedBytes).toBe(71680 * MIB);
      expect(gpu?.ecc.volatileUncorrected).toBe(3);
      expect(gpu?.clockEventSeconds.swPowerCap).toBe(2.5);
      expect(gpu?.nvlink.crcErrors).toBe(9);
      expect(gpu?.xid).toEqual({ lastCode: 0, count: 5 });
      expect(gpu?.profiling.smActiveRatio).toBe(0.812345);
    }
  });
});
