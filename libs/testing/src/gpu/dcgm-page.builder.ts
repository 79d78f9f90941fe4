/** A number is written as it stands, a text too: `0.520000` is how the exporter writes a ratio. Null leaves a series out. */
export type DcgmWritten = number | string | null;

/** Series of one GPU, or of one instance of it. */
export interface DcgmGpuValues {
  /** Null leaves the label out. */
  readonly uuid?: string | null;
  readonly gpu?: string;
  /** Null leaves the label out, as exporters before 4.0 do. */
  readonly pciBusId?: string | null;
  readonly modelName?: string;
  readonly driverVersion?: string;
  readonly instance?: { readonly id: number; readonly profile: string };
  /** As of the pod that has the GPU. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Over the defaults, by name without `DCGM_FI_`; names with other beginnings as they are. */
  readonly fields?: Readonly<Record<string, DcgmWritten>>;
  /** Nothing but `fields`. */
  readonly hasNoDefaults?: boolean;
}

export interface DcgmPageValues {
  /** One GPU by default. */
  readonly gpus?: readonly DcgmGpuValues[];
  /** HELP and TYPE lines; on by default. */
  readonly hasMetadata?: boolean;
  /** Names of DCGM 4.6 for the fields that it renamed. */
  readonly hasNamesOf46?: boolean;
  readonly simulated?: boolean;
}

/** The shipped configuration, with the numbers of `gpuXmlDefaults`. */
const DEFAULTS: Readonly<Record<string, DcgmWritten>> = {
  DEV_SM_CLOCK: 1980,
  DEV_MEM_CLOCK: 2619,
  DEV_MEMORY_TEMP: 66,
  DEV_GPU_TEMP: 58,
  DEV_POWER_USAGE: '560.210000',
  DEV_TOTAL_ENERGY_CONSUMPTION: 5551899580,
  DEV_PCIE_REPLAY_COUNTER: 0,
  DEV_GPU_UTIL: 92,
  DEV_MEM_COPY_UTIL: 48,
  DEV_ENC_UTIL: 0,
  DEV_DEC_UTIL: 0,
  DEV_XID_ERRORS: 0,
  DEV_FB_FREE: 9400,
  DEV_FB_USED: 71680,
  DEV_FB_RESERVED: 479,
  DEV_UNCORRECTABLE_REMAPPED_ROWS: 0,
  DEV_CORRECTABLE_REMAPPED_ROWS: 0,
  DEV_ROW_REMAP_FAILURE: 0,
  DEV_VGPU_LICENSE_STATUS: 0,
  PROF_GR_ENGINE_ACTIVE: '0.930000',
  PROF_PIPE_TENSOR_ACTIVE: '0.410000',
  PROF_DRAM_ACTIVE: '0.520131',
  PROF_PCIE_TX_BYTES: 301000000,
  PROF_PCIE_RX_BYTES: 812000000,
};

const NAMES_OF_46: Readonly<Record<string, string>> = {
  DEV_MEMORY_TEMP: 'DEV_MEMORY_TEMP_CELSIUS',
  DEV_GPU_TEMP: 'DEV_GPU_TEMP_CELSIUS',
  DEV_POWER_USAGE: 'DEV_BOARD_POWER_WATTS',
  DEV_PCIE_REPLAY_COUNTER: 'DEV_PCIE_REPLAY_TOTAL',
  DEV_GPU_UTIL: 'DEV_GPU_UTIL_RATIO',
  DEV_XID_ERRORS: 'DEV_XID_ERROR',
  DEV_UNCORRECTABLE_REMAPPED_ROWS: 'DEV_ROW_REMAP_UNCORRECTABLE_TOTAL',
  DEV_CORRECTABLE_REMAPPED_ROWS: 'DEV_ROW_REMAP_CORRECTABLE_TOTAL',
  DEV_ROW_REMAP_FAILURE: 'DEV_ROW_REMAP_FAILED',
  PROF_GR_ENGINE_ACTIVE: 'PROF_GR_ENGINE_UTIL_RATIO',
  PROF_SM_ACTIVE: 'PROF_SM_UTIL_RATIO',
  PROF_SM_OCCUPANCY: 'PROF_SM_OCCUPANCY_RATIO',
  PROF_PIPE_TENSOR_ACTIVE: 'PROF_TENSOR_UTIL_RATIO',
  PROF_DRAM_ACTIVE: 'PROF_DRAM_UTIL_RATIO',
};

/** UUID of the GPU at a position, the same as in the other builders. */
export function dcgmUuid(index: number): string {
  return `GPU-00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`;
}

