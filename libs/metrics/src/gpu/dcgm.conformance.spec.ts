import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { mapDcgmPage } from './dcgm-page.mapper.js';

const CAPTURES = process.env.CAPTURES_DIR;
const FOLDER = CAPTURES === undefined ? '' : join(CAPTURES, 'dcgm');
const FILES = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.prom')) : [];

const MIB = 1048576;
const BLANK = /^(21474836(3[2-9]|4[0-7])|14073748835532\d(\.0+)?|922337203685477\d+)$/;

/** Lines of one GPU as a whole. */
function linesOf(text: string, uuid: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.includes(`UUID="${uuid}"`) && !/GPU_I_ID="[^"]/.test(line) && !line.startsWith('#'));
}

/** The number that stands at the end of the first line of any of the names. */
function written(lines: readonly string[], ...names: readonly string[]): number | null {
  for (const name of names) {
    const line = lines.find((candidate) => candidate.startsWith(`DCGM_FI_${name}{`));
    const value = /\} (\S+)/.exec(line ?? '')?.[1];
    if (value !== undefined && !BLANK.test(value)) return Number(value);
  }
  return null;
}

function times(value: number | null, factor: number): number | null {
  return value === null ? null : value * factor;
}

function over(value: number | null, divisor: number): number | null {
  return value === null ? null : value / divisor;
}

function expectedOf(text: string, uuid: string): Record<string, unknown> {
  const lines = linesOf(text, uuid);
  const memoryCelsius = written(lines, 'DEV_MEMORY_TEMP', 'DEV_MEMORY_TEMP_CELSIUS');
  return {
    uuid,
    name: /modelName="([^"]*)"/.exec(lines[0] ?? '')?.[1] ?? null,
    driverVersion: /DCGM_FI_DRIVER_VERSION="([^"]*)"/.exec(lines.join('\n'))?.[1] ?? null,
    gpuCelsius: written(lines, 'DEV_GPU_TEMP', 'DEV_GPU_TEMP_CELSIUS'),
    memoryCelsius: memoryCelsius === 0 ? null : memoryCelsius,
    drawWatts: written(lines, 'DEV_POWER_USAGE', 'DEV_BOARD_POWER_WATTS'),
    energyJoules: over(written(lines, 'DEV_TOTAL_ENERGY_CONSUMPTION'), 1000),
    smMhz: written(lines, 'DEV_SM_CLOCK'),
    memoryMhz: written(lines, 'DEV_MEM_CLOCK'),
    percentOfMemory: over(written(lines, 'DEV_MEM_COPY_UTIL'), 100),
    usedBytes: times(written(lines, 'DEV_FB_USED'), MIB),
    freeBytes: times(written(lines, 'DEV_FB_FREE'), MIB),
    replayCount: written(lines, 'DEV_PCIE_REPLAY_COUNTER', 'DEV_PCIE_REPLAY_TOTAL'),
    lastXid: written(lines, 'DEV_XID_ERRORS', 'DEV_XID_ERROR'),
    dramActiveRatio: written(lines, 'PROF_DRAM_ACTIVE', 'PROF_DRAM_UTIL_RATIO'),
    tensorActiveRatio: written(lines, 'PROF_PIPE_TENSOR_ACTIVE', 'PROF_TENSOR_UTIL_RATIO'),
    graphicsEngineActiveRatio: written(lines, 'PROF_GR_ENGINE_ACTIVE', 'PROF_GR_ENGINE_UTIL_RATIO'),
    rxBytesPerSecond: written(lines, 'PROF_PCIE_RX_BYTES'),
    remapped: written(lines, 'DEV_UNCORRECTABLE_REMAPPED_ROWS', 'DEV_ROW_REMAP_UNCORRECTABLE_TOTAL'),
    slowdownCelsius: written(lines, 'DEV_SLOWDOWN_TEMP', 'DEV_GPU_TEMP_SLOWDOWN_CELSIUS'),
    requestedLimitWatts: written(lines, 'DEV_POWER_MGMT_LIMIT', 'DEV_BOARD_POWER_LIMIT_REQUESTED_WATTS'),
  };
}

function actualOf(gpu: Gpu): Record<string, unknown> {
  return {
    uuid: gpu.uuid,
    name: gpu.name,
    driverVersion: gpu.driverVersion,
    gpuCelsius: gpu.temperature.gpuCelsius,
    memoryCelsius: gpu.temperature.memoryCelsius,
    drawWatts: gpu.power.drawWatts,
    energyJoules: gpu.energyJoules,
    smMhz: gpu.clocks.smMhz,
    memoryMhz: gpu.clocks.memoryMhz,
    percentOfMemory: gpu.utilization.memoryRatio,
    usedBytes: gpu.memory.usedBytes,
    freeBytes: gpu.memory.freeBytes,
    replayCount: gpu.pcie.replayCount,
    lastXid: gpu.xid.lastCode,
    dramActiveRatio: gpu.profiling.dramActiveRatio,
    tensorActiveRatio: gpu.profiling.tensorActiveRatio,
    graphicsEngineActiveRatio: gpu.profiling.graphicsEngineActiveRatio,
    rxBytesPerSecond: gpu.pcie.rxBytesPerSecond,
    remapped: gpu.remappedRows.uncorrectable,
    slowdownCelsius: gpu.temperature.slowdownCelsius,
    requestedLimitWatts: gpu.power.requestedLimitWatts,
  };
}

const describeCaptures = FILES.length > 0 ? describe : describe.skip;

describeCaptures('dcgm-exporter captures (set CAPTURES_DIR to a folder of recorded pages to run these)', () => {
  it.each(FILES.length > 0 ? FILES : ['no capture'])('reads %s as its text says', (file) => {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    const uuids = new Set([...text.matchAll(/UUID="([^"]+)"/g)].map((match) => match[1] ?? ''));
    const { gpus, gaps, unreadable } = mapDcgmPage(text);
    expect(gpus.map(actualOf)).toEqual([...uuids].map((uuid) => expectedOf(text, uuid)));
    const unnamed = text.split('\n').filter((line) => /^DCGM_\w+ /.test(line)).length;
    expect(gaps.some(({ signal, reason }) => signal === 'gpus' && reason.startsWith(`${unnamed} series`))).toBe(
      unnamed > 0,
    );
    const isKnown = (part: string): boolean => /have no UUID label|the page may be cut off/.test(part);
    expect(unreadable.filter((part) => !isKnown(part))).toEqual([]);
  });
});
