import type { ClockReason, WorldGpu } from './gpu-state.js';
import type { Random } from './random.js';
import { anNvidiaSmiLog, type GpuXmlValues, type LogSchema } from './writers.js';

/** What the instruments show of a GPU at one time: both exporters tell the same noisy values. */
export interface GpuReadings {
  readonly utilPercent: number;
  readonly memoryUtilPercent: number;
  readonly celsius: number;
  readonly memoryCelsius: number | null;
  readonly drawWatts: number;
  readonly smMhz: number;
  readonly memoryMhz: number;
  readonly reasons: readonly ClockReason[];
  readonly usedMib: number;
  readonly isIdle: boolean;
  readonly smActive: number;
  readonly tensorActive: number;
  readonly dramActive: number;
}

/** What the driver itself uses. */
const DRIVER_MIB = 4;

export function readGpu(gpu: WorldGpu, random: Random): GpuReadings {
  const { model, now } = gpu;
  const isIdle = now.activity < 0.01;
  const throttled = gpu.throttles.filter(({ share }) => random.next() < share);
  const utilPercent = isIdle ? 0 : clamp(Math.round(random.near(now.activity * 100, 0.02)), 0, 100);
  const celsius = Math.round(now.celsius + random.between(-0.8, 0.8));
  const memory = model.memoryTemperature;
  return {
    utilPercent,
    // Share of time with memory traffic, which says nothing about its rate [NVML].
    memoryUtilPercent: Math.round(utilPercent * random.between(0.3, 0.45)),
    celsius,
    memoryCelsius:
      memory === null
        ? null
        : Math.round(
            now.celsius + memory.aboveCore * (0.3 + now.drawWatts / model.defaultWatts) + gpu.memoryOffsetCelsius,
          ),
    drawWatts: Math.min(random.near(now.drawWatts, 0.012), gpu.powerLimitWatts * 1.01),
    smMhz: isIdle ? model.idleSmMhz : smClock(gpu, throttled.length > 0, random),
    memoryMhz: isIdle && model.idleState !== 'P0' ? 405 : isIdle ? model.maxMemoryMhz : model.loadMemoryMhz,
    reasons: reasonsOf(
      gpu,
      throttled.map(({ cause }) => cause),
      isIdle,
    ),
    usedMib: Math.min(usedMib(gpu), model.totalMib - model.reservedMib),
    isIdle,
    ...pipes(gpu, random),
  };
}

/**
 * Decoding reads weights and KV and leaves the tensor cores idle; prompts do the opposite. Practical peaks: memory
 * about 0.8, tensor about 0.93 of the time [DCGM-GUIDE].
 */
function pipes(
  { now }: WorldGpu,
  random: Random,
): { readonly smActive: number; readonly tensorActive: number; readonly dramActive: number } {
  const { activity, prefillShare } = now;
  const decodeShare = 1 - prefillShare;
  const noisy = (ratio: number): number => clamp(random.near(activity * ratio, 0.03), 0, 1);
  return {
    smActive: noisy(0.88),
    tensorActive: noisy(0.06 * decodeShare + 0.72 * prefillShare),
    dramActive: noisy(0.58 * decodeShare + 0.25 * prefillShare),
  };
}

function smClock(gpu: WorldGpu, isThrottled: boolean, random: Random): number {
  const { maxSmMhz } = gpu.model;
  const { now, lockedSmMhz } = gpu;
  const free = Math.min(maxSmMhz, lockedSmMhz ?? maxSmMhz);
  const constant = gpu.throttles.every(({ share }) => share === 1);
  if (lockedSmMhz !== null && gpu.throttles.length === 0 && !now.isPowerCapped) return free;
  if (!constant)
    return step(isThrottled ? free * Math.min(...gpu.throttles.map(({ clockRatio }) => clockRatio)) : free);
  if (now.clockRatio > 0.995) return free;
  return step(clamp(random.near(now.clockRatio * maxSmMhz, 0.012), 135, free));
}

/** Clocks move in steps of 15 MHz. */
function step(megahertz: number): number {
  return Math.round(megahertz / 15) * 15;
}

