import type { GpuView, MachineView } from '../../machine/machine-view.js';
import { DRIVER_VERSION } from './board-facts.js';
import { freeMib, percent } from './gpu-readings.js';

/** A field of dcgm-exporter; null leaves the series of this GPU out, as the exporter does where DCGM has no value. */
interface DcgmField {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly read: (gpu: GpuView, lastXid: number | null) => string | null;
}

const whole = (value: number): string => value.toFixed(0);
/** The exporter writes floating values with six digits. */
const six = (value: number): string => value.toFixed(6);

/** The counters that the exporter ships (4.8), and `SM_ACTIVE`, which most who look at profiling switch on. */
const FIELDS: readonly DcgmField[] = [
  gauge('DEV_SM_CLOCK', 'SM clock frequency (in MHz).', ({ clocks }) => whole(clocks.smMhz)),
  gauge('DEV_MEM_CLOCK', 'Memory clock frequency (in MHz).', ({ clocks }) => whole(clocks.memoryMhz)),
  // 0 where the memory has no sensor.
  gauge('DEV_MEMORY_TEMP', 'Memory temperature (in C).', ({ temperature }) => whole(temperature.memoryCelsius ?? 0)),
  gauge('DEV_GPU_TEMP', 'GPU temperature (in C).', ({ temperature }) => whole(temperature.gpuCelsius)),
  gauge('DEV_POWER_USAGE', 'Power draw (in W).', ({ power }) => six(power.averageWatts)),
  counter('DEV_TOTAL_ENERGY_CONSUMPTION', 'Total energy consumption since boot (in mJ).', ({ power }) =>
    whole(Math.floor(power.energyJoules * 1000)),
  ),
  counter('DEV_PCIE_REPLAY_COUNTER', 'Total number of PCIe retries.', ({ pcie }) => whole(pcie.replayCount)),
  gauge('DEV_GPU_UTIL', 'GPU utilization (in %).', (gpu) => whole(percent(gpu.utilizationRatio))),
  gauge('DEV_MEM_COPY_UTIL', 'Memory utilization (in %).', (gpu) => whole(percent(gpu.memoryUtilizationRatio))),
  gauge('DEV_ENC_UTIL', 'Encoder utilization (in %).', () => '0'),
  gauge('DEV_DEC_UTIL', 'Decoder utilization (in %).', () => '0'),
  // Stands at the last code until the exporter starts anew; without any there is no series.
  gauge('DEV_XID_ERRORS', 'Value of the last XID error encountered.', (_gpu, xid) =>
    xid === null ? null : whole(xid),
  ),
  gauge('DEV_FB_FREE', 'Framebuffer memory free (in MiB).', (gpu) => whole(freeMib(gpu))),
  gauge('DEV_FB_USED', 'Framebuffer memory used (in MiB).', ({ memory }) => whole(memory.usedMib)),
  gauge('DEV_FB_RESERVED', 'Framebuffer memory reserved (in MiB).', ({ memory }) => whole(memory.reservedMib)),
  counter('DEV_UNCORRECTABLE_REMAPPED_ROWS', 'Number of remapped rows for uncorrectable errors', ({ remappedRows }) =>
    remappedRows === null ? null : whole(remappedRows.uncorrectable),
  ),
  counter('DEV_CORRECTABLE_REMAPPED_ROWS', 'Number of remapped rows for correctable errors', ({ remappedRows }) =>
    remappedRows === null ? null : whole(remappedRows.correctable),
  ),
  gauge('DEV_ROW_REMAP_FAILURE', 'Whether remapping of rows has failed', ({ remappedRows }) =>
    remappedRows === null ? null : whole(Number(remappedRows.hasFailed)),
  ),
  gauge('DEV_VGPU_LICENSE_STATUS', 'vGPU License status', () => '0'),
  gauge('PROF_GR_ENGINE_ACTIVE', 'Ratio of time the graphics engine is active.', (gpu) => six(gpu.utilizationRatio)),
  gauge('PROF_SM_ACTIVE', 'The ratio of cycles an SM has at least 1 warp assigned.', (gpu) => six(gpu.smActiveRatio)),
  gauge('PROF_PIPE_TENSOR_ACTIVE', 'Ratio of cycles the tensor (HMMA) pipe is active.', (gpu) =>
    six(gpu.tensorActiveRatio),
  ),
  gauge('PROF_DRAM_ACTIVE', 'Ratio of cycles the device memory interface is active sending or receiving data.', (gpu) =>
    six(gpu.dramActiveRatio),
  ),
  gauge(
    'PROF_PCIE_TX_BYTES',
    'The rate of data transmitted over the PCIe bus - including both protocol headers and data payloads - in bytes per second.',
    ({ pcie }) => whole(pcie.txKilobytesPerSecond * 1000),
  ),
  gauge(
    'PROF_PCIE_RX_BYTES',
    'The rate of data received over the PCIe bus - including both protocol headers and data payloads - in bytes per second.',
    ({ pcie }) => whole(pcie.rxKilobytesPerSecond * 1000),
  ),
];

/** The `/metrics` page of dcgm-exporter; of a GPU that is off the bus it tells nothing. `xids`: last code by UUID. */
export function dcgmPage(view: MachineView, xids: ReadonlyMap<string, number> = new Map()): string {
  const gpus = view.gpus.filter(({ isPresent }) => isPresent);
  const lines = FIELDS.flatMap(({ name, help, type, read }) => {
    const series = gpus.flatMap((gpu) => {
      const value = read(gpu, xids.get(gpu.uuid) ?? null);
      return value === null ? [] : [`${name}{${labelsOf(gpu, view.host.hostname)}} ${value}`];
    });
    return series.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...series];
  });
  const mark = [
    '# HELP simulated_source_info The values of this page are simulated.',
    '# TYPE simulated_source_info gauge',
    'simulated_source_info 1',
  ];
  return `${[...lines, ...mark].join('\n')}\n`;
}

function labelsOf({ index, uuid, pciBusId, product }: GpuView, hostname: string): string {
  const identity = `gpu="${index}",UUID="${uuid}",pci_bus_id="${pciBusId}",device="nvidia${index}",modelName="${product}"`;
  return `${identity},Hostname="${hostname}",DCGM_FI_DRIVER_VERSION="${DRIVER_VERSION}"`;
}

function gauge(field: string, help: string, read: DcgmField['read']): DcgmField {
  return { name: `DCGM_FI_${field}`, help, type: 'gauge', read };
}

function counter(field: string, help: string, read: DcgmField['read']): DcgmField {
  return { name: `DCGM_FI_${field}`, help, type: 'counter', read };
}
