import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fakeNvidiaSmi } from '@app/testing/gpu';
import { DeviceUnreadableError } from '../action.js';
import { isGpuUuid, NvidiaSmiExecutor } from './nvidia-smi.executor.js';
import { explainRun } from './nvidia-smi.failures.js';
import { type GpuSetting, settingArguments, settingCommand } from './nvidia-smi.settings.js';

const FIRST = 'GPU-11111111-2222-3333-4444-555555555555';
const SECOND = 'GPU-AAAAAAAA-2222-3333-4444-555555555555';

describe('the command line of a setting', () => {
  it.each<[GpuSetting, string]>([
    [{ kind: 'power-limit', watts: 630 }, '-pl 630'],
    [{ kind: 'power-limit', watts: 402.505 }, '-pl 402.51'],
    [{ kind: 'lock-clocks', minMhz: 345, maxMhz: 1500 }, '-lgc 345,1500'],
    [{ kind: 'reset-clocks' }, '-rgc'],
    [{ kind: 'persistence', isOn: true }, '-pm 1'],
    [{ kind: 'persistence', isOn: false }, '-pm 0'],
    [{ kind: 'compute-mode', mode: 3 }, '-c 3'],
  ])('of %j is %s', (setting, expected) => {
    expect(settingArguments(setting).join(' ')).toBe(expected);
    expect(settingCommand([FIRST, SECOND], setting)).toBe(`nvidia-smi -i ${FIRST},${SECOND} ${expected}`);
  });

  it.each<GpuSetting>([
    { kind: 'power-limit', watts: Number.NaN },
    { kind: 'power-limit', watts: -1 },
    { kind: 'lock-clocks', minMhz: 1.5, maxMhz: 1500 },
    { kind: 'lock-clocks', minMhz: 345, maxMhz: Infinity },
  ])('is not made of %j', (setting) => {
    expect(() => settingArguments(setting)).toThrow(RangeError);
  });
});

describe('the UUID of a GPU', () => {
  it.each([
    [FIRST, true],
    [SECOND.toLowerCase(), true],
    ['MIG-11111111-2222-3333-4444-555555555555', false],
    [`${FIRST},${SECOND}`, false],
    [`${FIRST}; reboot`, false],
    ['0', false],
    ['-r', false],
    ['', false],
  ])('%s: %s', (id, expected) => {
    expect(isGpuUuid(id)).toBe(expected);
  });
});

describe('a failing run', () => {
  const run = (exitCode: number): Parameters<typeof explainRun>[0] => ({
    kind: 'exited',
    exitCode,
    stdout: 'Insufficient\u0007 Permissions\n',
    stderr: '',
    isTruncated: false,
  });

  it.each([
    [2, /refused the value/, true],
    [3, /does not offer/, true],
    [4, /root or CAP_SYS_ADMIN/, true],
    [6, /no such GPU/, true],
    [15, /fell off the bus/, false],
    [255, /It failed/, false],
  ])('with code %i is explained', (code, text, isDefinite) => {
    expect(explainRun(run(code))).toEqual({ text: expect.stringMatching(text), isDefinite });
    expect(explainRun(run(code)).text).toContain('It wrote: "Insufficient Permissions"');
  });

  it('that was killed may still have done it', () => {
    expect(explainRun({ kind: 'timeout', timeoutMs: 30_000 })).toMatchObject({ isDefinite: false });
  });
});

