/** What a run of nvidia-smi comes to. It writes its errors to stdout, too. */
export interface SmiResult {
  readonly exitCode: number;
  readonly stdout: string;
}

/** Return values of the manual page nvidia-smi(1). */
export const EXIT = {
  ok: 0,
  badArgument: 2,
  notSupported: 3,
  noPermission: 4,
  notFound: 6,
  driverNotLoaded: 9,
  gpuLost: 15,
  other: 255,
} as const;

export function printed(stdout: string): SmiResult {
  return { exitCode: EXIT.ok, stdout };
}

export const NO_DEVICES: SmiResult = { exitCode: EXIT.notFound, stdout: 'No devices were found\n' };

/** No blank between GPU and bus id, as drivers from 530 on print it; two after `lost.`, as all do. */
export function lostGpu(pciBusId: string): SmiResult {
  const stdout = `Unable to determine the device handle for GPU${pciBusId.slice(-12)}: GPU is lost.  Reboot the system to recover this GPU\n`;
  return { exitCode: EXIT.gpuLost, stdout };
}

/** Failures of a whole run, with texts and codes of published reports. */
export const RUN_FAILURES = {
  'driver-not-loaded': {
    exitCode: EXIT.driverNotLoaded,
    stdout:
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n\n",
  },
  'driver-library-mismatch': {
    exitCode: 18,
    stdout: 'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 595.58\n',
  },
  'nvml-unknown-error': { exitCode: EXIT.other, stdout: 'Failed to initialize NVML: Unknown Error\n' },
  'nvml-library-missing': {
    exitCode: 12,
    stdout:
      "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system. Please make sure that the NVIDIA Display Driver is properly installed and present in your system.\nPlease also try adding directory that contains libnvidia-ml.so to your system PATH.\n",
  },
  'no-devices': NO_DEVICES,
} as const satisfies Record<string, SmiResult>;
export type RunFailure = keyof typeof RUN_FAILURES;
