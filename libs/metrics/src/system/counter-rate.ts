/** How much a counter grew; null when one reading is missing or it went down, which means that it started anew. */
export function counterGrowth(earlier: number | null | undefined, later: number | null): number | null {
  if (earlier === null || earlier === undefined || later === null) return null;
  const growth = later - earlier;
  return growth >= 0 && Number.isFinite(growth) ? growth : null;
}

/** Growth per second; null without time between the readings, and for what is more than a number can hold. */
export function counterRate(earlier: number | null | undefined, later: number | null, seconds: number): number | null {
  const growth = counterGrowth(earlier, later);
  const rate = growth === null || !(seconds > 0) ? null : growth / seconds;
  return Number.isFinite(rate) ? rate : null;
}
