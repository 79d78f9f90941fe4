/** What the fake's GPUs say of themselves, by the fields of `nvidia-smi --query-gpu`. */
export type FakeGpuFields = Record<string, string | null>;

type Setting =
  | { readonly kind: 'power-limit'; readonly watts: number }
  | { readonly kind: 'lock-clocks'; readonly minMhz: number; readonly maxMhz: number }
  | { readonly kind: 'reset-clocks' }
  | { readonly kind: 'persistence'; readonly isOn: boolean }
  | { readonly kind: 'compute-mode'; readonly mode: number };

export interface FakeCall {
  readonly uuids: readonly string[];
  readonly setting: Setting;
}

const MODES = ['Default', 'Exclusive_Thread', 'Prohibited', 'Exclusive_Process'];

/** A busy H100 at its default limit and its highest clock. */
export function aFakeGpu(fields: FakeGpuFields = {}): FakeGpuFields {
  return {
    persistence_mode: 'Enabled',
    compute_mode: 'Default',
    'power.limit': '700.00',
    'enforced.power.limit': '700.00',
    'power.default_limit': '700.00',
    'power.min_limit': '200.00',
    'power.max_limit': '700.00',
    'power.draw': '500.00',
    'clocks.sm': '1980',
    'clocks.max.sm': '1980',
    'utilization.gpu': '90',
    ...fields,
  };
}

/**
 * GPUs in memory behind the methods of the nvidia-smi executor. `obey` does it, `lie` says so and does nothing, `deny`
 * refuses, `half` does it for the first GPU and ends with an error, as the real one does at a GPU that fails.
 */
export class FakeGpus {
  behaviour: 'obey' | 'lie' | 'deny' | 'half' = 'obey';
  isReadable = true;
  reason: string | null = null;
  readonly calls: FakeCall[] = [];

  constructor(readonly gpus: Record<string, FakeGpuFields>) {}

  unavailable(): Promise<string | null> {
    return Promise.resolve(this.reason);
  }

  query(uuids: readonly string[], fields: readonly string[]): Promise<readonly FakeGpuFields[]> {
    if (!this.isReadable) return Promise.reject(new Error('nvidia-smi did not end within 10000 ms and was killed.'));
    return Promise.resolve(
      uuids.map((uuid) => Object.fromEntries(fields.map((field) => [field, this.gpus[uuid]?.[field] ?? null]))),
    );
  }

  set(
    uuids: readonly string[],
    setting: Setting,
  ): Promise<{ isAccepted: boolean; isDefinite?: boolean; text: string }> {
    this.calls.push({ uuids: [...uuids], setting });
    if (this.behaviour === 'deny') return Promise.resolve({ isAccepted: false, isDefinite: true, text: 'needs root' });
    const reached = this.behaviour === 'lie' ? [] : this.behaviour === 'half' ? uuids.slice(0, 1) : uuids;
    for (const uuid of reached) this.apply(this.gpus[uuid] ?? {}, setting);
    if (this.behaviour === 'half') return Promise.resolve({ isAccepted: false, text: 'Unknown Error' });
    return Promise.resolve({ isAccepted: true, text: 'All done.' });
  }

  private apply(gpu: FakeGpuFields, setting: Setting): void {
    switch (setting.kind) {
      case 'power-limit':
        gpu['power.limit'] = setting.watts.toFixed(2);
        gpu['enforced.power.limit'] = setting.watts.toFixed(2);
        return;
      case 'lock-clocks':
        gpu['clocks.sm'] = String(setting.maxMhz);
        return;
      case 'reset-clocks':
        gpu['clocks.sm'] = gpu['clocks.max.sm'] ?? null;
        return;
      case 'persistence':
        gpu['persistence_mode'] = setting.isOn ? 'Enabled' : 'Disabled';
        return;
      case 'compute-mode':
        gpu['compute_mode'] = MODES[setting.mode] ?? null;
    }
  }
}
