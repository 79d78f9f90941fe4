import { CLOCK_REASONS, type GpuView } from '../../machine/machine-view.js';
import type { BoardFacts } from './board-facts.js';
import { freeMib, percent } from './gpu-readings.js';
import { alike, amount, NOT_AVAILABLE, type XmlNode } from './xml-node.js';

/** Fan, clock event reasons, memory and utilisation, in their order in a `<gpu>` element. */
export function activityNodes(gpu: GpuView, board: BoardFacts): XmlNode[] {
  return [
    ['fan_speed', amount(gpu.fanRatio === null ? null : percent(gpu.fanRatio), ' %')],
    ['performance_state', gpu.performanceState],
    ...clockEventNodes(gpu),
    ['sparse_operation_mode', board.architecture === 'Hopper' ? 'Disabled' : NOT_AVAILABLE],
    ...memoryNodes(gpu, board),
    ['compute_mode', gpu.computeMode],
    utilizationNode(gpu),
    ['encoder_stats', alike('0', 'session_count', 'average_fps', 'average_latency')],
    ['fbc_stats', alike('0', 'session_count', 'average_fps', 'average_latency')],
  ];
}

function clockEventNodes(gpu: GpuView): XmlNode[] {
  const counted = gpu.clockReasonMicroseconds;
  const counters = [
    ['sw_power_cap', counted['sw-power-cap']],
    ['sync_boost', counted['sync-boost']],
    ['sw_therm_slowdown', counted['sw-thermal-slowdown']],
    ['hw_therm_slowdown', counted['hw-thermal-slowdown']],
    ['hw_power_brake', counted['hw-power-brake-slowdown']],
  ] as const;
  return [
    [
      'clocks_event_reasons',
      CLOCK_REASONS.map((reason) => [
        `clocks_event_reason_${reason.replaceAll('-', '_')}`,
        gpu.clockReasons.includes(reason) ? 'Active' : 'Not Active',
      ]),
    ],
    [
      'clocks_event_reasons_counters',
      counters.map(([name, microseconds]) => [
        `clocks_event_reasons_counters_${name}`,
        amount(Math.floor(microseconds), ' us'),
      ]),
    ],
  ];
}

function memoryNodes(gpu: GpuView, board: BoardFacts): XmlNode[] {
  const { totalMib, reservedMib, usedMib } = gpu.memory;
  // Of BAR1 a compute context maps about what it allocates, within the window.
  const mappedMib = Math.min(board.bar1Mib, Math.round(usedMib) + 1);
  const memory = (total: number, used: number, free: number): XmlNode[] => [
    ['total', amount(total, ' MiB')],
    ['used', amount(used, ' MiB')],
    ['free', amount(free, ' MiB')],
  ];
  return [
    [
      'fb_memory_usage',
      [
        ['total', amount(totalMib, ' MiB')],
        ['reserved', amount(reservedMib, ' MiB')],
        ['used', amount(usedMib, ' MiB')],
        ['free', amount(freeMib(gpu), ' MiB')],
      ],
    ],
    ['bar1_memory_usage', memory(board.bar1Mib, mappedMib, board.bar1Mib - mappedMib)],
    ['cc_protected_memory_usage', memory(0, 0, 0)],
  ];
}

function utilizationNode(gpu: GpuView): XmlNode {
  return [
    'utilization',
    [
      ['gpu_util', amount(percent(gpu.utilizationRatio), ' %')],
      ['memory_util', amount(percent(gpu.memoryUtilizationRatio), ' %')],
      ...alike('0 %', 'encoder_util', 'decoder_util', 'jpeg_util', 'ofa_util'),
    ],
  ];
}
