import type { NvidiaSmiExecutor, SmiRow } from '../host/nvidia-smi.executor.js';

/** Settings of one GPU and what it does with them; null where the driver gives no value. */
export interface GpuState {
  readonly persistenceMode: boolean | null;
  readonly computeMode: string | null;
  readonly requestedLimitWatts: number | null;
  readonly enforcedLimitWatts: number | null;
  readonly defaultLimitWatts: number | null;
  readonly minLimitWatts: number | null;
  readonly maxLimitWatts: number | null;
  readonly drawWatts: number | null;
  readonly smMhz: number | null;
  readonly maxSmMhz: number | null;
  readonly utilizationRatio: number | null;
}

/** Names that drivers have had for many years: one unknown field would fail the whole query. */
const FIELDS = [
  'persistence_mode',
  'compute_mode',
  'power.limit',
  'enforced.power.limit',
  'power.default_limit',
  'power.min_limit',
  'power.max_limit',
  'power.draw',
  'clocks.sm',
  'clocks.max.sm',
  'utilization.gpu',
] as const;

/** @throws DeviceUnreadableError */
export async function readGpuStates(
  smi: Pick<NvidiaSmiExecutor, 'query'>,
  uuids: readonly string[],
): Promise<ReadonlyMap<string, GpuState>> {
  const rows = await smi.query(uuids, FIELDS);
  return new Map(uuids.map((uuid, at) => [uuid, stateOf(rows[at] ?? {})]));
}

function stateOf(row: SmiRow): GpuState {
  const percent = numberIn(row['utilization.gpu']);
  return {
    persistenceMode: { enabled: true, disabled: false }[row['persistence_mode']?.toLowerCase() ?? ''] ?? null,
    computeMode: row['compute_mode'] ?? null,
    requestedLimitWatts: numberIn(row['power.limit']),
    enforcedLimitWatts: numberIn(row['enforced.power.limit']),
    defaultLimitWatts: numberIn(row['power.default_limit']),
    minLimitWatts: numberIn(row['power.min_limit']),
    maxLimitWatts: numberIn(row['power.max_limit']),
    drawWatts: numberIn(row['power.draw']),
    smMhz: numberIn(row['clocks.sm']),
    maxSmMhz: numberIn(row['clocks.max.sm']),
    utilizationRatio: percent === null ? null : percent / 100,
  };
}

function numberIn(text: string | null | undefined): number | null {
  return text !== null && text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null;
}
