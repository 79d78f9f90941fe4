/** One GPU of the device that the agent acts on; the device is outside the agent's process and outlives it. */
export interface FakeGpu {
  readonly uuid: string;
  readonly limitWatts: number;
  /** Null where no lock holds the clock. */
  readonly lockedMhz: number | null;
  /** Somebody's setting made it sick: a critical finding, until the setting is taken back. */
  readonly isSick: boolean;
}

export const DEFAULT_WATTS = 700;
export const MIN_WATTS = 200;
export const MAX_MHZ = 1980;
const MHZ_PER_WATT = MAX_MHZ / DEFAULT_WATTS;
const DRAW_AT_MAX_WATTS = 690;

export function healthyGpu(index: number): FakeGpu {
  const uuid = `GPU-00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`;
  return { uuid, limitWatts: DEFAULT_WATTS, lockedMhz: null, isSick: false };
}

/** Always busy: as fast as lock and power limit let it. */
export function clockOf({ limitWatts, lockedMhz }: FakeGpu): number {
  return Math.min(lockedMhz ?? MAX_MHZ, Math.round(limitWatts * MHZ_PER_WATT));
}

export function drawOf(gpu: FakeGpu): number {
  return Math.round(Math.min(gpu.limitWatts, (DRAW_AT_MAX_WATTS * clockOf(gpu)) / MAX_MHZ));
}
