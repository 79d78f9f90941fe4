/** What may be set on a GPU. The words of the command line come from here and nowhere else. */
export type GpuSetting =
  | { readonly kind: 'power-limit'; readonly watts: number }
  | { readonly kind: 'lock-clocks'; readonly minMhz: number; readonly maxMhz: number }
  | { readonly kind: 'reset-clocks' }
  | { readonly kind: 'persistence'; readonly isOn: boolean }
  /** 0 default, 1 exclusive thread (deprecated), 2 prohibited, 3 exclusive process: read back, older tools differ. */
  | { readonly kind: 'compute-mode'; readonly mode: 0 | 1 | 2 | 3 };

/** @throws RangeError for what is no number of watts or megahertz */
export function settingArguments(setting: GpuSetting): readonly string[] {
  switch (setting.kind) {
    case 'power-limit':
      return ['-pl', decimal(setting.watts)];
    case 'lock-clocks':
      return ['-lgc', `${whole(setting.minMhz)},${whole(setting.maxMhz)}`];
    case 'reset-clocks':
      return ['-rgc'];
    case 'persistence':
      return ['-pm', setting.isOn ? '1' : '0'];
    case 'compute-mode':
      return ['-c', String(setting.mode)];
  }
}

const MAX_VALUE = 100_000;

function decimal(value: number): string {
  if (!Number.isFinite(value) || value <= 0 || value > MAX_VALUE)
    throw new RangeError(`${value} is no number of watts`);
  // The driver takes hundredths.
  return String(Math.round(value * 100) / 100);
}

function whole(value: number): string {
  if (!Number.isInteger(value) || value <= 0 || value > MAX_VALUE) throw new RangeError(`${value} is no clock in MHz`);
  return String(value);
}

/** The command as a person would type it. */
export function settingCommand(uuids: readonly string[], setting: GpuSetting): string {
  return ['nvidia-smi', '-i', uuids.join(','), ...settingArguments(setting)].join(' ');
}
