import { CLOCK_EVENT_REASONS } from '@app/core';
import { gpuXmlDefaults, type GpuXmlValues, type Written } from './gpu-xml-values.js';
import { block, tag } from './xml-text.js';

export const LOG_SCHEMAS = [11, 12, 13] as const;
/** 11: drivers up to 515; 12: about 535; 13: from 570 on. */
export type LogSchema = (typeof LOG_SCHEMAS)[number];

/** One `<gpu>` element as a driver of the schema writes it. */
export function aGpuXml(
  values: Partial<GpuXmlValues> = {},
  schema: LogSchema = 13,
  index = 0,
  hasNamesOf610 = false,
): string {
  const gpu = { ...gpuXmlDefaults(index), ...values };
  const parts = [
    tag('product_name', gpu.name),
    tag('product_brand', gpu.brand),
    tag('product_architecture', gpu.architecture),
    tag('persistence_mode', gpu.persistenceMode),
    block('mig_mode', tag('current_mig', gpu.migMode), tag('pending_mig', gpu.pendingMigMode)),
    migXml(gpu),
    block('driver_model', tag('current_dm', gpu.driverModel), tag('pending_dm', gpu.driverModel)),
    tag('serial', '1650000000000'),
    tag('uuid', gpu.uuid),
    tag('minor_number', gpu.driverModel === null ? index : null),
    block('gpu_virtualization_mode', tag('virtualization_mode', gpu.virtualizationMode), tag('host_vgpu_mode', null)),
    ...recoveryXml(gpu, schema),
    pciXml(gpu, schema),
    tag('fan_speed', gpu.fanPercent, ' %'),
    tag('performance_state', gpu.performanceState),
    ...clockEventsXml(gpu, schema),
    memoryXml(gpu),
    tag('compute_mode', gpu.computeMode),
    utilizationXml(gpu),
    block('ecc_mode', tag('current_ecc', gpu.eccMode), tag('pending_ecc', gpu.pendingEccMode)),
    eccXml(gpu, schema),
    retiredXml(gpu),
    remappedXml(gpu),
    temperatureXml(gpu),
    ...(hasNamesOf610 ? [powerXmlOf610(gpu)] : powerXml(gpu, schema)),
    ...clocksXml(gpu, schema),
    ...fabricXml(gpu, schema),
    block('processes', ...gpu.processes.map(processXml)),
    block('accounted_processes'),
  ];
  return `<gpu id="${gpu.pciBusId}">\n${parts.join('\n')}\n</gpu>`;
}

function migXml(gpu: GpuXmlValues): string {
  if (gpu.migDevices.length === 0) return block('mig_devices', 'None');
  const devices = gpu.migDevices.map((device) =>
    block(
      'mig_device',
      tag('index', device.index),
      tag('gpu_instance_id', device.gpuInstanceId),
      tag('compute_instance_id', device.computeInstanceId),
      block('fb_memory_usage', tag('total', device.totalMib, ' MiB'), tag('used', device.usedMib, ' MiB')),
    ),
  );
  return block('mig_devices', ...devices);
}

function recoveryXml(gpu: GpuXmlValues, schema: LogSchema): string[] {
  if (schema === 13) return [tag('gpu_recovery_action', gpu.recoveryAction)];
  if (schema === 11) return [];
  const answer = (isSo: boolean): string | null => (gpu.recoveryAction === null ? null : isSo ? 'Yes' : 'No');
  return [
    block(
      'gpu_reset_status',
      tag('reset_required', answer(gpu.recoveryAction === 'Reset')),
      tag('drain_and_reset_recommended', answer(gpu.recoveryAction === 'Drain and Reset')),
    ),
  ];
}

function pciXml(gpu: GpuXmlValues, schema: LogSchema): string {
  const apart = [
    tag('max_device_link_gen', gpu.pcieDeviceMaxGeneration),
    tag('max_host_link_gen', gpu.pcieHostMaxGeneration),
  ];
  return block(
    'pci',
    tag('pci_bus_id', gpu.pciBusId),
    block(
      'pci_gpu_link_info',
      block(
        'pcie_gen',
        tag('max_link_gen', gpu.pcieMaxGeneration),
        tag('current_link_gen', gpu.pcieGeneration),
        ...(schema === 11 ? [] : apart),
      ),
      block('link_widths', tag('max_link_width', gpu.pcieMaxWidth, 'x'), tag('current_link_width', gpu.pcieWidth, 'x')),
    ),
    tag('replay_counter', gpu.replayCount),
    tag('replay_rollover_counter', 0),
    tag('tx_util', gpu.txKilobytesPerSecond, ' KB/s'),
    tag('rx_util', gpu.rxKilobytesPerSecond, ' KB/s'),
  );
}

