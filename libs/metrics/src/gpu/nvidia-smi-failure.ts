import type { SectionStatus } from '@app/core';

interface Failure {
  readonly exitCodes: readonly number[];
  readonly text: RegExp | null;
  readonly status: Extract<SectionStatus, 'absent' | 'denied' | 'failed'>;
  readonly sentence: string;
}

/**
 * Texts are matched loosely, since their wording changes between drivers, and before the exit codes, since one code (255)
 * stands for many troubles. Codes: NVIDIA's manual page; 18 is seen in practice.
 */
const FAILURES: readonly Failure[] = [
  {
    exitCodes: [6],
    text: /no devices? (were|was) found/i,
    status: 'absent',
    sentence:
      'nvidia-smi found no GPU. Check that the GPU is on the bus (lspci) and given to this machine or container.',
  },
  {
    exitCodes: [127],
    text: /nvidia-smi: (command )?not found|nvidia-smi'? is not recognized/i,
    status: 'absent',
    sentence:
      'nvidia-smi is not usable here: it or a library it needs is not installed. Install the NVIDIA driver tools.',
  },
  {
    exitCodes: [4],
    text: null,
    status: 'denied',
    sentence: 'The driver denies access to the GPU. Give the user of the agent read access to /dev/nvidia*.',
  },
  {
    exitCodes: [18],
    text: /library version mismatch/i,
    status: 'failed',
    sentence:
      'The loaded driver and its libraries have different versions, as after an update. Reload the driver or reboot.',
  },
  {
    exitCodes: [9],
    text: /communicate with the nvidia driver|driver is not loaded/i,
    status: 'failed',
    sentence: 'The NVIDIA driver is not loaded. Load it (modprobe nvidia), or install the one for the running kernel.',
  },
  {
    exitCodes: [12],
    text: /couldn'?t find libnvidia-ml/i,
    status: 'failed',
    sentence:
      'The NVML library is missing. Install the driver libraries, or give the container the driver capability "utility".',
  },
  {
    exitCodes: [],
    text: /requires? (a )?reset/i,
    status: 'failed',
    sentence: 'A GPU needs a reset. Drain it, then reset it (nvidia-smi --gpu-reset) or reboot.',
  },
  {
    exitCodes: [15],
    text: /is lost|fallen off the bus/i,
    status: 'failed',
    sentence:
      'A GPU was lost (fell off the bus). Look for Xid 79 in the kernel log, reboot, then check power and seating.',
  },
  {
    exitCodes: [],
    text: /unable to determine the device handle/i,
    status: 'failed',
    sentence:
      'The driver has no access to a GPU, mostly because it fell off the bus. Look for Xid 79 in the kernel log and reboot.',
  },
  {
    exitCodes: [],
    text: /is missing its value/i,
    status: 'failed',
    sentence:
      'nvidia-smi was started with an option that lacks its value. The agent needs what "nvidia-smi -q -x" writes.',
  },
  {
    exitCodes: [2],
    text: /is not a valid (field|option)|invalid combination of input arguments|is not recognized\. please run/i,
    status: 'failed',
    sentence:
      'nvidia-smi does not know an argument or a field that it was asked for. The agent needs what "nvidia-smi -q -x" writes.',
  },
  {
    exitCodes: [3],
    text: null,
    status: 'failed',
    sentence: 'The GPU does not offer what nvidia-smi was asked for.',
  },
  {
    exitCodes: [],
    text: /initialize NVML: unknown error/i,
    status: 'failed',
    sentence: 'NVML could not start, as in a container that lost its GPU devices. Restart the container.',
  },
  {
    exitCodes: [8],
    text: null,
    status: 'failed',
    sentence: "A GPU's external power cables are not attached. Attach them.",
  },
  {
    exitCodes: [10],
    text: null,
    status: 'failed',
    sentence: 'The kernel has an interrupt problem with a GPU. Look into the kernel log and reboot.',
  },
  {
    exitCodes: [13],
    text: null,
    status: 'failed',
    sentence: 'The NVML library lacks a function that nvidia-smi needs. Install driver and tools of one version.',
  },
  {
    exitCodes: [14],
    text: /inforom is corrupt/i,
    status: 'failed',
    sentence: "A GPU's infoROM is corrupted. Ask its vendor for a repair or replacement.",
  },
  {
    exitCodes: [255],
    text: null,
    status: 'failed',
    sentence: 'The driver had an internal error. Look into the kernel log for lines that begin with NVRM.',
  },
];

/** What a run that ended without data means, and what to do about it. */
export function explainFailure(exitCode: number | null, output: string): Pick<Failure, 'status' | 'sentence'> | null {
  return (
    FAILURES.find(({ text }) => text?.test(output) === true) ??
    FAILURES.find(({ exitCodes }) => exitCode !== null && exitCodes.includes(exitCode)) ??
    null
  );
}

const QUOTE_LENGTH = 200;

/** The beginning of a program's output, on one line and without control characters. */
export function quoteOutput(output: string): string {
  const line = output.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  if (line === '') return '';
  return ` It wrote: "${line.length > QUOTE_LENGTH ? `${line.slice(0, QUOTE_LENGTH)}…` : line}"`;
}
