import { describe, expect, it } from '@jest/globals';
import { NO_REMAP_HISTOGRAM, type Gpu } from '@app/core';
import {
  anNvidiaSmiLog,
  LOG_SCHEMAS,
  migXmlValues,
  vgpuXmlValues,
  type GpuXmlValues,
  type LogOptions,
} from '@app/testing/gpu';
import { mapNvidiaSmi, type NvidiaSmiReading } from './nvidia-smi.mapper.js';
import { parseNvidiaSmiXml } from './nvidia-smi.xml.js';

const MIB = 1024 ** 2;

function readText(text: string): NvidiaSmiReading & { gpu: Gpu } {
  const parsed = parseNvidiaSmiXml(text);
  if (parsed.kind !== 'data') throw new Error(`not XML: ${parsed.kind}`);
  const reading = mapNvidiaSmi(parsed.data);
  const [gpu] = reading.gpus;
  if (gpu === undefined) throw new Error('no GPU was read');
  return { ...reading, gpu };
}

function read(values: Partial<GpuXmlValues> = {}, options: LogOptions = {}): NvidiaSmiReading & { gpu: Gpu } {
  return readText(anNvidiaSmiLog(options).withGpu(values).build());
}

describe('mapNvidiaSmi over drivers and kinds of GPU', () => {
  it.each(LOG_SCHEMAS)('reads of schema %i what it has, and null for what came later', (schema) => {
    const { gpu, unreadable } = read({}, { schema });
    const isNew = schema === 13;
    expect(gpu.virtualizationMode).toBe('None');
    expect(gpu.pcie).toEqual(
      expect.objectContaining({ maxGeneration: 5, hostMaxGeneration: schema === 11 ? null : 5 }),
    );
    expect(gpu.fabric).toEqual({
      state: schema === 11 ? null : 'Completed',
      status: schema === 11 ? null : 'Success',
      health: isNew ? 'Healthy' : null,
    });
    expect(gpu.repairPending).toEqual(isNew ? { channel: false, tpc: false } : { channel: null, tpc: null });
    expect(gpu.ecc.sramThresholdExceeded).toBe(isNew ? false : null);
    expect(gpu.remappedRows.histogram.maxBanks).toBe(2560);
    expect(unreadable).toEqual([]);
  });

  it('reads the names of driver 610', () => {
    const { gpu, unreadable } = read(
      { enforcedLimitWatts: '650.00 W' },
      { hasNamesOf610: true, driverVersion: '610.57.04', cudaVersion: '13.3' },
    );
    expect({ driver: gpu.driverVersion, cuda: gpu.cudaVersion }).toEqual({ driver: '610.57.04', cuda: '13.3' });
    expect(gpu.power).toEqual({
      drawWatts: 560.21,
      enforcedLimitWatts: 650,
      requestedLimitWatts: 700,
      defaultLimitWatts: 700,
      minLimitWatts: 200,
      maxLimitWatts: 700,
    });
    expect(unreadable).toEqual([]);
  });

  it('reads MIG devices and whose instance a process runs in', () => {
    const { gpu, unreadable } = read(migXmlValues([3, 4]));
    expect(gpu.mig).toEqual({
      mode: true,
      pendingMode: true,
      devices: [3, 4].map((gpuInstanceId, index) => ({
        index,
        gpuInstanceId,
        computeInstanceId: 0,
        memoryTotalBytes: 19968 * MIB,
        memoryUsedBytes: (12 + index) * MIB,
      })),
    });
    expect(gpu.processes.map(({ gpuInstanceId }) => gpuInstanceId)).toEqual([3, 4]);
    expect(gpu.utilization.gpuRatio).toBeNull();
    expect(gpu.remappedRows).toEqual({
      correctable: null,
      uncorrectable: null,
      pending: null,
      failure: null,
      histogram: NO_REMAP_HISTOGRAM,
    });
    expect(unreadable).toEqual([]);
  });

  it('reads a vGPU guest, which has no sensors of the board', () => {
    const { gpu, gaps, unreadable } = read(vgpuXmlValues());
    expect(gpu.virtualizationMode).toBe('VGPU');
    expect(gpu.temperature).toEqual(expect.objectContaining({ gpuCelsius: null, memoryCelsius: null }));
    expect(gpu.power.drawWatts).toBeNull();
    expect(gpu.memory.totalBytes).toBe(10240 * MIB);
    expect(gaps.map(({ signal }) => signal)).toContain('gpus.power.drawWatts');
    expect(unreadable).toEqual([]);
  });

  it.each([
    [5, 4, null, 5],
    [null, 5, 4, 4],
    [null, 4, 5, 4],
    [null, 5, null, 5],
    [null, null, 4, 4],
    [null, null, null, null],
  ])('takes of link %s, GPU %s and slot %s the generation %s', (link, device, host, expected) => {
    const { gpu } = read({ pcieMaxGeneration: link, pcieDeviceMaxGeneration: device, pcieHostMaxGeneration: host });
    expect(gpu.pcie.maxGeneration).toBe(expected);
  });

  it.each([
    ['None', 'None'],
    ['  none ', 'None'],
    ['Pass-Through', 'Pass-Through'],
    ['Host VGPU', 'Host VGPU'],
    ['N/A', null],
    [null, null],
  ])('reads the virtualization mode %j as %j', (virtualizationMode, expected) => {
    expect(read({ virtualizationMode }).gpu.virtualizationMode).toBe(expected);
  });

  it('reads no number of banks without the word', () => {
    const banks = { max: '192', high: '1 bank(s)', partial: 'N/A', low: '-1 bank(s)', none: '0 bank(s)' };
    const rows = { correctable: 0, uncorrectable: 0, pending: 'No', failure: 'No', banks };
    const { gpu, unreadable } = read({ remappedRows: rows });
    expect(gpu.remappedRows.histogram).toEqual({
      maxBanks: null,
      highBanks: 1,
      partialBanks: null,
      lowBanks: null,
      noneBanks: 0,
    });
    expect(unreadable).toHaveLength(2);
  });

  it('reads the health of the fabric also where it is a word and no block', () => {
    const text = anNvidiaSmiLog()
      .withGpu()
      .build()
      .replace(/<health>[\s\S]*?<\/health>/, '<health>Unhealthy</health>');
    expect(readText(text).gpu.fabric.health).toBe('Unhealthy');
  });

  it('does not join the text around a child element to a number', () => {
    const text = anNvidiaSmiLog().withGpu().build().replace('<used>71680 MiB', '<used>71<x>1</x>680 MiB');
    expect(readText(text).gpu.memory.usedBytes).toBeNull();
  });

  it('reads a GPU of which nothing is described', () => {
    const { gpus } = mapNvidiaSmi({ nvidia_smi_log: { gpu: { $: { id: '00000000:01:00.0' } } } });
    expect(gpus[0]).toEqual(
      expect.objectContaining({ pciBusId: '00000000:01:00.0', uuid: null, clockEventReasons: null, processes: [] }),
    );
  });
});
