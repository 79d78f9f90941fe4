import type { ClockReason, EccCounts, GpuView, MachineView } from '../../machine/machine-view.js';
import { type BoardFacts, DRIVER_VERSION } from './board-facts.js';
import { correctedTotal, freeMib, pciParts, percent, reasonMask, uncorrectedTotal } from './gpu-readings.js';
import { tableTime } from './smi-time.js';
import { DEPRECATED, enabledOrNot, yesOrNo } from './xml-node.js';

export interface QuerySubject {
  readonly view: MachineView;
  readonly gpu: GpuView;
  readonly board: BoardFacts;
}

/** A field of `--query-gpu`; null reads as `[N/A]`. */
export interface QueryField {
  readonly unit: string;
  readonly read: (subject: QuerySubject) => string | null;
}

const plain = (read: (gpu: GpuView, subject: QuerySubject) => string | null): QueryField => ({
  unit: '',
  read: (subject) => read(subject.gpu, subject),
});
const inUnit =
  (unit: string, decimals = 0) =>
  (read: (gpu: GpuView, board: BoardFacts) => number | null): QueryField => ({
    unit,
    read: ({ gpu, board }) => read(gpu, board)?.toFixed(decimals) ?? null,
  });
const [mebibytes, megahertz, watts] = [inUnit('MiB'), inUnit('MHz'), inUnit('W', 2)];
const [percentage, microseconds, count] = [inUnit('%'), inUnit('us'), inUnit('')];
const fixed = (text: string): QueryField => plain(() => text);

const reason = (name: ClockReason): QueryField =>
  plain(({ clockReasons }) => (clockReasons.includes(name) ? 'Active' : 'Not Active'));

type ReasonCounter = keyof GpuView['clockReasonMicroseconds'];
const reasonTime = (name: ReasonCounter): QueryField =>
  microseconds((gpu) => Math.floor(gpu.clockReasonMicroseconds[name]));

const ecc = (scope: 'volatile' | 'aggregate', read: (counts: EccCounts) => number): QueryField =>
  count((gpu) => (gpu.ecc.isOn === true ? read(gpu.ecc[scope]) : null));

const rows = (read: (rows: NonNullable<GpuView['remappedRows']>) => number): QueryField =>
  count((gpu) => (gpu.remappedRows === null ? null : read(gpu.remappedRows)));

const IDENTITY: Readonly<Record<string, QueryField>> = {
  timestamp: plain((_gpu, { view }) => tableTime(view.atMs)),
  driver_version: fixed(DRIVER_VERSION),
  count: plain((_gpu, { view }) => String(view.gpus.length)),
  name: plain(({ product }) => product),
  serial: plain(({ serial }) => serial),
  uuid: plain(({ uuid }) => uuid),
  'pci.bus_id': plain(({ pciBusId }) => pciBusId),
  'pci.domain': plain(({ pciBusId }) => `0x${pciParts(pciBusId).domain}`),
  'pci.bus': plain(({ pciBusId }) => `0x${pciParts(pciBusId).bus}`),
  'pci.device': plain(({ pciBusId }) => `0x${pciParts(pciBusId).device}`),
  'pci.baseClass': fixed('0x3'),
  'pci.subClass': fixed('0x2'),
  'pci.device_id': plain((_gpu, { board }) => `0x${board.pciDeviceId}`),
  'pci.sub_device_id': plain((_gpu, { board }) => `0x${board.pciSubSystemId}`),
  index: plain(({ index }) => String(index)),
  vbios_version: plain((_gpu, { board }) => board.vbios),
  compute_cap: plain((_gpu, { board }) => board.computeCapability),
  'inforom.img': plain((_gpu, { board }) => board.infoRom.image),
  'inforom.oem': plain((_gpu, { board }) => board.infoRom.oem),
  'inforom.ecc': plain((_gpu, { board }) => board.infoRom.ecc),
  'inforom.checksum_validation': fixed('valid'),
};

const SETTINGS: Readonly<Record<string, QueryField>> = {
  display_mode: fixed(`[${DEPRECATED}]`),
  display_attached: fixed('No'),
  display_active: fixed('Disabled'),
  persistence_mode: plain(({ isPersistent }) => enabledOrNot(isPersistent)),
  addressing_mode: fixed('HMM'),
  'accounting.mode': fixed('Disabled'),
  'accounting.buffer_size': fixed('4000'),
  compute_mode: plain(({ computeMode }) => computeMode),
  gpu_recovery_action: plain(({ recoveryAction }) => recoveryAction),
  'mig.mode.current': plain((_gpu, { board }) => (board.hasMig ? 'Disabled' : null)),
  'mig.mode.pending': plain((_gpu, { board }) => (board.hasMig ? 'Disabled' : null)),
  'gsp.mode.current': fixed('Enabled'),
  'gsp.mode.default': fixed('Enabled'),
  'fabric.state': plain((_gpu, { board }) => (board.hasFabric ? 'Completed' : 'N/A')),
  'fabric.status': plain((_gpu, { board }) => (board.hasFabric ? 'Success' : 'N/A')),
};