/** The `/metrics` page of dcgm-exporter: a healthy, busy H100 unless told otherwise. */
export function aDcgmPage(values: DcgmPageValues = {}): string {
  const { gpus = [{}], hasMetadata = true, hasNamesOf46 = false, simulated = false } = values;
  const series = gpus.flatMap((gpu, index) => seriesOf(gpu, index, hasNamesOf46));
  const families = [...new Set(series.map(({ name }) => name))];
  const lines = families.flatMap((family) => [
    ...(hasMetadata ? [`# HELP ${family} As the exporter describes it.`, `# TYPE ${family} gauge`] : []),
    ...series.filter(({ name }) => name === family).map(({ line }) => line),
  ]);
  const marks = simulated ? ['# TYPE simulated_source_info gauge', 'simulated_source_info 1'] : [];
  return `${[...lines, ...marks].join('\n')}\n`;
}

interface Series {
  readonly name: string;
  readonly line: string;
}

function seriesOf(gpu: DcgmGpuValues, index: number, hasNamesOf46: boolean): Series[] {
  const fields = { ...(gpu.hasNoDefaults === true ? {} : DEFAULTS), ...gpu.fields };
  const labels = labelText({ ...labelsOf(gpu, index), ...gpu.labels });
  return Object.entries(fields).flatMap(([field, written]) => {
    if (written === null) return [];
    // What stands behind the name, as `{xid="79"}`, is labels of this series alone.
    const [, bare = field, own = ''] = /^(\w+)\{(.*)\}$/.exec(field) ?? [];
    const renamed = hasNamesOf46 ? (NAMES_OF_46[bare] ?? bare) : bare;
    const name = /^(DEV|PROF)_/.test(renamed) ? `DCGM_FI_${renamed}` : renamed;
    return [{ name, line: `${name}{${[labels, own].filter((part) => part !== '').join(',')}} ${written}` }];
  });
}

function labelsOf(gpu: DcgmGpuValues, index: number): Record<string, string | null> {
  const bus = (0x1b + index).toString(16).toUpperCase().padStart(2, '0');
  const { uuid = dcgmUuid(index), pciBusId = `00000000:${bus}:00.0`, instance } = gpu;
  return {
    gpu: gpu.gpu ?? String(index),
    UUID: uuid,
    pci_bus_id: pciBusId,
    device: `nvidia${gpu.gpu ?? index}`,
    modelName: gpu.modelName ?? 'NVIDIA H100 80GB HBM3',
    GPU_I_PROFILE: instance?.profile ?? null,
    GPU_I_ID: instance === undefined ? null : String(instance.id),
    Hostname: 'gpu-node-1',
    DCGM_FI_DRIVER_VERSION: gpu.driverVersion ?? '580.95.05',
  };
}

function labelText(labels: Readonly<Record<string, string | null>>): string {
  const escaped = (text: string): string => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
  const pairs = Object.entries(labels).flatMap(([name, text]) => (text === null ? [] : [`${name}="${escaped(text)}"`]));
  return pairs.join(',');
}

/** A guest with a share of a board: temperature, power, energy, Xid and profiling series do not exist. */
export function aVgpuGuest(): DcgmGpuValues {
  return {
    uuid: 'GPU-44d2411e-1604-478f-aa96-5a3c00000000',
    modelName: 'GRID A100-10C',
    hasNoDefaults: true,
    fields: {
      DEV_SM_CLOCK: 1410,
      DEV_MEM_CLOCK: 1215,
      DEV_MEMORY_TEMP: 0,
      DEV_GPU_UTIL: 0,
      DEV_MEM_COPY_UTIL: 0,
      DEV_FB_FREE: 9323,
      DEV_FB_USED: 0,
      DEV_FB_RESERVED: 916,
      DEV_VGPU_LICENSE_STATUS: 0,
    },
  };
}

/** A GPU cut into instances: each has its memory and activity, the board its sensors. */
export function aMigGpu(instanceIds: readonly number[] = [3, 4]): DcgmGpuValues[] {
  const identity = { uuid: dcgmUuid(0), gpu: '0', pciBusId: '00000000:1B:00.0', hasNoDefaults: true };
  const board = { DEV_GPU_TEMP: 44, DEV_POWER_USAGE: '150.500000', DEV_TOTAL_ENERGY_CONSUMPTION: 77000 };
  return [
    { ...identity, fields: board },
    ...instanceIds.map((id, index) => ({
      ...identity,
      instance: { id, profile: '2g.20gb' },
      fields: {
        DEV_FB_FREE: 19000,
        DEV_FB_USED: 900 + index,
        DEV_FB_RESERVED: 68,
        PROF_GR_ENGINE_ACTIVE: '0.995687',
      },
    })),
  ];
}
