import type { GpuView } from '../../machine/machine-view.js';
import type { CommandOutcome, HostCommand, SimulatedHost } from '../host-port.js';
import { BAD_COMBINATION, type SmiArguments } from './smi-arguments.js';
import { EXIT, type SmiResult } from './smi-result.js';

/** A setting of one GPU: what it asks for, and what nvidia-smi prints of each outcome. */
interface Setting {
  readonly command: (gpu: GpuView) => HostCommand;
  /** A refusal before anything is tried. */
  readonly refusal?: (gpu: GpuView) => SmiResult | null;
  readonly done: (gpu: GpuView) => string;
  readonly denied: (gpu: GpuView) => string;
  readonly failed: (gpu: GpuView, reason: string) => string;
}

const END = 'All done.\n';
const EARLY_END = 'Terminating early due to previous errors.\n';
const COMPUTE_MODES = [
  { mode: 'Default', words: ['0', 'DEFAULT'] },
  { mode: 'Prohibited', words: ['2', 'PROHIBITED'] },
  { mode: 'Exclusive_Process', words: ['3', 'EXCLUSIVE_PROCESS'] },
] as const;

/**
 * Changes the GPUs one after the other and ends at the first that cannot be changed. Texts and codes are those of public
 * reports of drivers from 470 to 595: out of range 2, `Insufficient Permissions` 4.
 */
export async function applySetting(
  host: SimulatedHost,
  gpus: readonly GpuView[],
  given: SmiArguments,
): Promise<SmiResult> {
  const setting = settingOf(given);
  if (setting === null) return BAD_COMBINATION;
  let stdout = '';
  for (const gpu of gpus) {
    const refused = setting.refusal?.(gpu) ?? null;
    if (refused !== null) return { ...refused, stdout: `${stdout}${refused.stdout}${EARLY_END}` };
    const outcome = await host.perform(setting.command(gpu));
    if (outcome.kind !== 'done') {
      const { text, exitCode } = notDone(setting, gpu, outcome);
      return { exitCode, stdout: `${stdout}${text}${EARLY_END}` };
    }
    stdout += setting.done(gpu);
  }
  return { exitCode: EXIT.ok, stdout: `${stdout}${END}` };
}

function notDone(
  setting: Setting,
  gpu: GpuView,
  outcome: Exclude<CommandOutcome, { kind: 'done' }>,
): { readonly text: string; readonly exitCode: number } {
  if (outcome.kind === 'denied') return { text: setting.denied(gpu), exitCode: EXIT.noPermission };
  return { text: setting.failed(gpu, outcome.reason), exitCode: EXIT.other };
}

function settingOf(given: SmiArguments): Setting | null {
  const value = (option: Parameters<SmiArguments['get']>[0]): string | null => given.get(option) ?? null;
  const [watts, clocks, persistence, mode] = [
    value('powerLimit'),
    value('lockClocks'),
    value('persistence'),
    value('computeMode'),
  ];
  if (watts !== null) return powerLimit(watts);
  if (clocks !== null) return lockClocks(clocks);
  if (persistence !== null) return persistenceMode(persistence);
  if (mode !== null) return computeMode(mode);
  return resetClocks();
}