function clockEventsXml(gpu: GpuXmlValues, schema: LogSchema): string[] {
  const word = schema === 11 ? 'throttle' : 'event';
  const active = gpu.clockEventReasons;
  const reasons = CLOCK_EVENT_REASONS.map((reason) => {
    const state = active === null ? null : active.includes(reason) ? 'Active' : 'Not Active';
    return tag(`clocks_${word}_reason_${reason.replaceAll('-', '_')}`, state);
  });
  const counter = (name: string, value: Written): string => tag(`clocks_event_reasons_counters_${name}`, value, ' us');
  const counters = block(
    'clocks_event_reasons_counters',
    counter('sw_power_cap', gpu.swPowerCapUs),
    counter('sync_boost', gpu.syncBoostUs),
    counter('sw_therm_slowdown', gpu.swThermalUs),
    counter('hw_therm_slowdown', gpu.hwThermalUs),
    counter('hw_power_brake', gpu.hwPowerBrakeUs),
  );
  return [block(`clocks_${word}_reasons`, ...reasons), ...(schema === 13 ? [counters] : [])];
}

function memoryXml(gpu: GpuXmlValues): string {
  return block(
    'fb_memory_usage',
    tag('total', gpu.totalMib, ' MiB'),
    tag('reserved', gpu.reservedMib, ' MiB'),
    tag('used', gpu.usedMib, ' MiB'),
    tag('free', gpu.freeMib, ' MiB'),
  );
}

function utilizationXml(gpu: GpuXmlValues): string {
  return block(
    'utilization',
    tag('gpu_util', gpu.gpuUtilPercent, ' %'),
    tag('memory_util', gpu.memoryUtilPercent, ' %'),
    tag('encoder_util', gpu.encoderUtilPercent, ' %'),
    tag('decoder_util', gpu.decoderUtilPercent, ' %'),
  );
}

function eccXml(gpu: GpuXmlValues, schema: LogSchema): string {
  const counts = (scope: 'volatile' | 'aggregate'): string => {
    const sram = gpu[`${scope}SramUncorrectable`];
    return block(
      scope,
      tag('sram_correctable', gpu[`${scope}SramCorrectable`]),
      ...(schema === 13
        ? [tag('sram_uncorrectable_parity', gpu[`${scope}SramParity`]), tag('sram_uncorrectable_secded', sram)]
        : [tag('sram_uncorrectable', sram)]),
      tag('dram_correctable', gpu[`${scope}DramCorrectable`]),
      tag('dram_uncorrectable', gpu[`${scope}DramUncorrectable`]),
      ...(schema === 13 && scope === 'aggregate' ? [tag('sram_threshold_exceeded', gpu.sramThresholdExceeded)] : []),
    );
  };
  const repairs = [
    tag('channel_repair_pending', gpu.channelRepairPending),
    tag('tpc_repair_pending', gpu.tpcRepairPending),
  ];
  return block('ecc_errors', counts('volatile'), counts('aggregate'), ...(schema === 13 ? repairs : []));
}

function retiredXml(gpu: GpuXmlValues): string {
  return block(
    'retired_pages',
    block('multiple_single_bit_retirement', tag('retired_count', gpu.retiredSingleBit)),
    block('double_bit_retirement', tag('retired_count', gpu.retiredDoubleBit)),
    tag('pending_blacklist', gpu.retirementPending),
    tag('pending_retirement', gpu.retirementPending),
  );
}

function remappedXml(gpu: GpuXmlValues): string {
  const rows = gpu.remappedRows;
  if (rows === null) return tag('remapped_rows', null);
  return block(
    'remapped_rows',
    tag('remapped_row_corr', rows.correctable),
    tag('remapped_row_unc', rows.uncorrectable),
    tag('remapped_row_pending', rows.pending),
    tag('remapped_row_failure', rows.failure),
    ...(rows.banks === undefined ? [] : [histogramXml(rows.banks)]),
  );
}

function histogramXml(banks: Readonly<Record<string, Written>>): string {
  const shares = Object.entries(banks);
  return block(
    'row_remapper_histogram',
    ...shares.map(([share, count]) => tag(`row_remapper_histogram_${share}`, count, ' bank(s)')),
  );
}