const LINK: Readonly<Record<string, QueryField>> = {
  'pcie.link.gen.current': count(({ pcie }) => pcie.generation),
  'pcie.link.gen.gpucurrent': count(({ pcie }) => pcie.generation),
  'pcie.link.gen.max': count(({ pcie }) => pcie.maxGeneration),
  'pcie.link.gen.gpumax': count(({ pcie }) => pcie.maxGeneration),
  'pcie.link.gen.hostmax': count(({ pcie }) => pcie.maxGeneration),
  'pcie.link.width.current': count(({ pcie }) => pcie.width),
  'pcie.link.width.max': count(({ pcie }) => pcie.maxWidth),
};

const ACTIVITY: Readonly<Record<string, QueryField>> = {
  'fan.speed': percentage(({ fanRatio }) => (fanRatio === null ? null : percent(fanRatio))),
  pstate: plain(({ performanceState }) => performanceState),
  'clocks_event_reasons.supported': fixed('0x00000000000001FF'),
  'clocks_event_reasons.active': plain(
    ({ clockReasons }) => `0x${reasonMask(clockReasons).toString(16).toUpperCase().padStart(16, '0')}`,
  ),
  'clocks_event_reasons.gpu_idle': reason('gpu-idle'),
  'clocks_event_reasons.applications_clocks_setting': reason('applications-clocks-setting'),
  'clocks_event_reasons.sw_power_cap': reason('sw-power-cap'),
  'clocks_event_reasons.hw_slowdown': reason('hw-slowdown'),
  'clocks_event_reasons.hw_thermal_slowdown': reason('hw-thermal-slowdown'),
  'clocks_event_reasons.hw_power_brake_slowdown': reason('hw-power-brake-slowdown'),
  'clocks_event_reasons.sw_thermal_slowdown': reason('sw-thermal-slowdown'),
  'clocks_event_reasons.sync_boost': reason('sync-boost'),
  'clocks_event_reasons_counters.sw_power_cap': reasonTime('sw-power-cap'),
  'clocks_event_reasons_counters.sync_boost': reasonTime('sync-boost'),
  'clocks_event_reasons_counters.sw_thermal_slowdown': reasonTime('sw-thermal-slowdown'),
  'clocks_event_reasons_counters.hw_thermal_slowdown': reasonTime('hw-thermal-slowdown'),
  'clocks_event_reasons_counters.hw_power_brake_slowdown': reasonTime('hw-power-brake-slowdown'),
  'memory.total': mebibytes(({ memory }) => memory.totalMib),
  'memory.reserved': mebibytes(({ memory }) => memory.reservedMib),
  'memory.used': mebibytes(({ memory }) => memory.usedMib),
  'memory.free': mebibytes(freeMib),
  'utilization.gpu': percentage((gpu) => percent(gpu.utilizationRatio)),
  'utilization.memory': percentage((gpu) => percent(gpu.memoryUtilizationRatio)),
  'utilization.encoder': percentage(() => 0),
  'utilization.decoder': percentage(() => 0),
  'utilization.jpeg': percentage(() => 0),
  'utilization.ofa': percentage(() => 0),
};

