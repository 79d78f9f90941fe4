import { beforeEach, describe, expect, it } from '@jest/globals';
import { answerFromRecording, toGpuReading } from '@app/metrics';
import { aGpuView, aMachineView, StillHost } from '../machine-view.builder.js';
import { GOOD_BEHAVIOUR, runNvidiaSmi, type SmiBehaviour } from './smi-command.js';
import type { SmiResult } from './smi-result.js';

const BUS = '00000000:1B:00.0';
const ORIGIN = { source: 'nvidia-smi', collectedAt: '2026-03-01T12:00:00.000Z', durationMs: 1 };

describe('nvidia-smi', () => {
  let host: StillHost;
  beforeEach(() => {
    host = new StillHost();
  });

  const smi = (line: string, behaviour: Partial<SmiBehaviour> = {}): Promise<SmiResult> =>
    runNvidiaSmi(host, line.split(' ').filter(Boolean), { ...GOOD_BEHAVIOUR, ...behaviour });
  const statusOf = (result: SmiResult): string => toGpuReading(answerFromRecording(result), ORIGIN).section.status;

  it.each(['0', 'GPU-6a1f0c3e-9b1d-4c2e-8f00-000000000000', BUS, '0000:1b:00.0', '1650123456780'])(
    'finds a GPU by %s',
    async (id) => {
      const { stdout } = await smi(`-i ${id} --query-gpu=index --format=csv,noheader`);
      expect(stdout).toBe('0\n');
    },
  );

  it('prints a table of fields with and without header and units', async () => {
    const fields =
      '--query-gpu=name,gpu_uuid,utilization.gpu,clocks.sm,power.draw,fan.speed,clocks_throttle_reasons.active';
    expect((await smi(`-i 1 ${fields} --format=csv`)).stdout).toBe(
      'name, uuid, utilization.gpu [%], clocks.current.sm [MHz], power.draw [W], fan.speed [%], clocks_event_reasons.active\n' +
        'NVIDIA H100 80GB HBM3, GPU-6a1f0c3e-9b1d-4c2e-8f00-000000000001, 93 %, 1740 MHz, 512.34 W, [N/A], 0x0000000000000004\n',
    );
    expect((await smi('-i 0 --query-gpu=power.limit,memory.free --format=csv,noheader,nounits')).stdout).toBe(
      '690.00, 11080\n',
    );
  });

  it('lists processes', async () => {
    const { stdout } = await smi('-i 0 --query-compute-apps=pid,process_name,used_gpu_memory --format=csv');
    expect(stdout).toBe('pid, process_name, used_gpu_memory [MiB]\n4321, VLLM::Worker, 69996 MiB\n');
  });

  it.each([
    [
      '-pl 600',
      { kind: 'gpu-power-limit', gpu: 0, watts: 600 },
      `Power limit for GPU ${BUS} was set to 600.00 W from 690.00 W.\n`,
    ],
    [
      '-lgc 1200,1500',
      { kind: 'gpu-lock-clocks', gpu: 0, minMhz: 1200, maxMhz: 1500 },
      `GPU clocks set to "(gpuClkMin 1200, gpuClkMax 1500)" for GPU ${BUS}\n`,
    ],
    ['-rgc', { kind: 'gpu-reset-clocks', gpu: 0 }, ''],
    ['-pm 0', { kind: 'gpu-persistence', gpu: 0, isOn: false }, `Disabled persistence mode for GPU ${BUS}.\n`],
    ['-pm 1', { kind: 'gpu-persistence', gpu: 0, isOn: true }, `Persistence mode is already Enabled for GPU ${BUS}.\n`],
    [
      '-c 3',
      { kind: 'gpu-compute-mode', gpu: 0, mode: 'Exclusive_Process' },
      `Set compute mode to EXCLUSIVE_PROCESS for GPU ${BUS}.\n`,
    ],
  ])('sets with %s', async (setting, command, text) => {
    expect(await smi(`-i 0 ${setting}`)).toEqual({ exitCode: 0, stdout: `${text}All done.\n` });
    expect(host.commands).toEqual([command]);
  });

  it('sets every GPU where none is named', async () => {
    await smi('-pl 600');
    expect(host.commands).toHaveLength(2);
  });

  it('refuses a power limit out of range by itself, with the range', async () => {
    expect(await smi('-i 0 -pl 150')).toEqual({
      exitCode: 2,
      stdout: `Provided power limit 150.00 W is not a valid power limit which should be between 200.00 W and 700.00 W for GPU ${BUS}\nTerminating early due to previous errors.\n`,
    });
    expect(host.commands).toEqual([]);
  });

  it.each([
    ['-pl 600', `Failed to set power management limit for GPU ${BUS}: Insufficient Permissions\n`],
    ['-lgc 1200', `The current user does not have permission to change clocks for GPU ${BUS}.\n`],
    ['-rgc', `The current user does not have permission to change clocks for GPU ${BUS}.\n`],
    ['-pm 1', `Unable to set persistence mode for GPU ${BUS}: Insufficient Permissions\n`],
  ])('ends with 4 at %s for a user who is not root', async (setting, text) => {
    host.outcome = { kind: 'denied' };
    expect(await smi(setting)).toEqual({ exitCode: 4, stdout: `${text}Terminating early due to previous errors.\n` });
  });

  it('ends with 255 at a setting that fails', async () => {
    host.outcome = { kind: 'failed', reason: 'Unknown Error' };
    expect(await smi('-i 0 -pl 600')).toMatchObject({
      exitCode: 255,
      stdout: expect.stringContaining(': Unknown Error\n'),
    });
  });

  it.each([
    ['--nonsense', 2, "ERROR: Option --nonsense is not recognized. Please run 'nvidia-smi -h' for help.\n\n"],
    ['-i 0 -pl', 255, "ERROR: Option -pl is missing its value. Please run 'nvidia-smi -h' for help.\n\n"],
    ['--query-gpu=timestamp,nonexistent --format=csv', 2, 'Field "nonexistent" is not a valid field to query.\n\n'],
    ['--query-gpu=name', 2, "Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n\n"],
    ['-pl much', 2, "Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n\n"],
    ['-i 9 -L', 6, 'No devices were found\n'],
  ])('does not understand %s', async (line, exitCode, stdout) => {
    expect(await smi(line)).toEqual({ exitCode, stdout });
  });

  describe('with a GPU off the bus', () => {
    beforeEach(() => {
      host.current = aMachineView({ gpus: [aGpuView({ isPresent: false }), aGpuView({ index: 1 })] });
    });

    it('ends with 15 where it would tell of that GPU, which the agent takes for a failure', async () => {
      const result = await smi('-q -x');
      expect(result).toEqual({
        exitCode: 15,
        stdout:
          'Unable to determine the device handle for GPU0000:1B:00.0: GPU is lost.  Reboot the system to recover this GPU\n',
      });
      expect(statusOf(result)).toBe('failed');
    });

    it('tells of the others', async () => {
      const { exitCode, stdout } = await smi('-i 1 -q -x');
      expect(exitCode).toBe(0);
      expect(stdout.match(/<gpu id="[^"]*"/g)).toEqual(['<gpu id="00000000:2B:00.0"']);
    });

    it('leaves it out after a new start of the driver', async () => {
      const { stdout } = await smi('-q -x', { lostGpus: 'leave-out' });
      expect(stdout).toContain('<attached_gpus>1</attached_gpus>');
    });
  });

  it.each([
    ['driver-not-loaded', 9, 'failed'],
    ['driver-library-mismatch', 18, 'failed'],
    ['nvml-unknown-error', 255, 'failed'],
    ['nvml-library-missing', 12, 'failed'],
    ['no-devices', 6, 'absent'],
  ] as const)('fails by %s, which the agent understands', async (failure, exitCode, status) => {
    const result = await smi('-q -x', { failure });
    expect(result.exitCode).toBe(exitCode);
    expect(statusOf(result)).toBe(status);
  });

  it('prints what it can do', async () => {
    expect((await smi('-h')).stdout).toContain('--query-gpu=');
    expect((await smi('--help-query-gpu')).stdout).toContain('"clocks.current.sm" or "clocks.sm"');
  });
});