describe('NvidiaSmiExecutor', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'smi-executor-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const executor = (timeoutMs = 20_000, path = folder): NvidiaSmiExecutor =>
    new NvidiaSmiExecutor({
      environment: () => ({ PATH: path, GROQ_API_KEY: 'a-secret' }),
      setTimeoutMs: timeoutMs,
      queryTimeoutMs: timeoutMs,
    });
  /** Writes its arguments and its environment down. */
  const recorder = (): void => {
    const file = join(folder, 'nvidia-smi');
    writeFileSync(
      file,
      `#!/bin/sh\nprintf '%s\\n' "$@" > '${folder}/argv'\n/usr/bin/env > '${folder}/env'\necho done\n`,
    );
    chmodSync(file, 0o755);
  };

  it('sets all GPUs in one process without a shell, and hands nothing on but PATH', async () => {
    recorder();
    const output = await executor().set([FIRST, SECOND], { kind: 'power-limit', watts: 630 });
    expect(output).toEqual({ isAccepted: true, text: 'nvidia-smi ended with code 0. It wrote: "done"' });
    expect(readFileSync(join(folder, 'argv'), 'utf8')).toBe(`-i\n${FIRST},${SECOND}\n-pl\n630\n`);
    const names = readFileSync(join(folder, 'env'), 'utf8')
      .split('\n')
      .map((line) => line.split('=')[0])
      .filter((name) => !['', 'PWD', 'SHLVL', '_'].includes(name ?? ''));
    expect(names.sort()).toEqual(['LC_ALL', 'PATH']);
  });

  it('reads one row per GPU in the order asked for, and makes null of what the driver does not tell', async () => {
    const stdout = `${SECOND}, [N/A], 400.00\n${FIRST.toLowerCase()}, Enabled, [Unknown Error]\n`;
    fakeNvidiaSmi(folder, { kind: 'exits', stdout });
    const rows = await executor().query([FIRST, SECOND], ['persistence_mode', 'power.limit']);
    expect(rows).toEqual([
      expect.objectContaining({ persistence_mode: 'Enabled', 'power.limit': null }),
      expect.objectContaining({ persistence_mode: null, 'power.limit': '400.00' }),
    ]);
  });

  it.each([
    ['nothing of one of them', { kind: 'exits', stdout: `${FIRST}, Enabled\n` } as const, /told nothing of GPU-AAAA/],
    ['an error', { kind: 'exits', exitCode: 15, stdout: 'GPU is lost\n' } as const, /fell off the bus/],
  ])('does not know the state where nvidia-smi says %s', async (_, behaviour, reason) => {
    fakeNvidiaSmi(folder, behaviour);
    const reading = executor().query([FIRST, SECOND], ['persistence_mode']);
    await expect(reading).rejects.toThrow(DeviceUnreadableError);
    await expect(reading).rejects.toThrow(reason);
  });

  it('kills a run that takes too long together with what it started', async () => {
    const fake = fakeNvidiaSmi(folder, { kind: 'hangs' });
    // Long enough for a shell to start on a busy machine.
    const output = await executor(800).set([FIRST], { kind: 'reset-clocks' });
    expect(output).toMatchObject({ isAccepted: false, isDefinite: false, text: expect.stringContaining('was killed') });
    expect(fake.starts).toBe(1);
    // The kernel takes a moment to take them away.
    for (let look = 0; look < 100 && fake.livingPids().length > 0; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(fake.livingPids()).toEqual([]);
  });

  it('keeps no more than a bounded part of an output', async () => {
    fakeNvidiaSmi(folder, { kind: 'exits', stdout: 'x'.repeat(200_000) });
    const run = await executor().report(['-q'], 1_000);
    expect(run).toMatchObject({ kind: 'exited', isTruncated: true });
    expect(run.kind === 'exited' && run.stdout.length).toBe(1_000);
  });

  it.each([[[]], [['MIG-11111111-2222-3333-4444-555555555555']], [[FIRST, '0 -r']]])(
    'starts nothing for %j',
    async (uuids) => {
      recorder();
      expect(await executor().set(uuids, { kind: 'reset-clocks' })).toMatchObject({
        isAccepted: false,
        isDefinite: true,
      });
      await expect(executor().query(uuids, ['uuid'])).rejects.toThrow(DeviceUnreadableError);
      expect(existsSync(join(folder, 'argv'))).toBe(false);
    },
  );

  it('is unavailable where no absolute folder of PATH has nvidia-smi', async () => {
    expect(await executor().unavailable()).toMatch(/not on PATH/);
    recorder();
    expect(await executor().unavailable()).toBeNull();
    expect(await executor(1_000, `.::${folder.slice(1)}`).unavailable()).toMatch(/not on PATH/);
  });
});