function reasonsOf(gpu: WorldGpu, causes: readonly string[], isIdle: boolean): ClockReason[] {
  const reasons = new Set<ClockReason>();
  if (isIdle && causes.length === 0) reasons.add('gpu-idle');
  if (gpu.now.isPowerCapped) reasons.add('sw-power-cap');
  for (const cause of causes) {
    if (cause !== 'sw-thermal') reasons.add('hw-slowdown');
    if (cause === 'hw-thermal') reasons.add('hw-thermal-slowdown');
    if (cause === 'power-brake') reasons.add('hw-power-brake-slowdown');
    if (cause === 'sw-thermal') reasons.add('sw-thermal-slowdown');
  }
  return [...reasons];
}

function usedMib(gpu: WorldGpu): number {
  const held = [...gpu.engineProcesses, ...gpu.foreignProcesses].map(({ usedMib: mib }) => Number(mib ?? 0));
  return Math.round(DRIVER_MIB + held.reduce((sum, mib) => sum + (Number.isFinite(mib) ? mib : 0), 0) + gpu.orphanMib);
}

/** What `nvidia-smi -q -x` says of it. */
export function xmlOf(gpu: WorldGpu, readings: GpuReadings): Partial<GpuXmlValues> {
  const { model, pcie } = gpu;
  const isMig = gpu.mig.mode === 'Enabled';
  const watts = (value: number): string => `${value.toFixed(2)} W`;
  const util = (percent: number): number | null => (isMig ? null : percent);
  return {
    name: model.name,
    brand: model.brand,
    architecture: model.architecture,
    uuid: gpu.uuid,
    pciBusId: gpu.pciBusId,
    persistenceMode: gpu.persistenceMode,
    computeMode: gpu.computeMode,
    performanceState: readings.isIdle ? model.idleState : model.loadState,
    gpuUtilPercent: util(readings.utilPercent),
    memoryUtilPercent: util(readings.memoryUtilPercent),
    encoderUtilPercent: util(0),
    decoderUtilPercent: util(0),
    ...memoryXml(gpu, readings),
    ...temperatureXml(gpu, readings),
    fanPercent: gpu.fanPercent,
    averageWatts: watts(readings.drawWatts),
    instantWatts: watts(readings.drawWatts * 1.01),
    enforcedLimitWatts: watts(gpu.powerLimitWatts),
    requestedLimitWatts: watts(gpu.requestedLimitWatts ?? gpu.powerLimitWatts),
    defaultLimitWatts: watts(model.defaultWatts),
    minLimitWatts: watts(model.minWatts),
    maxLimitWatts: watts(model.maxWatts),
    ...clocksXml(gpu, readings),
    pcieGeneration: readings.isIdle && model.idleState !== 'P0' ? 1 : pcie.generation,
    pcieMaxGeneration: Math.min(pcie.maxGeneration, pcie.hostMaxGeneration ?? pcie.maxGeneration),
    pcieDeviceMaxGeneration: pcie.maxGeneration,
    pcieHostMaxGeneration: pcie.hostMaxGeneration,
    pcieWidth: pcie.width,
    pcieMaxWidth: pcie.maxWidth,
    rxKilobytesPerSecond: Math.round(50 + readings.utilPercent * 900),
    txKilobytesPerSecond: Math.round(20 + readings.utilPercent * 350),
    replayCount: Math.floor(gpu.replays),
    ...healthXml(gpu, isMig),
    processes: isMig ? [] : [...gpu.engineProcesses, ...gpu.foreignProcesses],
    ...gpu.pinned,
  };
}

function memoryXml(gpu: WorldGpu, { usedMib }: GpuReadings): Partial<GpuXmlValues> {
  const { totalMib, reservedMib } = gpu.model;
  return { totalMib, reservedMib, usedMib, freeMib: totalMib - reservedMib - usedMib };
}

