import type { Evidence, EvidenceOperator, EvidenceUnit } from '@app/core';

const BYTE_STEPS = [
  [1024 ** 4, 'TiB'],
  [1024 ** 3, 'GiB'],
  [1024 ** 2, 'MiB'],
  [1024, 'KiB'],
] as const;

/** At most one decimal; below one, two significant digits, so that a small share does not become nothing. */
function number(value: number): string {
  if (value !== 0 && Math.abs(value) < 1) return String(Number(value.toPrecision(2)));
  return String(Number(value.toFixed(1)));
}

function bytes(value: number): string {
  const [step, name] = BYTE_STEPS.find(([size]) => Math.abs(value) >= size) ?? [1, 'B'];
  return `${number(value / step)} ${name}`;
}

const FORMATS: Readonly<Record<EvidenceUnit, (value: number) => string>> = {
  ratio: (value) => `${number(value * 100)} %`,
  percent: (value) => `${number(value)} %`,
  celsius: (value) => `${number(value)} °C`,
  watts: (value) => `${number(value)} W`,
  megahertz: (value) => `${number(value)} MHz`,
  bytes,
  bytesPerSecond: (value) => `${bytes(value)}/s`,
  seconds: (value) => `${number(value)} s`,
  milliseconds: (value) => `${number(value)} ms`,
  tokensPerSecond: (value) => `${number(value)} tokens/s`,
  perSecond: (value) => `${number(value)}/s`,
  count: number,
  text: String,
};

const BOUNDS: Readonly<Record<EvidenceOperator, string>> = {
  '>=': 'at least',
  '>': 'more than',
  '<=': 'at most',
  '<': 'less than',
  '==': 'equal to',
  '!=': 'not',
  includes: 'including',
};

/** A value in its unit as people write it: a ratio of 0.92 reads `92 %`. */
export function valueText(value: Evidence['value'], unit: EvidenceUnit): string {
  if (value === null) return 'not available';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? FORMATS[unit](value) : value;
}

/** The bound that the value was held against, e.g. `at least 90 %`; null for context. */
export function boundText({ operator, threshold, unit }: Evidence): string | null {
  return operator === null || threshold === null ? null : `${BOUNDS[operator]} ${valueText(threshold, unit)}`;
}

const UNIT_SUFFIX = /(Ratio|Percent|Celsius|Watts|Mhz|Bytes|BytesPerSecond|Seconds|PerSecond|Milliseconds)$/;
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  gpu: 'GPU',
  cpu: 'CPU',
  ecc: 'ECC',
  kv: 'KV',
  sm: 'SM',
  slo: 'SLO',
  ttft: 'time to first token',
};

/** `gpus.power.drawWatts` as words: `power draw`. */
export function signalText(signal: string): string {
  const parts = signal.split('.').slice(1);
  const words = parts.slice(-2).map((part) => part.replace(UNIT_SUFFIX, ''));
  const text = words
    .join(' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(' ')
    .filter((word, index, all) => word !== '' && word !== all[index - 1])
    .map((word) => ABBREVIATIONS[word] ?? word);
  return text.length > 0 ? text.join(' ') : signal;
}