const HEALTH: Readonly<Record<string, QueryField>> = {
  'ecc.mode.current': plain((gpu) => (gpu.ecc.isOn === null ? null : enabledOrNot(gpu.ecc.isOn))),
  'ecc.mode.pending': plain((gpu) => (gpu.ecc.isOn === null ? null : enabledOrNot(gpu.ecc.isOn))),
  ...Object.fromEntries(
    (['volatile', 'aggregate'] as const).flatMap((scope) => [
      [`ecc.errors.corrected.${scope}.device_memory`, ecc(scope, (counts) => counts.dramCorrectable)],
      [`ecc.errors.corrected.${scope}.dram`, ecc(scope, (counts) => counts.dramCorrectable)],
      [`ecc.errors.corrected.${scope}.sram`, ecc(scope, (counts) => counts.sramCorrectable)],
      [`ecc.errors.corrected.${scope}.total`, ecc(scope, correctedTotal)],
      [`ecc.errors.uncorrected.${scope}.device_memory`, ecc(scope, (counts) => counts.dramUncorrectable)],
      [`ecc.errors.uncorrected.${scope}.dram`, ecc(scope, (counts) => counts.dramUncorrectable)],
      [`ecc.errors.uncorrected.${scope}.sram`, ecc(scope, (counts) => counts.sramUncorrectable)],
      [`ecc.errors.uncorrected.${scope}.total`, ecc(scope, uncorrectedTotal)],
    ]),
  ),
  'remapped_rows.correctable': rows(({ correctable }) => correctable),
  'remapped_rows.uncorrectable': rows(({ uncorrectable }) => uncorrectable),
  'remapped_rows.pending': plain(({ remappedRows }) =>
    remappedRows === null ? null : yesOrNo(remappedRows.isPending),
  ),
  'remapped_rows.failure': plain(({ remappedRows }) =>
    remappedRows === null ? null : yesOrNo(remappedRows.hasFailed),
  ),
  ...Object.fromEntries(
    (['max', 'high', 'partial', 'low', 'none'] as const).map((share) => [
      `remapped_rows.histogram.${share}`,
      rows(({ banks }) => banks[share]),
    ]),
  ),
  'temperature.gpu': count(({ temperature }) => temperature.gpuCelsius),
  'temperature.gpu.tlimit': count(({ temperature }, board) =>
    board.absoluteCelsius === null ? temperature.marginCelsius : null,
  ),
  'temperature.memory': count(({ temperature }) => temperature.memoryCelsius),
};

const POWER: Readonly<Record<string, QueryField>> = {
  'power.management': fixed(`[${DEPRECATED}]`),
  'power.draw': watts(({ power }) => power.averageWatts),
  'power.draw.average': watts(({ power }) => power.averageWatts),
  'power.draw.instant': watts(({ power }) => power.instantWatts),
  'power.limit': watts(({ power }) => power.requestedLimitWatts),
  'enforced.power.limit': watts(({ power }) => power.enforcedLimitWatts),
  'power.default_limit': watts(({ power }) => power.defaultLimitWatts),
  'power.min_limit': watts(({ power }) => power.minLimitWatts),
  'power.max_limit': watts(({ power }) => power.maxLimitWatts),
  'clocks.current.graphics': megahertz(({ clocks }) => clocks.graphicsMhz),
  'clocks.current.sm': megahertz(({ clocks }) => clocks.smMhz),
  'clocks.current.memory': megahertz(({ clocks }) => clocks.memoryMhz),
  'clocks.current.video': megahertz(({ clocks }) => clocks.videoMhz),
  'clocks.max.graphics': megahertz(({ clocks }) => clocks.maxGraphicsMhz),
  'clocks.max.sm': megahertz(({ clocks }) => clocks.maxSmMhz),
  'clocks.max.memory': megahertz(({ clocks }) => clocks.maxMemoryMhz),
};

/** Fields that these boards do not have, with their units. */
const ABSENT: Readonly<Record<string, string>> = {
  'driver_model.current': '',
  'driver_model.pending': '',
  'inforom.pwr': '',
  'gom.current': '',
  'gom.pending': '',
  'retired_pages.single_bit_ecc.count': '',
  'retired_pages.double_bit.count': '',
  'retired_pages.pending': '',
  'module.power.draw.average': 'W',
  'module.power.draw.instant': 'W',
  'module.power.limit': 'W',
  'dramEncryption.mode.current': '',
  'dramEncryption.mode.pending': '',
  'c2c.mode': '',
  hostname: '',
};

export const QUERY_FIELDS: ReadonlyMap<string, QueryField> = new Map<string, QueryField>([
  ...[IDENTITY, LINK, SETTINGS, ACTIVITY, HEALTH, POWER].flatMap((group) => Object.entries(group)),
  ...Object.entries(ABSENT).map(([name, unit]): [string, QueryField] => [name, { unit, read: () => null }]),
]);

/** Other spellings, and those of older drivers. */
export const QUERY_ALIASES: Readonly<Record<string, string>> = {
  gpu_name: 'name',
  gpu_uuid: 'uuid',
  gpu_serial: 'serial',
  gpu_bus_id: 'pci.bus_id',
  'clocks.gr': 'clocks.current.graphics',
  'clocks.sm': 'clocks.current.sm',
  'clocks.mem': 'clocks.current.memory',
  'clocks.video': 'clocks.current.video',
  'clocks.max.gr': 'clocks.max.graphics',
  'clocks.max.mem': 'clocks.max.memory',
  'inforom.image': 'inforom.img',
  'inforom.power': 'inforom.pwr',
};
