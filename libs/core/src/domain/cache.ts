export interface Cache {
  readonly id: string;
  readonly kind: 'lmcache';
  readonly mode: 'in-process' | 'mp';
  readonly healthy: boolean | null;
  readonly hitRatio: number | null;
  readonly hitRatioBasis: string | null;
  readonly usageRatio: number | null;
  readonly usedBytes: number | null;
  readonly capacityBytes: number | null;
  readonly evictionsPerSecond: number | null;
  readonly retrieveSpeedTokensPerSecond: number | null;
  readonly remoteLatencySeconds: number | null;
}
