import type { Evidence, EvidenceUnit } from '@app/core';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** At most one decimal; below 1 two significant digits, so that a small share does not become 0. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return 'not available';
  if (value !== 0 && Math.abs(value) < 1) return String(Number(value.toPrecision(2)));
  return String(Number(value.toFixed(1)));
}

function formatBytes(bytes: number): string {
  if (Math.abs(bytes) >= GIB) return `${formatNumber(bytes / GIB)} GiB`;
  return Math.abs(bytes) >= MIB ? `${formatNumber(bytes / MIB)} MiB` : `${formatNumber(bytes)} B`;
}

/** Every unit of evidence as people write it: a ratio of 0.92 reads `92 %`. */
const FORMATS: Readonly<Record<EvidenceUnit, (value: number) => string>> = {
  ratio: (value) => `${formatNumber(value * 100)} %`,
  percent: (value) => `${formatNumber(value)} %`,
  celsius: (value) => `${formatNumber(value)} °C`,
  watts: (value) => `${formatNumber(value)} W`,
  megahertz: (value) => `${formatNumber(value)} MHz`,
  bytes: formatBytes,
  bytesPerSecond: (value) => `${formatBytes(value)}/s`,
  seconds: (value) => `${formatNumber(value)} s`,
  milliseconds: (value) => `${formatNumber(value)} ms`,
  tokensPerSecond: (value) => `${formatNumber(value)} tokens/s`,
  perSecond: (value) => `${formatNumber(value)}/s`,
  count: formatNumber,
  text: String,
};

/** A value in a unit of evidence, readable; null is `not available`, never 0. */
export function formatValue(value: Evidence['value'], unit: EvidenceUnit): string {
  if (value === null) return 'not available';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? FORMATS[unit](value) : value;
}

export function formatEvidenceValue(evidence: Pick<Evidence, 'value' | 'unit'>): string {
  return formatValue(evidence.value, evidence.unit);
}

/** The bound that the value was compared with, e.g. `>= 90 %`; null for context. */
export function formatEvidenceBound(evidence: Pick<Evidence, 'threshold' | 'operator' | 'unit'>): string | null {
  if (evidence.operator === null || evidence.threshold === null) return null;
  return `${evidence.operator} ${formatValue(evidence.threshold, evidence.unit)}`;
}