function powerLimit(text: string): Setting | null {
  if (!/^\d+(\.\d+)?$/.test(text)) return null;
  const watts = Number(text);
  const failed = (gpu: GpuView, reason: string): string =>
    `Failed to set power management limit for GPU ${gpu.pciBusId}: ${reason}\n`;
  return {
    command: (gpu) => ({ kind: 'gpu-power-limit', gpu: gpu.index, watts }),
    refusal: ({ power, pciBusId }) =>
      watts >= power.minLimitWatts && watts <= power.maxLimitWatts
        ? null
        : {
            exitCode: EXIT.badArgument,
            stdout: `Provided power limit ${watts.toFixed(2)} W is not a valid power limit which should be between ${power.minLimitWatts.toFixed(2)} W and ${power.maxLimitWatts.toFixed(2)} W for GPU ${pciBusId}\n`,
          },
    done: (gpu) => {
      const former = gpu.power.requestedLimitWatts.toFixed(2);
      const warning = gpu.isPersistent
        ? ''
        : `Warning: persistence mode is disabled on device ${gpu.pciBusId}. See the Known Issues section of the nvidia-smi(1) man page for more information. Run with [--help | -h] switch to get more information on how to enable persistence mode.\n`;
      return `${warning}Power limit for GPU ${gpu.pciBusId} was set to ${watts.toFixed(2)} W from ${former} W.\n`;
    },
    denied: (gpu) => failed(gpu, 'Insufficient Permissions'),
    failed,
  };
}

const clocksDenied = ({ pciBusId }: GpuView): string =>
  `The current user does not have permission to change clocks for GPU ${pciBusId}.\n`;

/** `1200,1980` or one clock for both. Any range is taken; the GPU keeps to what it can do. */
function lockClocks(text: string): Setting | null {
  const [, least, most] = /^(\d{1,5})(?:,(\d{1,5}))?$/.exec(text) ?? [];
  if (least === undefined) return null;
  const minMhz = Number(least);
  const maxMhz = Number(most ?? least);
  if (minMhz > maxMhz) return null;
  return {
    command: (gpu) => ({ kind: 'gpu-lock-clocks', gpu: gpu.index, minMhz, maxMhz }),
    done: ({ pciBusId }) => `GPU clocks set to "(gpuClkMin ${minMhz}, gpuClkMax ${maxMhz})" for GPU ${pciBusId}\n`,
    denied: clocksDenied,
    failed: ({ pciBusId }, reason) => `Failed to set GPU clocks for GPU ${pciBusId}: ${reason}\n`,
  };
}

function resetClocks(): Setting {
  return {
    command: (gpu) => ({ kind: 'gpu-reset-clocks', gpu: gpu.index }),
    done: () => '',
    denied: clocksDenied,
    failed: ({ pciBusId }, reason) => `Failed to reset GPU clocks for GPU ${pciBusId}: ${reason}\n`,
  };
}

function persistenceMode(text: string): Setting | null {
  const isOn = { '0': false, DISABLED: false, '1': true, ENABLED: true }[text.toUpperCase()];
  if (isOn === undefined) return null;
  const word = isOn ? 'Enabled' : 'Disabled';
  const failed = (gpu: GpuView, reason: string): string =>
    `Unable to set persistence mode for GPU ${gpu.pciBusId}: ${reason}\n`;
  return {
    command: (gpu) => ({ kind: 'gpu-persistence', gpu: gpu.index, isOn }),
    done: (gpu) =>
      gpu.isPersistent === isOn
        ? `Persistence mode is already ${word} for GPU ${gpu.pciBusId}.\n`
        : `${word} persistence mode for GPU ${gpu.pciBusId}.\n`,
    denied: (gpu) => failed(gpu, 'Insufficient Permissions'),
    failed,
  };
}

function computeMode(text: string): Setting | null {
  const known = COMPUTE_MODES.find(({ words }) => (words as readonly string[]).includes(text.toUpperCase()));
  if (known === undefined) return null;
  const { mode } = known;
  const failed = (gpu: GpuView, reason: string): string =>
    `Unable to set compute mode for GPU ${gpu.pciBusId}: ${reason}\n`;
  return {
    command: (gpu) => ({ kind: 'gpu-compute-mode', gpu: gpu.index, mode }),
    done: (gpu) => {
      const beginning = gpu.computeMode === mode ? 'Compute mode is already set to' : 'Set compute mode to';
      return `${beginning} ${mode.toUpperCase()} for GPU ${gpu.pciBusId}.\n`;
    },
    denied: (gpu) => failed(gpu, 'Insufficient Permissions'),
    failed,
  };
}
