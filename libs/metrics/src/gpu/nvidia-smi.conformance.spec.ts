import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Gpu } from '@app/core';
import { mapNvidiaSmi } from './nvidia-smi.mapper.js';
import { parseNvidiaSmiXml } from './nvidia-smi.xml.js';

const CAPTURES = process.env.CAPTURES_DIR;
const FOLDER = CAPTURES === undefined ? null : join(CAPTURES, 'nvidia-smi');
const FILES = FOLDER === null ? [] : readdirSync(FOLDER).filter((name) => name.endsWith('.xml'));

/** Reads the text by expressions alone, to share nothing with the mapper. */
function inside(text: string, element: string): string {
  return new RegExp(`<${element}(?: [^>]*)?>([\\s\\S]*?)</${element}>`).exec(text)?.[1] ?? '';
}

function numberIn(text: string, element: string, unit: string): number | null {
  const written = new RegExp(`^\\s*(-?[0-9.]+) ?${unit}\\s*$`).exec(inside(text, element))?.[1];
  return written === undefined ? null : Number(written);
}

function nullOr(value: number | null, scale: (value: number) => number): number | null {
  return value === null ? null : scale(value);
}

/** Values of one `<gpu>` text as a person would copy them. */
function expectedOf(gpu: string): Record<string, unknown> {
  const wholeGpu = gpu.replace(/<mig_devices>[\s\S]*<\/mig_devices>/, '');
  const memory = inside(wholeGpu, 'fb_memory_usage');
  const temperature = inside(gpu, 'temperature');
  const power = inside(gpu, 'gpu_power_readings') || inside(gpu, 'power_readings');
  const mebibytes = (name: string): number | null => nullOr(numberIn(memory, name, 'MiB'), (mib) => mib * 1048576);
  const draws = ['power_draw', 'average_power_draw', 'instant_power_draw'].map((name) => numberIn(power, name, 'W'));
  const retired = inside(inside(gpu, 'double_bit_retirement'), 'retired_count');
  const active = [...gpu.matchAll(/clocks_(?:event|throttle)_reason_(\w+)>Active</g)].map((match) => match[1]);
  return {
    uuid: /<uuid>(GPU-[^<]+)</.exec(gpu)?.[1] ?? null,
    name: inside(gpu, 'product_name'),
    architecture: inside(gpu, 'product_architecture') || null,
    totalBytes: mebibytes('total'),
    usedBytes: mebibytes('used'),
    freeBytes: mebibytes('free'),
    gpuRatio: nullOr(numberIn(gpu, 'gpu_util', '%'), (percent) => percent / 100),
    memoryRatio: nullOr(numberIn(gpu, 'memory_util', '%'), (percent) => percent / 100),
    fanRatio: nullOr(numberIn(gpu, 'fan_speed', '%'), (percent) => percent / 100),
    gpuCelsius: numberIn(temperature, 'gpu_temp', 'C'),
    memoryCelsius: numberIn(temperature, 'memory_temp', 'C'),
    slowdownCelsius: numberIn(temperature, 'gpu_temp_slow_threshold', 'C'),
    drawWatts: draws.find((draw) => draw !== null) ?? null,
    enforcedLimitWatts: numberIn(power, '(?:enforced|current)_power_limit', 'W'),
    maxLimitWatts: numberIn(power, 'max_power_limit', 'W'),
    smMhz: numberIn(inside(gpu, 'clocks'), 'sm_clock', 'MHz'),
    maxMemoryMhz: numberIn(inside(gpu, 'max_clocks'), 'mem_clock', 'MHz'),
    pcieWidth: numberIn(gpu, 'current_link_width', 'x'),
    replayCount: numberIn(gpu, 'replay_counter', ''),
    doubleBit: /^\d+$/.test(retired) ? Number(retired) : null,
    reasonCount: /clocks_(event|throttle)_reason_gpu_idle>(Not )?Active</.test(gpu)
      ? active.filter((name) => name !== 'unknown').length
      : null,
    processes: [...gpu.matchAll(/<pid>(\d+)<\/pid>/g)].map((match) => Number(match[1])),
    migDevices: [...gpu.matchAll(/<mig_device>/g)].length,
    ...expectedOfNewerDrivers(gpu),
  };
}

function yesOrNo(text: string, element: string): boolean | null {
  return { Yes: true, No: false, Enabled: true, Disabled: false }[inside(text, element).trim()] ?? null;
}

function wordIn(text: string, element: string): string | null {
  const word = inside(text, element).trim();
  return word === '' || word === 'N/A' ? null : word;
}

