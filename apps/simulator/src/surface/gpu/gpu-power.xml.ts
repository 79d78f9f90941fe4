import type { GpuProcessView, GpuView } from '../../machine/machine-view.js';
import { type BoardFacts, lockableMhz } from './board-facts.js';
import { alike, amount, DEPRECATED, NOT_AVAILABLE, watts, type XmlNode } from './xml-node.js';

/** Share of the board's draw that the memory takes: 98 W of 627 W in a capture of a busy H200. */
export const MEMORY_POWER_SHARE = 0.156;

/** Power, clocks, fabric and processes: the rest of a `<gpu>` element. */
export function powerNodes(gpu: GpuView, board: BoardFacts): XmlNode[] {
  const limits = ['current', 'requested', 'default', 'min', 'max'].map((name) => `${name}_power_limit`);
  const draw = ['average_power_draw', 'instant_power_draw'];
  const { power } = gpu;
  const memoryWatts = board.hasMemoryPower ? power.averageWatts * MEMORY_POWER_SHARE : null;
  return [
    [
      'gpu_power_readings',
      [
        ['power_state', DEPRECATED],
        ['average_power_draw', watts(power.averageWatts)],
        ['instant_power_draw', watts(power.instantWatts)],
        ['current_power_limit', watts(power.enforcedLimitWatts)],
        ['requested_power_limit', watts(power.requestedLimitWatts)],
        ['default_power_limit', watts(power.defaultLimitWatts)],
        ['min_power_limit', watts(power.minLimitWatts)],
        ['max_power_limit', watts(power.maxLimitWatts)],
      ],
    ],
    [
      'gpu_memory_power_readings',
      [
        ['average_power_draw', watts(memoryWatts)],
        ['instant_power_draw', NOT_AVAILABLE],
      ],
    ],
    ['module_power_readings', [['power_state', DEPRECATED], ...alike(NOT_AVAILABLE, ...draw, ...limits)]],
    ['power_smoothing', NOT_AVAILABLE],
    ['power_profiles', alike(NOT_AVAILABLE, 'power_profile_requested_profiles', 'power_profile_enforced_profiles')],
    ['edpp_multiplier', NOT_AVAILABLE],
  ];
}

export function clockNodes(gpu: GpuView): XmlNode[] {
  const { clocks } = gpu;
  const four = (graphics: number, sm: number, memory: number, video: number): XmlNode[] => [
    ['graphics_clock', amount(graphics, ' MHz')],
    ['sm_clock', amount(sm, ' MHz')],
    ['mem_clock', amount(memory, ' MHz')],
    ['video_clock', amount(video, ' MHz')],
  ];
  return [
    ['clocks', four(clocks.graphicsMhz, clocks.smMhz, clocks.memoryMhz, clocks.videoMhz)],
    ['applications_clocks', alike(DEPRECATED, 'graphics_clock', 'mem_clock')],
    ['default_applications_clocks', alike(DEPRECATED, 'graphics_clock', 'mem_clock')],
    ['deferred_clocks', alike(NOT_AVAILABLE, 'mem_clock')],
    ['max_clocks', four(clocks.maxGraphicsMhz, clocks.maxSmMhz, clocks.maxMemoryMhz, clocks.maxVideoMhz)],
    ['max_customer_boost_clocks', [['graphics_clock', amount(clocks.maxGraphicsMhz, ' MHz')]]],
    ['clock_policy', alike(NOT_AVAILABLE, 'auto_boost', 'auto_boost_default')],
  ];
}

export function fabricNode({ hasFabric }: BoardFacts): XmlNode {
  const health = ['bandwidth', 'route_recovery_in_progress', 'route_unhealthy', 'access_timeout_recovery'];
  const state = hasFabric ? ['Completed', 'Success', '0', '00000000-0000-0000-0000-000000000000'] : [];
  const [done = NOT_AVAILABLE, status = NOT_AVAILABLE, clique = NOT_AVAILABLE, cluster = NOT_AVAILABLE] = state;
  return [
    'fabric',
    [
      ['state', done],
      ['status', status],
      ['cliqueId', clique],
      ['clusterUuid', cluster],
      [
        'health',
        [
          ['summary', hasFabric ? 'Healthy' : NOT_AVAILABLE],
          ...alike(NOT_AVAILABLE, ...health, 'incorrect_configuration', 'partition_assigned'),
        ],
      ],
    ],
  ];
}

/** All pairs of memory and graphics clock that the board offers. */
export function supportedClocksNode({ clocks }: GpuView, board: BoardFacts): XmlNode {
  const pairs: readonly (readonly [memory: number, graphics: number])[] = [
    [clocks.maxMemoryMhz, clocks.maxGraphicsMhz],
    ...(board.idleMemory === null ? [] : [[board.idleMemory.mhz, board.idleMemory.highestGraphicsMhz] as const]),
  ];
  return [
    'supported_clocks',
    pairs.map(([memory, graphics]) => [
      'supported_mem_clock',
      [
        ['value', amount(memory, ' MHz')],
        ...lockableMhz(graphics, board.lowestGraphicsMhz).map((mhz): XmlNode => [
          'supported_graphics_clock',
          amount(mhz, ' MHz'),
        ]),
      ],
    ]),
  ];
}

export function processNode({ pid, name, usedMib }: GpuProcessView): XmlNode {
  return [
    'process_info',
    [
      ...alike(NOT_AVAILABLE, 'gpu_instance_id', 'compute_instance_id'),
      ['pid', String(pid)],
      ['type', 'C'],
      ['process_name', name],
      ['used_memory', amount(usedMib, ' MiB')],
    ],
  ];
}
