import type { GpuView, MachineView } from '../../machine/machine-view.js';
import { boardFacts, CUDA_VERSION, DRIVER_VERSION } from './board-facts.js';
import { percent, uncorrectedTotal } from './gpu-readings.js';
import { calendarTime } from './smi-time.js';

const LINE = '+-----------------------------------------+------------------------+----------------------+\n';
const WIDE = '+-----------------------------------------------------------------------------------------+\n';

/** `-L` */
export function gpuList(gpus: readonly GpuView[]): string {
  return gpus.map(({ index, product, uuid }) => `GPU ${index}: ${product} (UUID: ${uuid})\n`).join('');
}

/** `--version` */
export function versions(): string {
  const nvml = DRIVER_VERSION.split('.').slice(0, 2).join('.');
  return [
    `NVIDIA-SMI version  : ${DRIVER_VERSION}\n`,
    `NVML version        : ${nvml}\n`,
    `DRIVER version      : ${DRIVER_VERSION}\n`,
    `CUDA Version        : ${CUDA_VERSION}\n`,
  ].join('');
}

/** The table that nvidia-smi prints without arguments, for people. */
export function summaryTable(view: MachineView, gpus: readonly GpuView[]): string {
  return [
    `${calendarTime(view.atMs)}       \n`,
    WIDE,
    `| ${`NVIDIA-SMI ${DRIVER_VERSION}`.padEnd(33)} ${`Driver Version: ${DRIVER_VERSION}`.padEnd(30)} ${`CUDA Version: ${CUDA_VERSION}`.padEnd(23)}|\n`,
    LINE,
    '| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |\n',
    '| Fan  Temp   Perf          Pwr:Usage/Cap |           Memory-Usage | GPU-Util  Compute M. |\n',
    '|                                         |                        |               MIG M. |\n',
    '|=========================================+========================+======================|\n',
    ...gpus.map((gpu) => `${gpuRows(gpu)}${LINE}`),
    '\n',
    ...processRows(gpus),
  ].join('');
}

function gpuRows(gpu: GpuView): string {
  const { power, memory, temperature } = gpu;
  const errors = gpu.ecc.isOn === true ? String(uncorrectedTotal(gpu.ecc.volatile)) : 'N/A';
  const fan = gpu.fanRatio === null ? 'N/A' : `${percent(gpu.fanRatio)}%`;
  const mode = { Default: 'Default', Exclusive_Process: 'E. Process', Prohibited: 'Prohibited' }[gpu.computeMode];
  const row = (left: string, middle: string, right: string): string =>
    `| ${left.padEnd(39)} | ${middle.padStart(22)} | ${right.padStart(20)} |\n`;
  const drawn = `${power.averageWatts.toFixed(0)}W / ${power.enforcedLimitWatts.toFixed(0).padStart(4)}W`;
  const used = `${memory.usedMib.toFixed(0)}MiB / ${memory.totalMib.toFixed(0).padStart(6)}MiB`;
  return [
    row(
      `${String(gpu.index).padStart(3)}  ${gpu.product.padEnd(27)}${gpu.isPersistent ? 'On' : 'Off'}`.padEnd(38),
      `${gpu.pciBusId} Off`,
      errors,
    ),
    row(
      `${fan.padStart(3)} ${`${temperature.gpuCelsius.toFixed(0)}C`.padStart(5)}    ${gpu.performanceState.padEnd(3)} ${drawn.padStart(21)}`,
      used,
      `${percent(gpu.utilizationRatio)}%   ${mode.padStart(10)}`,
    ),
    row('', '', boardFacts(gpu.product).hasMig ? 'Disabled' : 'N/A'),
  ].join('');
}

function processRows(gpus: readonly GpuView[]): string[] {
  const processes = gpus.flatMap((gpu) => gpu.processes.map((process) => ({ ...process, gpu: gpu.index })));
  const rows = processes.map(
    ({ gpu, pid, name, usedMib }) =>
      `| ${String(gpu).padStart(4)}   N/A  N/A ${String(pid).padStart(16)}      C   ${name.slice(0, 34).padEnd(34)} ${`${usedMib.toFixed(0)}MiB`.padStart(12)} |\n`,
  );
  return [
    WIDE,
    '| Processes:                                                                              |\n',
    '|  GPU   GI   CI              PID   Type   Process name                        GPU Memory |\n',
    '|        ID   ID                                                               Usage      |\n',
    '|=========================================================================================|\n',
    ...(rows.length > 0
      ? rows
      : ['|  No running processes found                                                             |\n']),
    WIDE,
  ];
}