function temperatureXml({ model }: WorldGpu, readings: GpuReadings): Partial<GpuXmlValues> {
  const { limits, memoryTemperature } = model;
  const hasMargin = limits.kind === 'margin';
  return {
    gpuCelsius: readings.celsius,
    marginCelsius: hasMargin ? limits.limitCelsius - readings.celsius : null,
    slowdownCelsius: hasMargin ? null : limits.slowdown,
    shutdownCelsius: hasMargin ? null : limits.shutdown,
    maxOperatingCelsius: hasMargin ? null : limits.maxOperating,
    memoryCelsius: readings.memoryCelsius,
    memoryMaxOperatingCelsius: memoryTemperature?.maxOperating ?? null,
  };
}

function clocksXml(gpu: WorldGpu, readings: GpuReadings): Partial<GpuXmlValues> {
  const { maxSmMhz, maxMemoryMhz } = gpu.model;
  const { eventMicroseconds: spent } = gpu;
  return {
    graphicsMhz: readings.smMhz,
    smMhz: readings.smMhz,
    memoryMhz: readings.memoryMhz,
    maxGraphicsMhz: maxSmMhz,
    maxSmMhz,
    maxMemoryMhz,
    clockEventReasons: readings.reasons,
    swPowerCapUs: spent.swPowerCap,
    syncBoostUs: spent.syncBoost,
    swThermalUs: spent.swThermal,
    hwThermalUs: spent.hwThermal,
    hwPowerBrakeUs: spent.hwPowerBrake,
  };
}

function healthXml(gpu: WorldGpu, isMig: boolean): Partial<GpuXmlValues> {
  const { model, ecc, remap, retired } = gpu;
  const isBeforeAmpere = model.hasEcc && model.remapBanks === null;
  const counted = (count: number): number | null => (model.hasEcc ? count : null);
  return {
    eccMode: ecc.mode,
    pendingEccMode: ecc.pendingMode,
    sramThresholdExceeded: ecc.sramThresholdExceeded,
    volatileSramCorrectable: counted(ecc.volatileSramCorrectable),
    volatileDramCorrectable: counted(ecc.volatileDramCorrectable),
    volatileSramUncorrectable: counted(ecc.volatileSramUncorrectable),
    volatileSramParity: counted(0),
    volatileDramUncorrectable: counted(ecc.volatileDramUncorrectable),
    aggregateSramCorrectable: counted(ecc.aggregateSramCorrectable),
    aggregateDramCorrectable: counted(ecc.aggregateDramCorrectable),
    aggregateSramUncorrectable: counted(ecc.aggregateSramUncorrectable),
    aggregateSramParity: counted(0),
    aggregateDramUncorrectable: counted(ecc.aggregateDramUncorrectable),
    retiredSingleBit: isBeforeAmpere ? retired.singleBit : null,
    retiredDoubleBit: isBeforeAmpere ? retired.doubleBit : null,
    retirementPending: isBeforeAmpere ? retired.pending : null,
    remappedRows: isMig || model.remapBanks === null ? null : remapXml(remap, model.remapBanks),
    channelRepairPending: gpu.repair.channel,
    tpcRepairPending: gpu.repair.tpc,
    fabricState: gpu.fabric.state,
    fabricStatus: gpu.fabric.status,
    fabricHealth: gpu.fabric.health,
    recoveryAction: gpu.recoveryAction,
    migMode: model.hasMig ? gpu.mig.mode : null,
    pendingMigMode: model.hasMig ? gpu.mig.pendingMode : null,
    migDevices: gpu.mig.devices,
  };
}

function remapXml(remap: WorldGpu['remap'], banks: number): GpuXmlValues['remappedRows'] {
  const { correctable, uncorrectable, pending, failure, high, partial, low, none } = remap;
  const max = banks - high - partial - low - none;
  return { correctable, uncorrectable, pending, failure, banks: { max, high, partial, low, none } };
}

/** The whole answer of `nvidia-smi -q -x`. */
export function nvidiaSmiText(
  gpus: readonly (readonly [WorldGpu, GpuReadings])[],
  options: { readonly schema?: LogSchema; readonly driverVersion?: string },
): string {
  const log = anNvidiaSmiLog(options);
  for (const [gpu, readings] of gpus) log.withGpu(xmlOf(gpu, readings));
  return log.build();
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
