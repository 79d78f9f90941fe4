import { describe, expect, it } from '@jest/globals';
import { Clock } from '@app/core';
import { aDcgmPage, anNvidiaSmiLog } from '@app/testing/gpu';
import type { HttpText } from '../http/http-text.js';
import type { DcgmPageReader } from './dcgm.client.js';
import { GpuCollector, type GpuCollectorOptions } from './gpu.collector.js';
import {
  answerFromRecording,
  answerFromText,
  type NvidiaSmiAnswer,
  type NvidiaSmiReader,
} from './nvidia-smi.client.js';

class StillClock extends Clock {
  now(): number {
    return Date.UTC(2026, 3, 10);
  }
}

function readerOf(answer: NvidiaSmiAnswer | Error): NvidiaSmiReader {
  return { read: () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)) };
}

function dcgmOf(answer: HttpText | Error): DcgmPageReader {
  const read = (): Promise<HttpText> => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer));
  return { source: 'dcgm-exporter at http://gpu:9400/metrics', read };
}

function collectorOf(answer: NvidiaSmiAnswer | Error, others: Partial<GpuCollectorOptions> = {}): GpuCollector {
  return new GpuCollector({
    source: 'auto',
    nvidiaSmi: readerOf(answer),
    dcgm: null,
    clock: new StillClock(),
    ...others,
  });
}

const NEVER = new Error('must not be called');
const PAGE: HttpText = { ok: true, text: aDcgmPage() };
const REFUSED: HttpText = { ok: false, status: 'failed', reason: 'refused the connection (ECONNREFUSED)' };

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
  ['a GPU does not answer, in the new wording', exit(255, HANDLE), 'failed', /no access to a GPU/],
  ['the driver had an error of its own', exit(255, ''), 'failed', /internal error/],
  ['a GPU lacks a function', exit(3, ''), 'failed', /does not offer/],
  ['a text that means absence comes with another code', exit(255, 'No devices were found'), 'failed', /found no GPU/],
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
  [
    'an option is unknown',
    exit(2, 'Field "x" is not a valid field'),
    'failed',
    /exit code 2.*does not know an argument.*not a valid field/,
  ],
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
    expect(section.detail?.length).toBeLessThan(350);
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

  it('is partial with a log that was cut off, and keeps what is left of it', async () => {
    const log = anNvidiaSmiLog().withGpu().build();
    const { section, gpus } = await collectorOf(answerFromText(log.slice(0, log.indexOf('<ecc_mode>')))).collect(1000);
    expect(section).toEqual(
      expect.objectContaining({ status: 'partial', detail: expect.stringContaining('log is not whole') }),
    );
    expect(gpus[0]?.uuid).toBe('GPU-00000000-0000-4000-8000-000000000001');
  });

  it('reads nothing when the source is switched off', async () => {
    const others = { source: 'none', dcgm: dcgmOf(NEVER) } as const;
    const { section } = await collectorOf(NEVER, others).collect(1000);
    expect(section).toEqual(
      expect.objectContaining({ status: 'absent', source: null, detail: expect.stringContaining('switched off') }),
    );
  });
});

