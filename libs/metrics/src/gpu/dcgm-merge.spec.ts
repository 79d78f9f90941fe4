import { describe, expect, it } from '@jest/globals';
import { aDcgmPage, aMigGpu, anNvidiaSmiLog, dcgmUuid, migXmlValues, type DcgmGpuValues } from '@app/testing/gpu';
import { mergeDcgm } from './dcgm-merge.js';
import { toDcgmReading } from './dcgm-reading.js';
import { toGpuReading, type GpuReading } from './gpu-reading.js';
import { answerFromText } from './nvidia-smi.client.js';

const AT = { collectedAt: '2026-04-10T00:00:00.000Z', durationMs: 0 };

function smi(text: string): GpuReading {
  return toGpuReading(answerFromText(text), { ...AT, source: 'nvidia-smi' });
}

function dcgm(...gpus: readonly DcgmGpuValues[]): GpuReading {
  return toDcgmReading(aDcgmPage({ gpus }), { ...AT, source: 'dcgm-exporter', durationMs: 7 });
}

describe('mergeDcgm', () => {
  it('fills nulls and changes no value that nvidia-smi gave', () => {
    const own = smi(anNvidiaSmiLog().withGpu({ gpuCelsius: 50, memoryCelsius: null, clockEventReasons: null }).build());
    const { gpus } = mergeDcgm(own, dcgm({ fields: { DEV_CLOCKS_EVENT_REASONS: 4, PROF_SM_ACTIVE: '0.700000' } }));
    expect(gpus[0]?.temperature).toEqual(expect.objectContaining({ gpuCelsius: 50, memoryCelsius: 66 }));
    expect(gpus[0]?.clockEventReasons).toEqual(['sw-power-cap']);
    expect(gpus[0]?.profiling.smActiveRatio).toBe(0.7);
    expect(gpus[0]?.processes).toEqual(own.gpus[0]?.processes);
    expect(gpus[0]?.xid.lastCode).toBe(0);
  });

  it('leaves no gap for what was filled and says of the rest that neither source has it', () => {
    const own = smi(anNvidiaSmiLog().withGpu({ memoryCelsius: null, fanPercent: null }).build());
    const { gaps } = mergeDcgm(own, dcgm({}));
    const reasonOf = (signal: string): string | undefined => gaps.find((gap) => gap.signal === signal)?.reason;
    expect(reasonOf('gpus.temperature.memoryCelsius')).toBeUndefined();
    expect(reasonOf('gpus.energyJoules')).toBeUndefined();
    expect(reasonOf('gpus.fanRatio')).toBe('neither nvidia-smi nor dcgm-exporter gives it');
    expect(reasonOf('gpus.profiling.smActiveRatio')).toBe('not on the page of dcgm-exporter');
  });

  it('matches GPUs by UUID in any order and takes no GPU that nvidia-smi does not list', () => {
    const log = anNvidiaSmiLog().withGpu().withGpu().build();
    const page = dcgm(
      { uuid: dcgmUuid(8), gpu: '0', fields: { PROF_SM_ACTIVE: '0.900000' } },
      { uuid: dcgmUuid(1), gpu: '0', fields: { PROF_SM_ACTIVE: '0.100000' } },
    );
    const { gpus, gaps } = mergeDcgm(smi(log), page);
    expect(gpus.map(({ uuid, profiling }) => [uuid, profiling.smActiveRatio])).toEqual([
      [dcgmUuid(0), null],
      [dcgmUuid(1), 0.1],
    ]);
    const reasons = gaps.filter(({ signal }) => signal === 'gpus').map(({ reason }) => reason);
    expect(reasons).toEqual([
      '1 GPUs of dcgm-exporter are left out: nvidia-smi does not list them',
      '1 of 2 GPUs are not on the page of dcgm-exporter',
    ]);
  });

  it('keeps saying what was unreadable while the value is missing', () => {
    const own = smi(anNvidiaSmiLog().withGpu({ gpuCelsius: 'ERR!', fanPercent: 'ERR!' }).build());
    const { section, gpus, gaps } = mergeDcgm(own, dcgm({}));
    expect(section.status).toBe('partial');
    expect(gpus[0]?.temperature.gpuCelsius).toBe(58);
    expect(gaps.filter(({ status }) => status === 'failed').map(({ signal }) => signal)).toEqual(['gpus.fanRatio']);
  });

  it('adds what nvidia-smi does not say of MIG devices and never their values to the GPU', () => {
    const own = smi(
      anNvidiaSmiLog()
        .withGpu(migXmlValues([3, 4]))
        .build(),
    );
    const devices = own.gpus[0]?.mig.devices.map((device) => ({ ...device, memoryUsedBytes: null })) ?? [];
    const blind = { ...own, gpus: own.gpus.map((gpu) => ({ ...gpu, mig: { ...gpu.mig, devices } })) };
    const [gpu] = mergeDcgm(blind, dcgm(...aMigGpu([3, 4]))).gpus;
    expect(gpu?.mig.devices.map(({ index, memoryUsedBytes }) => [index, memoryUsedBytes])).toEqual([
      [0, 900 * 1024 ** 2],
      [1, 901 * 1024 ** 2],
    ]);
    expect(gpu?.profiling.graphicsEngineActiveRatio).toBeNull();
    expect(gpu?.memory).toEqual(own.gpus[0]?.memory);
  });

  it('takes the MIG devices of dcgm-exporter where nvidia-smi lists none', () => {
    const { gpus } = mergeDcgm(smi(anNvidiaSmiLog().withGpu({ migMode: 'Enabled' }).build()), dcgm(...aMigGpu([3])));
    expect(gpus[0]?.mig.devices.map(({ gpuInstanceId }) => gpuInstanceId)).toEqual([3]);
  });

  it('is simulated when one of both is, and took as long as the slower', () => {
    const simulated = smi(anNvidiaSmiLog().withGpu({ brand: 'NVIDIA Simulated' }).build());
    const merged = mergeDcgm(simulated, dcgm({}));
    expect({ simulated: merged.simulated, durationMs: merged.section.durationMs }).toEqual({
      simulated: true,
      durationMs: 7,
    });
  });
});