function expectedOfNewerDrivers(gpu: string): Record<string, unknown> {
  const banks = (name: string): number | null => numberIn(gpu, `row_remapper_histogram_${name}`, 'bank\\(s\\)');
  const generation = inside(gpu, 'pcie_gen');
  return {
    virtualizationMode: wordIn(gpu, 'virtualization_mode'),
    memoryMaxOperatingCelsius: numberIn(gpu, 'gpu_temp_max_mem_threshold', 'C'),
    hostMaxGeneration: numberIn(generation, 'max_host_link_gen', ''),
    maxGeneration: numberIn(generation, 'max_link_gen', ''),
    pendingEccMode: yesOrNo(gpu, 'pending_ecc'),
    sramThresholdExceeded: yesOrNo(gpu, 'sram_threshold_exceeded'),
    banks: ['max', 'high', 'partial', 'low', 'none'].map(banks),
    repairPending: [yesOrNo(gpu, 'channel_repair_pending'), yesOrNo(gpu, 'tpc_repair_pending')],
    fabric: [wordIn(inside(gpu, 'fabric'), 'state'), wordIn(inside(gpu, 'fabric'), 'status')],
    pendingMigMode: yesOrNo(gpu, 'pending_mig'),
    instancesOfProcesses: [...inside(gpu, 'processes').matchAll(/<gpu_instance_id>(\d+)</g)].map((match) =>
      Number(match[1]),
    ),
  };
}

function actualOf(gpu: Gpu): Record<string, unknown> {
  const { memory, temperature, utilization, power, clocks, pcie, retiredPages } = gpu;
  return {
    uuid: gpu.uuid,
    name: gpu.name,
    architecture: gpu.architecture,
    totalBytes: memory.totalBytes,
    usedBytes: memory.usedBytes,
    freeBytes: memory.freeBytes,
    gpuRatio: utilization.gpuRatio,
    memoryRatio: utilization.memoryRatio,
    fanRatio: gpu.fanRatio,
    gpuCelsius: temperature.gpuCelsius,
    memoryCelsius: temperature.memoryCelsius,
    slowdownCelsius: temperature.slowdownCelsius,
    drawWatts: power.drawWatts,
    enforcedLimitWatts: power.enforcedLimitWatts,
    maxLimitWatts: power.maxLimitWatts,
    smMhz: clocks.smMhz,
    maxMemoryMhz: clocks.maxMemoryMhz,
    pcieWidth: pcie.width,
    replayCount: pcie.replayCount,
    doubleBit: retiredPages.doubleBit,
    reasonCount: gpu.clockEventReasons?.length ?? null,
    processes: gpu.processes.map(({ pid }) => pid),
    migDevices: gpu.mig.devices.length,
    virtualizationMode: gpu.virtualizationMode,
    memoryMaxOperatingCelsius: temperature.memoryMaxOperatingCelsius,
    hostMaxGeneration: pcie.hostMaxGeneration,
    maxGeneration: pcie.maxGeneration,
    pendingEccMode: gpu.ecc.pendingMode,
    sramThresholdExceeded: gpu.ecc.sramThresholdExceeded,
    banks: Object.values(gpu.remappedRows.histogram),
    repairPending: [gpu.repairPending.channel, gpu.repairPending.tpc],
    fabric: [gpu.fabric.state, gpu.fabric.status],
    pendingMigMode: gpu.mig.pendingMode,
    instancesOfProcesses: gpu.processes.flatMap(({ gpuInstanceId }) => (gpuInstanceId === null ? [] : [gpuInstanceId])),
  };
}

const describeCaptures = FILES.length > 0 ? describe : describe.skip;

describeCaptures('nvidia-smi captures (set CAPTURES_DIR to a folder of recorded outputs to run these)', () => {
  it.each(FILES.length > 0 ? FILES : ['no capture'])('reads %s as its text says', (file) => {
    const text = readFileSync(join(FOLDER ?? '', file), 'utf8');
    const parsed = parseNvidiaSmiXml(text);
    if (parsed.kind !== 'data') throw new Error(`${file} is ${parsed.kind}`);
    const { gpus, unreadable } = mapNvidiaSmi(parsed.data);
    const elements = [...text.matchAll(/<gpu id="[^"]*">[\s\S]*?<\/gpu>/g)].map((match) => match[0]);
    expect(gpus.map(actualOf)).toEqual(elements.map(expectedOf));
    expect(unreadable.filter((part) => !part.startsWith('gpus: the driver counts'))).toEqual([]);
  });

  it.each(FILES.length > 0 ? FILES : ['no capture'])('keeps the GPUs before the place where %s is cut off', (file) => {
    const text = readFileSync(join(FOLDER ?? '', file), 'utf8');
    const cut = text.slice(0, text.lastIndexOf('</uuid>') + '</uuid>'.length);
    const parsed = parseNvidiaSmiXml(cut);
    if (parsed.kind !== 'data') throw new Error(`${file} is ${parsed.kind}`);
    const uuids = [...cut.matchAll(/<uuid>(GPU-[^<]+)</g)].map((match) => match[1]);
    expect(mapNvidiaSmi(parsed.data, { isCut: true }).gpus.map(({ uuid }) => uuid)).toEqual(uuids);
    expect(parsed.damage).not.toBeNull();
  });
});