describe('GpuCollector with dcgm-exporter', () => {
  const log = answerFromText(anNvidiaSmiLog().withGpu({ gpuUtilPercent: null }).build());

  it('reads dcgm-exporter alone when it is the source', async () => {
    const reading = await collectorOf(NEVER, { source: 'dcgm', dcgm: dcgmOf(PAGE) }).collect(1000);
    expect(reading.section).toEqual({
      status: 'ok',
      source: 'dcgm-exporter at http://gpu:9400/metrics',
      collectedAt: '2026-04-10T00:00:00.000Z',
      durationMs: 0,
      detail: null,
    });
    expect(reading.gpus.map(({ uuid }) => uuid)).toEqual(['GPU-00000000-0000-4000-8000-000000000001']);
  });

  it('says that an address is missing when dcgm-exporter is the source without one', async () => {
    const { section } = await collectorOf(NEVER, { source: 'dcgm' }).collect(1000);
    expect(section).toEqual(
      expect.objectContaining({ status: 'absent', detail: expect.stringContaining('Set DCGM_URL') }),
    );
  });

  it.each<[HttpText | Error, string, RegExp]>([
    [REFUSED, 'failed', /refused the connection/],
    [{ ok: false, status: 'timeout', reason: 'did not answer within 1000 ms' }, 'timeout', /within 1000 ms/],
    [{ ok: false, status: 'denied', reason: 'answered with HTTP status 401' }, 'denied', /401.*credentials/],
    [{ ok: true, text: '' }, 'failed', /no metric of DCGM/],
    [{ ok: true, text: '<html>Not found</html>' }, 'failed', /no metric of DCGM/],
    [{ ok: true, text: aDcgmPage({ gpus: [{ uuid: null }] }) }, 'failed', /no UUID label/],
    [new Error('spawn ENOMEM'), 'failed', /ENOMEM/],
  ])('says why dcgm-exporter gave no GPU: %j', async (answer, status, detail) => {
    const reading = await collectorOf(NEVER, { source: 'dcgm', dcgm: dcgmOf(answer) }).collect(1000);
    expect(reading.section).toEqual(expect.objectContaining({ status, detail: expect.stringMatching(detail) }));
    expect(reading.gpus).toEqual([]);
    expect(reading.gaps).toEqual([{ signal: 'gpus', status, reason: reading.section.detail }]);
  });

  it.each(['auto', 'nvidia-smi'] as const)('fills from dcgm-exporter what nvidia-smi lacks with %s', async (source) => {
    const { section, gpus } = await collectorOf(log, { source, dcgm: dcgmOf(PAGE) }).collect(1000);
    expect(section).toEqual(
      expect.objectContaining({
        status: 'ok',
        source: 'nvidia-smi, dcgm-exporter at http://gpu:9400/metrics',
        detail: null,
      }),
    );
    expect(gpus[0]).toEqual(expect.objectContaining({ energyJoules: 5551899.58, performanceState: 'P0' }));
    expect(gpus[0]?.utilization.gpuRatio).toBe(0.92);
    expect(gpus[0]?.profiling.dramActiveRatio).toBe(0.520131);
  });

  it('keeps the GPUs of nvidia-smi when dcgm-exporter fails, and says so', async () => {
    const { section, gpus, gaps } = await collectorOf(log, { dcgm: dcgmOf(REFUSED) }).collect(1000);
    expect(section).toEqual(
      expect.objectContaining({ status: 'partial', detail: expect.stringContaining('dcgm-exporter refused') }),
    );
    expect(gpus).toHaveLength(1);
    expect(gaps).toContainEqual(
      expect.objectContaining({
        signal: 'gpus.profiling.smActiveRatio',
        status: 'failed',
        reason: expect.stringContaining('dcgm-exporter refused'),
      }),
    );
  });

  it('keeps the GPUs of dcgm-exporter when nvidia-smi fails, and says so', async () => {
    const hung: NvidiaSmiAnswer = { kind: 'timeout', timeoutMs: 1000 };
    const { section, gpus, gaps } = await collectorOf(hung, { dcgm: dcgmOf(PAGE) }).collect(1000);
    expect(section).toEqual(
      expect.objectContaining({ status: 'partial', detail: expect.stringContaining('nvidia-smi did not answer') }),
    );
    expect(gpus).toHaveLength(1);
    expect(gaps[0]).toEqual(
      expect.objectContaining({ signal: 'gpus', status: 'timeout', reason: expect.stringContaining('nvidia-smi') }),
    );
  });

  it('takes dcgm-exporter for the source where nvidia-smi is not installed, unless it was asked for by name', async () => {
    const missing: NvidiaSmiAnswer = { kind: 'not-found' };
    const auto = await collectorOf(missing, { dcgm: dcgmOf(PAGE) }).collect(1000);
    const named = await collectorOf(missing, { source: 'nvidia-smi', dcgm: dcgmOf(PAGE) }).collect(1000);
    expect([auto.section.status, named.section.status]).toEqual(['ok', 'partial']);
    expect(named.section.detail).toContain('nvidia-smi was not found');
    expect([auto.gpus.length, named.gpus.length]).toEqual([1, 1]);
  });

  it('names both when both fail', async () => {
    const { section, gpus, gaps } = await collectorOf(exit(9, ''), { dcgm: dcgmOf(REFUSED) }).collect(1000);
    expect(section.status).toBe('failed');
    expect(section.detail).toMatch(/not loaded.*dcgm-exporter refused/);
    expect(gpus).toEqual([]);
    expect(gaps.map(({ signal }) => signal)).toEqual(['gpus', 'gpus']);
  });

  it('asks both at once and gives both the whole deadline', async () => {
    const asked: string[] = [];
    const waiting: ((answer: NvidiaSmiAnswer) => void)[] = [];
    const nvidiaSmi: NvidiaSmiReader = {
      read: ({ timeoutMs }) => {
        asked.push(`nvidia-smi ${timeoutMs}`);
        return new Promise((resolve) => {
          waiting.push(resolve);
        });
      },
    };
    const dcgm: DcgmPageReader = {
      source: 'dcgm-exporter',
      read: ({ timeoutMs }) => {
        asked.push(`dcgm ${timeoutMs}`);
        return Promise.resolve(PAGE);
      },
    };
    const collecting = collectorOf(NEVER, { nvidiaSmi, dcgm }).collect(700);
    expect(asked).toEqual(['nvidia-smi 700', 'dcgm 700']);
    for (const answer of waiting) answer(log);
    expect((await collecting).section.status).toBe('ok');
  });
});

describe('answerFromRecording', () => {
  const stdout = anNvidiaSmiLog().withGpu().build();

  it('judges a recorded run as a live one', () => {
    expect(answerFromRecording({ stdout })).toEqual(answerFromText(stdout));
    expect(answerFromRecording({ stdout, exitCode: 0, stderr: 'WARNING' })).toEqual(answerFromText(stdout, 'WARNING'));
    expect(answerFromRecording({ stdout: COMMUNICATE, exitCode: 9 })).toEqual(exit(9, `${COMMUNICATE} `));
  });

  it('does not take the log of a run that failed for data', () => {
    expect(answerFromRecording({ stdout, exitCode: 15 }).kind).toBe('exit');
  });
});
