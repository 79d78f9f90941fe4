import { type ClockReason, type EccCounts, type GpuView } from '../../machine/machine-view.js';

/** Bits of the mask of clock event reasons (nvml.h). */
export const REASON_BITS: Readonly<Record<ClockReason, number>> = {
  'gpu-idle': 0x001,
  'applications-clocks-setting': 0x002,
  'sw-power-cap': 0x004,
  'hw-slowdown': 0x008,
  'sync-boost': 0x010,
  'sw-thermal-slowdown': 0x020,
  'hw-thermal-slowdown': 0x040,
  'hw-power-brake-slowdown': 0x080,
  'display-clocks-setting': 0x100,
};

export function reasonMask(reasons: readonly ClockReason[]): number {
  return reasons.reduce((mask, reason) => mask | REASON_BITS[reason], 0);
}

/** Whole percent, as the driver tells a share of time. */
export function percent(ratio: number): number {
  return Math.round(ratio * 100);
}

/** MiB that are free: what is neither reserved nor used. */
export function freeMib({ memory }: GpuView): number {
  return Math.max(0, Math.round(memory.totalMib) - Math.round(memory.reservedMib) - Math.round(memory.usedMib));
}

export function correctedTotal(counts: EccCounts): number {
  return counts.sramCorrectable + counts.dramCorrectable;
}

export function uncorrectedTotal(counts: EccCounts): number {
  return counts.sramUncorrectable + counts.dramUncorrectable;
}

/** Parts of `00000000:1B:00.0`. */
export function pciParts(busId: string): { readonly domain: string; readonly bus: string; readonly device: string } {
  const [domain = '0', bus = '0', rest = '0'] = busId.split(':');
  return { domain: domain.slice(-4), bus, device: rest.split('.')[0] ?? '00' };
}
