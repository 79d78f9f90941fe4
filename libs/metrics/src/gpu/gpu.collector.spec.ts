import { describe, expect, it } from '@jest/globals';
import { Clock } from '@app/core';
import { anNvidiaSmiLog } from '@app/testing';
import { GpuCollector } from './gpu.collector.js';
import { answerFromText, type NvidiaSmiAnswer, type NvidiaSmiReader } from './nvidia-smi.client.js';

class StillClock extends Clock {
  now(): number {
    return Date.UTC(2026, 3, 10);
  }
}

function collectorOf(answer: NvidiaSmiAnswer | Error): GpuCollector {
  const reader: NvidiaSmiReader = {
    read: () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)),
  };
  return new GpuCollector('auto', reader, new StillClock());
}

function exit(exitCode: number | null, output: string): NvidiaSmiAnswer {
  return { kind: 'exit', exitCode, signal: exitCode === null ? 'SIGSEGV' : null, output };
}

const COMMUNICATE = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n\n";
const MISMATCH = 'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 535.161\n';
const NO_LIBRARY = "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system.";
const LOST = 'Unable to determine the device handle for GPU 0000:03:00.0: GPU is lost.  Reboot the system';
const HANDLE = 'Unable to determine the device handle for GPU0000:07:00.0: Unknown Error\n';

const FAILURES: readonly (readonly [string, NvidiaSmiAnswer | Error, string, RegExp])[] = [
  ['the program is not installed', { kind: 'not-found' }, 'absent', /not found on PATH/],
  ['a shell does not find it', exit(127, 'sh: nvidia-smi: not found'), 'absent', /not installed/],
  ['there are no devices', exit(6, 'No devices were found\n'), 'absent', /found no GPU/],
  ['there are no devices, with exit code 0', answerFromText('No devices were found\n'), 'absent', /found no GPU/],
  ['the log describes no device', answerFromText(anNvidiaSmiLog().build()), 'absent', /found no GPU/],
  ['permission is missing', exit(4, 'Insufficient Permissions'), 'denied', /denies access/],
  ['the driver is not loaded', exit(9, COMMUNICATE), 'failed', /not loaded.*modprobe/],
  ['driver and library differ', exit(18, MISMATCH), 'failed', /different versions/],
  ['the library is missing', exit(12, NO_LIBRARY), 'failed', /NVML library is missing/],
  ['a GPU is lost', exit(15, LOST), 'failed', /Xid 79/],
  ['a GPU is lost, in the new wording', exit(255, HANDLE), 'failed', /fell off the bus/],
  [
    'a container lost its devices',
    exit(255, 'Failed to initialize NVML: Unknown Error\n'),
    'failed',
    /Restart the con/,
  ],
  ['power cables are missing', exit(8, ''), 'failed', /power cables/],
  ['interrupts fail', exit(10, ''), 'failed', /interrupt/],
  ['NVML lacks a function', exit(13, ''), 'failed', /lacks a function/],
  ['the infoROM is corrupted', exit(14, ''), 'failed', /infoROM/],
  ['an option is unknown', exit(2, 'Field "x" is not a valid field'), 'failed', /exit code 2.*not a valid field/],
  ['it crashed', exit(null, ''), 'failed', /ended by SIGSEGV/],
  ['it wrote nothing', answerFromText(''), 'failed', /wrote nothing/],
  ['it wrote broken XML', answerFromText('<?xml version="1.0" ?><nvidia_smi_log><gpu>'), 'failed', /no readable XML/],
  ['it wrote another document', answerFromText('<html><body>Proxy</body></html>'), 'failed', /describes no GPU/],
  ['it hung', { kind: 'timeout', timeoutMs: 4000 }, 'timeout', /within 4000 ms/],
  ['it hangs again and again', { kind: 'paused', retryInMs: 8200 }, 'timeout', /in 9 s/],
  ['an earlier one cannot be killed', { kind: 'still-hanging' }, 'timeout', /cannot be killed/],
  ['it could not be started', { kind: 'not-run', reason: 'spawn EAGAIN' }, 'failed', /EAGAIN/],
  ['the reader throws', new Error('spawn ENOMEM'), 'failed', /ENOMEM/],
];

describe('GpuCollector', () => {
  it.each(FAILURES)('says why there is no GPU when %s', async (_case, answer, status, detail) => {
    const reading = await collectorOf(answer).collect(1000);
    expect(reading.section).toEqual({
      status,
      source: 'nvidia-smi',
      collectedAt: '2026-04-10T00:00:00.000Z',
      durationMs: 0,
      detail: expect.stringMatching(detail),
    });
    expect(reading.gpus).toEqual([]);
    expect(reading.gaps).toEqual([{ signal: 'gpus', status, reason: reading.section.detail }]);
  });

  it('quotes the beginning of what the program wrote without control characters', async () => {
    const { section } = await collectorOf(exit(255, `\u001b[31mbad\u0007\n${'x'.repeat(500)}`)).collect(1000);
    expect(section.detail).toContain('It wrote: "[31mbad xxx');
    expect(section.detail).not.toMatch(/\p{Cc}/u);
    expect(section.detail?.length).toBeLessThan(330);
  });

  it('is ok with data', async () => {
    const { section, gpus } = await collectorOf(answerFromText(anNvidiaSmiLog().withGpu().build())).collect(1000);
    expect(section).toEqual(expect.objectContaining({ status: 'ok', detail: null }));
    expect(gpus).toHaveLength(1);
  });

  it('is partial with a warning or an unreadable part, and keeps the data', async () => {
    const log = anNvidiaSmiLog().withGpu().build();
    const warned = await collectorOf(answerFromText(log, 'WARNING: something')).collect(1000);
    const faulty = anNvidiaSmiLog().withGpu({ gpuCelsius: 'ERR!' }).build();
    const unreadable = await collectorOf(answerFromText(faulty)).collect(1000);
    expect(warned.section).toEqual(
      expect.objectContaining({ status: 'partial', detail: expect.stringContaining('WARNING: something') }),
    );
    expect(unreadable.section).toEqual(
      expect.objectContaining({ status: 'partial', detail: expect.stringContaining('gpus.temperature.gpuCelsius') }),
    );
    expect([warned.gpus.length, unreadable.gpus.length]).toEqual([1, 1]);
  });

  it('reads nothing when the source is switched off or not supported', async () => {
    const reader: NvidiaSmiReader = { read: () => Promise.reject(new Error('must not be called')) };
    const off = await new GpuCollector('none', reader, new StillClock()).collect(1000);
    const dcgm = await new GpuCollector('dcgm', reader, new StillClock()).collect(1000);
    expect(off.section).toEqual(
      expect.objectContaining({ status: 'absent', source: null, detail: expect.stringContaining('switched off') }),
    );
    expect(dcgm.section).toEqual(
      expect.objectContaining({ status: 'absent', detail: expect.stringContaining('dcgm-exporter') }),
    );
  });
});
