import type { Gpu } from '@app/core';

/** Replays that a lane may have in a minute and bytes that it carries in a second, by generation. */
const LANES: Readonly<Record<number, { readonly replaysPerMinute: number; readonly bytesPerSecond: number }>> = {
  1: { replaysPerMinute: 0.15, bytesPerSecond: 250e6 },
  2: { replaysPerMinute: 0.3, bytesPerSecond: 500e6 },
  3: { replaysPerMinute: 0.48, bytesPerSecond: 985e6 },
  4: { replaysPerMinute: 0.96, bytesPerSecond: 1_969e6 },
  5: { replaysPerMinute: 1.92, bytesPerSecond: 3_938e6 },
  6: { replaysPerMinute: 3.84, bytesPerSecond: 7_563e6 },
};

type Pcie = Gpu['pcie'];

/** What GPU and slot can do together; null when the driver does not say. */
export function bestGeneration({ maxGeneration, hostMaxGeneration }: Pcie): number | null {
  return maxGeneration === null ? null : Math.min(maxGeneration, hostMaxGeneration ?? maxGeneration);
}

/** Whether the link runs below what GPU and slot can do; null when that can't be told. */
export function isBelowBest(pcie: Pcie): boolean | null {
  const best = bestGeneration(pcie);
  if (pcie.generation === null || pcie.width === null || best === null || pcie.maxWidth === null) return null;
  return pcie.generation < best || pcie.width < pcie.maxWidth;
}

/** Whether another link is faster or wider; false where either is unknown. */
export function isBetterLink(other: Pcie, link: Pcie): boolean {
  const isFaster = other.generation !== null && link.generation !== null && other.generation > link.generation;
  const isWider = other.width !== null && link.width !== null && other.width > link.width;
  return isFaster || isWider;
}

/** Replays per minute up to which DCGM calls a link healthy; null for an unknown link. */
export function replayLimitPerMinute({ generation, width }: Pcie): number | null {
  const lane = generation === null ? undefined : LANES[generation];
  return lane === undefined || width === null ? null : Math.ceil(lane.replaysPerMinute * width);
}

/** What the link carries in one direction, before protocol overhead; null for an unknown link. */
export function linkBytesPerSecond({ generation, width }: Pcie): number | null {
  const lane = generation === null ? undefined : LANES[generation];
  return lane === undefined || width === null ? null : lane.bytesPerSecond * width;
}

/** The busier direction as a share of what the link carries; null without rates or link. */
export function linkUseRatio(pcie: Pcie): number | null {
  const peak = linkBytesPerSecond(pcie);
  const rates = [pcie.rxBytesPerSecond, pcie.txBytesPerSecond].filter((rate) => rate !== null);
  return !peak || rates.length === 0 ? null : Math.max(...rates) / peak;
}
