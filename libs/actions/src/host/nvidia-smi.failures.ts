import type { ProcessRun } from './bounded-process.js';

interface Failure {
  readonly sentence: string;
  /** Rules out that the setting is still made later. */
  readonly isDefinite: boolean;
}

/** Return values of the manual page nvidia-smi(1) that a setter or a query meets. */
const FAILURES: Readonly<Record<number, Failure>> = {
  2: { sentence: 'It refused the value or an argument.', isDefinite: true },
  3: { sentence: 'The GPU does not offer this setting.', isDefinite: true },
  4: {
    sentence: 'The driver denies it: setting a GPU needs root or CAP_SYS_ADMIN. Give the agent that, or use a webhook.',
    isDefinite: true,
  },
  6: { sentence: 'It found no such GPU.', isDefinite: true },
  9: { sentence: 'The NVIDIA driver is not loaded.', isDefinite: true },
  15: { sentence: 'The GPU fell off the bus; it needs a reboot.', isDefinite: false },
};

const QUOTE_LENGTH = 400;

/** What came of a run that was no success, in words. */
export function explainRun(run: ProcessRun): { readonly text: string; readonly isDefinite: boolean } {
  switch (run.kind) {
    case 'timeout':
      return { text: `nvidia-smi did not end within ${run.timeoutMs} ms and was killed.`, isDefinite: false };
    case 'not-started':
      return { text: `nvidia-smi could not be started (${run.reason}).`, isDefinite: true };
    case 'exited': {
      const known = run.exitCode === null ? undefined : FAILURES[run.exitCode];
      const sentence = known?.sentence ?? 'It failed.';
      const text = `nvidia-smi ended with code ${run.exitCode ?? 'none'}. ${sentence}${quoteOutput(run)}`;
      return { text, isDefinite: known?.isDefinite ?? false };
    }
  }
}

/** It writes its errors to stdout, so both are quoted, on one line and without control characters. */
export function quoteOutput({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): string {
  const line = `${stdout} ${stderr}`.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  if (line === '') return '';
  return ` It wrote: "${line.length > QUOTE_LENGTH ? `${line.slice(0, QUOTE_LENGTH)}…` : line}"`;
}
