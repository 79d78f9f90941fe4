import type { EccCounts, GpuView } from '../../machine/machine-view.js';
import type { BoardFacts } from './board-facts.js';
import { alike, amount, enabledOrNot, NOT_AVAILABLE, type XmlNode, yesOrNo } from './xml-node.js';

/** ECC, retired pages, remapped rows and temperatures, in their order in a `<gpu>` element. */
export function healthNodes(gpu: GpuView, board: BoardFacts): XmlNode[] {
  return [
    ['dram_encryption_mode', alike(NOT_AVAILABLE, 'current_dram_encryption', 'pending_dram_encryption')],
    ['ecc_mode', alike(enabledOrNot(gpu.ecc.isOn), 'current_ecc', 'pending_ecc')],
    eccNode(gpu),
    retiredNode(board),
    remappedNode(gpu),
    temperatureNode(gpu, board),
    ['supported_gpu_target_temp', alike(NOT_AVAILABLE, 'gpu_target_temp_min', 'gpu_target_temp_max')],
  ];
}

function eccNode({ ecc }: GpuView): XmlNode {
  const isOn = ecc.isOn === true;
  const count = (value: number): string => (isOn ? amount(value) : NOT_AVAILABLE);
  const counts = (counted: EccCounts): XmlNode[] => [
    ['sram_correctable', count(counted.sramCorrectable)],
    ['sram_uncorrectable_parity', count(0)],
    ['sram_uncorrectable_secded', count(counted.sramUncorrectable)],
    ['dram_correctable', count(counted.dramCorrectable)],
    ['dram_uncorrectable', count(counted.dramUncorrectable)],
  ];
  const sources = ['sram_l2', 'sram_sm', 'sram_microcontroller', 'sram_pcie', 'sram_other'];
  return [
    'ecc_errors',
    [
      ['volatile', counts(ecc.volatile)],
      ['aggregate', [...counts(ecc.aggregate), ['sram_threshold_exceeded', yesOrNo(isOn ? false : null)]]],
      // Those of the L2 are all that is counted.
      [
        'aggregate_uncorrectable_sram_sources',
        sources.map((name) => [name, count(name === 'sram_l2' ? ecc.aggregate.sramUncorrectable : 0)]),
      ],
      ...alike('No', 'channel_repair_pending', 'tpc_repair_pending'),
      ['unrepairable_memory', yesOrNo(isOn ? false : null)],
    ],
  ];
}

function retiredNode({ retiresPages }: BoardFacts): XmlNode {
  const list: XmlNode = ['retired_pagelist', retiresPages ? [] : NOT_AVAILABLE];
  const retired: XmlNode[] = [['retired_count', retiresPages ? '0' : NOT_AVAILABLE], list];
  return [
    'retired_pages',
    [
      ['multiple_single_bit_retirement', retired],
      ['double_bit_retirement', retired],
      ...alike(yesOrNo(retiresPages ? false : null), 'pending_blacklist', 'pending_retirement'),
    ],
  ];
}

function remappedNode({ remappedRows: rows }: GpuView): XmlNode {
  if (rows === null) return ['remapped_rows', NOT_AVAILABLE];
  const shares = ['max', 'high', 'partial', 'low', 'none'] as const;
  return [
    'remapped_rows',
    [
      ['remapped_row_corr', amount(rows.correctable)],
      ['remapped_row_unc', amount(rows.uncorrectable)],
      ['remapped_row_pending', yesOrNo(rows.isPending)],
      ['remapped_row_failure', yesOrNo(rows.hasFailed)],
      [
        'row_remapper_histogram',
        shares.map((share) => [`row_remapper_histogram_${share}`, amount(rows.banks[share], ' bank(s)')]),
      ],
    ],
  ];
}

function temperatureNode({ temperature }: GpuView, board: BoardFacts): XmlNode {
  const absolute = board.absoluteCelsius;
  const offsets = board.marginOffsets;
  const thresholds: readonly (readonly [kind: string, celsius: number])[] =
    absolute === null
      ? [
          ['max_tlimit', offsets.shutdown],
          ['slow_tlimit', offsets.slowdown],
          ['max_gpu_tlimit', 0],
        ]
      : [
          ['max', absolute.shutdown],
          ['slow', absolute.slowdown],
          ['max_gpu', absolute.maxOperating],
        ];
  const memoryLimit: XmlNode =
    absolute === null
      ? ['gpu_temp_max_mem_tlimit_threshold', temperature.memoryCelsius === null ? NOT_AVAILABLE : '0 C']
      : ['gpu_temp_max_mem_threshold', amount(board.memoryMaxCelsius, ' C')];
  return [
    'temperature',
    [
      ['gpu_temp', amount(temperature.gpuCelsius, ' C')],
      ['gpu_temp_tlimit', amount(absolute === null ? temperature.marginCelsius : null, ' C')],
      ...thresholds.map(([kind, celsius]): XmlNode => [`gpu_temp_${kind}_threshold`, amount(celsius, ' C')]),
      ['gpu_target_temperature', NOT_AVAILABLE],
      ['memory_temp', amount(temperature.memoryCelsius, ' C')],
      memoryLimit,
    ],
  ];
}
