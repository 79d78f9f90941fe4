import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anNvidiaSmiLog, fakeNvidiaSmi, type FakeNvidiaSmi, type FakeNvidiaSmiBehaviour } from '@app/testing/gpu';
import { mapNvidiaSmi } from './nvidia-smi.mapper.js';
import { NvidiaSmiClient, type NvidiaSmiAnswer } from './nvidia-smi.client.js';

const LOG = anNvidiaSmiLog().withGpu().withGpu().build();
/** A fork of Node on a busy machine takes its time. */
const PATIENT = { timeoutMs: 20_000 };
/** The helper may or may not be up yet; either way the deadline is what ends the call. */
const IMPATIENT = { timeoutMs: 1_000 };

/** Waits for processes to leave the process table, which is the kernel's business and not ours to await. */
async function noneLeft(fake: FakeNvidiaSmi): Promise<boolean> {
  for (let attempt = 0; attempt < 100 && fake.livingPids().length > 0; attempt += 1) await delay(10);
  return fake.livingPids().length === 0;
}

describe('NvidiaSmiClient', () => {
  let folder: string;
  let client: NvidiaSmiClient;
  let nowMs: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fake-nvidia-smi-'));
    nowMs = 0;
    client = new NvidiaSmiClient({ clock: { now: () => nowMs }, environment: () => ({ PATH: folder, SECRET: 'x' }) });
  });

  afterEach(() => {
    client.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const fakeThat = (behaviour: FakeNvidiaSmiBehaviour): FakeNvidiaSmi => fakeNvidiaSmi(folder, behaviour);

  function gpuCount(answer: NvidiaSmiAnswer): number | null {
    return answer.kind === 'data' ? mapNvidiaSmi(answer.data).gpus.length : null;
  }

  it('reads the log with one start of the program for each read', async () => {
    const fake = fakeThat({ kind: 'exits', stdout: LOG });
    const first = await client.read(PATIENT);
    expect(gpuCount(first)).toBe(2);
    expect(first).toEqual(expect.objectContaining({ warning: null }));
    expect(gpuCount(await client.read(PATIENT))).toBe(2);
    expect(fake.starts).toBe(2);
  });

  it('joins callers that come while a call is under way', async () => {
    const fake = fakeThat({ kind: 'exits', stdout: LOG });
    const answers = await Promise.all([client.read(PATIENT), client.read(PATIENT), client.read(PATIENT)]);
    expect(answers.map(gpuCount)).toEqual([2, 2, 2]);
    expect(fake.starts).toBe(1);
  });

  it('finds a program that is installed later', async () => {
    expect(await client.read(PATIENT)).toEqual({ kind: 'not-found' });
    mkdirSync(join(folder, 'directory'));
    fakeThat({ kind: 'exits', stdout: LOG });
    expect(gpuCount(await client.read(PATIENT))).toBe(2);
  });

  it('does not take a file that cannot be executed for the program', async () => {
    writeFileSync(join(folder, 'nvidia-smi'), '');
    expect(await client.read(PATIENT)).toEqual({ kind: 'not-found' });
  });

  it('keeps exit code and both outputs of a failing run, and tries again at the next read', async () => {
    const fake = fakeThat({ kind: 'exits', exitCode: 9, stdout: 'no driver', stderr: 'more' });
    expect(await client.read(PATIENT)).toEqual({ kind: 'exit', exitCode: 9, signal: null, output: 'no driver more' });
    expect(fake.starts).toBe(1);
    fake.becomes({ kind: 'exits', stdout: LOG });
    expect(gpuCount(await client.read(PATIENT))).toBe(2);
  });

  it('keeps the data of a run that also warns', async () => {
    fakeThat({ kind: 'exits', stdout: LOG, stderr: 'WARNING: something\n' });
    const answer = await client.read(PATIENT);
    expect(gpuCount(answer)).toBe(2);
    expect(answer).toEqual(expect.objectContaining({ warning: 'WARNING: something' }));
  });

  it('reads more output than node-nvidia-smi takes by itself', async () => {
    const log = anNvidiaSmiLog();
    for (let index = 0; index < 4; index += 1) log.withGpu({ computeMode: 'x'.repeat(300_000) });
    const fake = fakeThat({ kind: 'exits', stdout: log.build() });
    expect(gpuCount(await client.read(PATIENT))).toBe(4);
    expect(gpuCount(await client.read(PATIENT))).toBe(4);
    expect(fake.starts).toBe(2);
  });

  it('gives up on an output without end', async () => {
    fakeThat({ kind: 'exits', stdout: 'x'.repeat(9 * 1024 * 1024) });
    expect(await client.read(PATIENT)).toEqual(
      expect.objectContaining({ kind: 'unreadable', reason: expect.stringContaining('more than') }),
    );
  });

  it.each([
    ['empty', '', 'it wrote nothing'],
    ['broken', '<?xml version="1.0" ?><nvidia_smi_log><gpu>', expect.any(String)],
  ])('does not take %s output for data', async (_case, stdout, reason) => {
    fakeThat({ kind: 'exits', stdout });
    expect(await client.read(PATIENT)).toEqual(expect.objectContaining({ kind: 'unreadable', reason }));
  });

  it('kills a hanging run with all its children at the deadline', async () => {
    const fake = fakeThat({ kind: 'exits', stdout: LOG });
    await client.read(PATIENT);
    fake.becomes({ kind: 'hangs' });
    const reads = [client.read(IMPATIENT), client.read(IMPATIENT)];
    while (fake.livingPids().length < 2) await delay(10);
    expect(await Promise.all(reads)).toEqual([
      { kind: 'timeout', timeoutMs: IMPATIENT.timeoutMs },
      { kind: 'timeout', timeoutMs: IMPATIENT.timeoutMs },
    ]);
    expect(await noneLeft(fake)).toBe(true);
    expect(fake.starts).toBe(2);
    fake.becomes({ kind: 'exits', stdout: LOG });
    expect(gpuCount(await client.read(PATIENT))).toBe(2);
  });

  it('leaves a program that hung three times alone for a while, then probes it once', async () => {
    const fake = fakeThat({ kind: 'hangs' });
    const shortly = { timeoutMs: 1_000 };
    for (let hang = 1; hang <= 3; hang += 1) expect((await client.read(shortly)).kind).toBe('timeout');
    const startsBefore = fake.starts;
    expect(await client.read(shortly)).toEqual({ kind: 'paused', retryInMs: 10_000 });
    nowMs = 9_999;
    expect(await client.read(shortly)).toEqual({ kind: 'paused', retryInMs: 1 });
    expect(fake.starts).toBe(startsBefore);
    nowMs = 10_000;
    expect((await client.read(shortly)).kind).toBe('timeout');
    expect(await client.read(shortly)).toEqual({ kind: 'paused', retryInMs: 20_000 });
    nowMs = 30_000;
    fake.becomes({ kind: 'exits', stdout: LOG });
    expect(gpuCount(await client.read(PATIENT))).toBe(2);
    expect(await noneLeft(fake)).toBe(true);
  }, 30_000);

  it('takes a running call along when it is closed', async () => {
    const fake = fakeThat({ kind: 'hangs' });
    const read = client.read(PATIENT);
    while (fake.livingPids().length < 2) await delay(10);
    client.close();
    expect((await read).kind).toBe('not-run');
    expect(await noneLeft(fake)).toBe(true);
    expect((await client.read(PATIENT)).kind).toBe('not-run');
    expect(fake.starts).toBe(1);
  });
});
