import type { GpuView, MachineView } from '../../machine/machine-view.js';
import { boardFacts, CUDA_VERSION, DRIVER_VERSION } from './board-facts.js';
import { activityNodes } from './gpu-activity.xml.js';
import { healthNodes } from './gpu-health.xml.js';
import { identityNodes } from './gpu-identity.xml.js';
import { clockNodes, fabricNode, powerNodes, processNode, supportedClocksNode } from './gpu-power.xml.js';
import { calendarTime } from './smi-time.js';
import { renderNode } from './xml-node.js';

/**
 * What `nvidia-smi -q -x` prints, in schema v13 (drivers from 570 on): element by element as a published log of driver
 * 595.58.03 has it.
 */
export function nvidiaSmiLog(view: MachineView, gpus: readonly GpuView[]): string {
  const head = [
    ['timestamp', calendarTime(view.atMs)],
    ['driver_version', DRIVER_VERSION],
    ['cuda_version', CUDA_VERSION],
    ['attached_gpus', String(view.gpus.length)],
  ] as const;
  return [
    '<?xml version="1.0" ?>\n',
    '<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v13.dtd">\n',
    '<nvidia_smi_log>\n',
    ...head.map((node) => renderNode(node, 1)),
    ...gpus.map(gpuElement),
    '</nvidia_smi_log>\n',
  ].join('');
}

function gpuElement(gpu: GpuView): string {
  const board = boardFacts(gpu.product);
  const nodes = [
    ...identityNodes(gpu, board),
    ...activityNodes(gpu, board),
    ...healthNodes(gpu, board),
    ...powerNodes(gpu, board),
    ...clockNodes(gpu),
    fabricNode(board),
  ];
  const last = [
    ['processes', gpu.processes.map(processNode)],
    ['accounted_processes', []],
    ['capabilities', [['egm', 'disabled']]],
  ] as const;
  const text = nodes.map((node) => renderNode(node, 2)).join('');
  const rest = last.map((node) => renderNode(node, 2)).join('');
  return `\t<gpu id="${gpu.pciBusId}">\n${text}${supportedClocks(gpu)}${rest}\t</gpu>\n\n`;
}

/** The longest part of a log, and the same for all boards of a product. */
const renderedClocks = new Map<string, string>();

function supportedClocks(gpu: GpuView): string {
  const { maxMemoryMhz, maxGraphicsMhz } = gpu.clocks;
  const key = `${gpu.product} ${maxMemoryMhz} ${maxGraphicsMhz}`;
  const text = renderedClocks.get(key) ?? renderNode(supportedClocksNode(gpu, boardFacts(gpu.product)), 2);
  renderedClocks.set(key, text);
  return text;
}