function temperatureXml(gpu: GpuXmlValues): string {
  const thresholds =
    gpu.slowdownCelsius === null
      ? [
          tag('gpu_temp_max_tlimit_threshold', '-8 C'),
          tag('gpu_temp_slow_tlimit_threshold', '-2 C'),
          tag('gpu_temp_max_gpu_tlimit_threshold', '0 C'),
        ]
      : [
          tag('gpu_temp_max_threshold', gpu.shutdownCelsius, ' C'),
          tag('gpu_temp_slow_threshold', gpu.slowdownCelsius, ' C'),
          tag('gpu_temp_max_gpu_threshold', gpu.maxOperatingCelsius, ' C'),
        ];
  return block(
    'temperature',
    tag('gpu_temp', gpu.gpuCelsius, ' C'),
    tag('gpu_temp_tlimit', gpu.marginCelsius, ' C'),
    ...thresholds,
    tag('memory_temp', gpu.memoryCelsius, ' C'),
    tag('gpu_temp_max_mem_threshold', gpu.memoryMaxOperatingCelsius, ' C'),
  );
}

function powerXml(gpu: GpuXmlValues, schema: LogSchema): string[] {
  const limits = [
    tag('default_power_limit', gpu.defaultLimitWatts, ' W'),
    tag('min_power_limit', gpu.minLimitWatts, ' W'),
    tag('max_power_limit', gpu.maxLimitWatts, ' W'),
  ];
  const average = gpu.averageWatts;
  if (schema === 11) {
    const old = [
      tag('power_limit', gpu.requestedLimitWatts, ' W'),
      tag('enforced_power_limit', gpu.enforcedLimitWatts, ' W'),
    ];
    return [block('power_readings', tag('power_draw', average, ' W'), ...old, ...limits)];
  }
  const draw =
    schema === 12
      ? [tag('power_draw', average, ' W')]
      : [tag('average_power_draw', average, ' W'), tag('instant_power_draw', gpu.instantWatts, ' W')];
  const current = tag('current_power_limit', gpu.enforcedLimitWatts, ' W');
  const requested = tag('requested_power_limit', gpu.requestedLimitWatts, ' W');
  // The power of the whole module, which is not the GPU's.
  const module = block('module_power_readings', tag('power_draw', null), tag('current_power_limit', null));
  return [block('gpu_power_readings', ...draw, current, requested, ...limits), module];
}

/** The text output of driver 610 nests the limits in blocks of their own; its XML was not seen. */
function powerXmlOf610(gpu: GpuXmlValues): string {
  return block(
    'gpu_power_readings',
    tag('average_power_draw', gpu.averageWatts, ' W'),
    tag('instant_power_draw', gpu.instantWatts, ' W'),
    block(
      'gpu_ceiling_power_limit',
      tag('current_power_limit', gpu.enforcedLimitWatts, ' W'),
      tag('requested_power_limit', gpu.requestedLimitWatts, ' W'),
      tag('default_power_limit', gpu.defaultLimitWatts, ' W'),
    ),
    block('gpu_base_power', tag('current_base_power', null), tag('requested_base_power', null)),
    tag('min_power_limit', gpu.minLimitWatts, ' W'),
    tag('max_power_limit', gpu.maxLimitWatts, ' W'),
  );
}

function fabricXml(gpu: GpuXmlValues, schema: LogSchema): string[] {
  if (schema === 11) return [];
  const health = block('health', tag('summary', gpu.fabricHealth), tag('bandwidth', null));
  const parts = [tag('state', gpu.fabricState), tag('status', gpu.fabricStatus)];
  return [block('fabric', ...parts, ...(schema === 13 ? [health] : []))];
}

function clocksXml(gpu: GpuXmlValues, schema: LogSchema): string[] {
  const clocks = (name: string, graphics: Written, sm: Written, memory: Written): string =>
    block(name, tag('graphics_clock', graphics, ' MHz'), tag('sm_clock', sm, ' MHz'), tag('mem_clock', memory, ' MHz'));
  const applications = schema === 13 ? 'Requested functionality has been deprecated' : gpu.maxGraphicsMhz;
  return [
    clocks('clocks', gpu.graphicsMhz, gpu.smMhz, gpu.memoryMhz),
    block('applications_clocks', tag('graphics_clock', applications, ' MHz')),
    clocks('max_clocks', gpu.maxGraphicsMhz, gpu.maxSmMhz, gpu.maxMemoryMhz),
  ];
}

function processXml(process: GpuXmlValues['processes'][number]): string {
  const { pid, type = 'C', name = 'python3', usedMib = null, gpuInstanceId = null } = process;
  return block(
    'process_info',
    tag('gpu_instance_id', gpuInstanceId),
    tag('compute_instance_id', gpuInstanceId === null ? null : 0),
    tag('pid', pid),
    tag('type', type),
    tag('process_name', name),
    tag('used_memory', usedMib, ' MiB'),
  );
}
