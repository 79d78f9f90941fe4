import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Section } from '@app/core';
import { toGpuReading } from './gpu-reading.js';
import { answerFromRecording, type NvidiaSmiAnswer } from './nvidia-smi.client.js';

interface FailureCase {
  readonly name: string;
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly evidence: Readonly<Record<string, string>>;
  readonly spawnErrorCode?: string;
  readonly hang?: boolean;
}

const CAPTURES = process.env.CAPTURES_DIR;
const FOLDER = CAPTURES === undefined ? null : join(CAPTURES, 'nvidia-smi-failures');
const FILE = FOLDER === null ? '' : join(FOLDER, 'failures.json');
const CASES = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as { cases: FailureCase[] }).cases : [];

function isAssumed(evidence: string | undefined): boolean {
  return evidence?.startsWith('assumed') === true;
}

/** What nobody has seen is left out: an assumed exit code counts as not noted, an assumed text as not written. */
function answersOf(failure: FailureCase): NvidiaSmiAnswer[] {
  const { exitCode, stdout, stderr, evidence } = failure;
  if (failure.hang === true) return [{ kind: 'timeout', timeoutMs: 5000 }];
  const recorded = answerFromRecording({
    stdout: isAssumed(evidence.stdout) ? '' : stdout,
    stderr: isAssumed(evidence.stderr) ? '' : stderr,
    exitCode: isAssumed(evidence.exitCode) ? null : exitCode,
  });
  return failure.spawnErrorCode === 'ENOENT' ? [recorded, { kind: 'not-found' }] : [recorded];
}

function sectionsOf(failure: FailureCase): Section[] {
  const origin = { source: 'nvidia-smi', collectedAt: '2026-04-10T00:00:00.000Z', durationMs: 1 };
  return answersOf(failure).map((answer) => {
    const { section, gpus } = toGpuReading(answer, origin);
    expect(gpus).toEqual([]);
    return section;
  });
}

function statusOf({ exitCode, hang, evidence }: FailureCase): Section['status'] {
  if (hang === true) return 'timeout';
  const known = isAssumed(evidence.exitCode) ? null : exitCode;
  if (known === 6 || known === 127) return 'absent';
  return known === 4 ? 'denied' : 'failed';
}

/** The sentence without the quoted output, which differs anyway. */
function causeOf(section: Section | undefined): string {
  return (section?.detail ?? '').replace(/ It wrote: "[\s\S]*$/, '');
}

const describeCaptures = CASES.length > 0 ? describe : describe.skip;

describeCaptures('nvidia-smi failures (set CAPTURES_DIR to a folder of recorded outputs to run these)', () => {
  it.each(CASES.length > 0 ? CASES : [{ name: 'no capture' } as FailureCase])('judges $name', (failure) => {
    const sections = sectionsOf(failure);
    for (const section of sections) expect(section.status).toBe(statusOf(failure));
    const firstLine = isAssumed(failure.evidence.stdout) ? '' : (failure.stdout.trim().split('\n')[0] ?? '');
    expect(sections[0]?.detail).toContain(firstLine.replace(/\s+/g, ' '));
  });

  it('tells every cause from the others', () => {
    const causes = CASES.map((failure) => causeOf(sectionsOf(failure)[0]));
    expect(new Set(causes).size).toBe(CASES.length);
  });

  it('has a status for every documented return code', () => {
    const file = join(FOLDER ?? '', 'documented-return-codes.json');
    const { codes } = JSON.parse(readFileSync(file, 'utf8')) as { codes: Record<string, string> };
    const failing = Object.keys(codes).filter((code) => code !== '0');
    const details = failing.map((code) => {
      const exitCode = Number(code);
      const origin = { source: 'nvidia-smi', collectedAt: null, durationMs: null };
      const { section } = toGpuReading(answerFromRecording({ stdout: '', exitCode }), origin);
      expect(section.status).toBe(exitCode === 6 ? 'absent' : exitCode === 4 ? 'denied' : 'failed');
      return section.detail?.replace(/exit code \d+/, '');
    });
    expect(new Set(details).size).toBe(failing.length);
  });
});
