import { parsePrometheusText, type PrometheusSample } from '../prometheus/index.js';
import { XID_COUNTS } from './dcgm-fields.js';
import { isBlank } from './dcgm-values.js';

/** What a page says of one GPU. Whole-GPU values and those of its MIG instances are apart, since names are the same. */
export interface DcgmSeries {
  readonly uuid: string;
  /** Labels of all its series; a GPU without a pod has fewer. */
  readonly labels: ReadonlyMap<string, string>;
  readonly values: ReadonlyMap<string, number>;
  /** By GPU instance id. */
  readonly instances: ReadonlyMap<number, ReadonlyMap<string, number>>;
  /** Metric name to Xid code to count. */
  readonly xidCounts: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Whether a name that may be either holds percentages or ratios on this page; null where the page does not tell. */
export type Scale = 'percent' | 'ratio' | null;

export interface DcgmSeriesPage {
  readonly gpus: readonly DcgmSeries[];
  /** Series that could be of any GPU. */
  readonly unnamedCount: number;
  /** Series of GPUs beyond those that are read. */
  readonly surplusCount: number;
  readonly seriesCount: number;
  readonly simulated: boolean;
  readonly problems: readonly string[];
  readonly scaleOf: (name: string) => Scale;
}

/** A page that was put together of many hosts may be large; this is larger. */
const MOST_GPUS = 1024;
const SIMULATED = 'simulated_source_info';
/** Switches, links and processors have series of their own. */
const OTHER_ENTITIES = ['nvswitch', 'nvlink', 'cpu', 'cpucore'];

/** Groups the series of a dcgm-exporter page by GPU. The `gpu` label is no identity: it repeats between hosts. */
export function groupDcgmSeries(text: string): DcgmSeriesPage {
  const page = parsePrometheusText(text, { keep: (name) => name.startsWith('DCGM_') || name === SIMULATED });
  const samples = page.samples.filter(({ name, labels }) => name !== SIMULATED && !isOtherEntity(labels));
  const gpus = new Map<string, GrowingSeries>();
  let unnamedCount = 0;
  let surplusCount = 0;
  for (const sample of samples) {
    const uuid = sample.labels.UUID ?? sample.labels.uuid ?? '';
    if (uuid === '') {
      unnamedCount += 1;
      continue;
    }
    if (gpus.size === MOST_GPUS && !gpus.has(uuid)) {
      surplusCount += 1;
      continue;
    }
    const series = gpus.get(uuid) ?? new GrowingSeries(uuid);
    gpus.set(uuid, series);
    series.add(sample);
  }
  return {
    gpus: [...gpus.values()],
    unnamedCount,
    surplusCount,
    seriesCount: samples.length,
    simulated: page.samples.some(({ name, value }) => name === SIMULATED && value === 1),
    problems: page.problems,
    scaleOf: remembered((name) => scaleOf(name, samples, text)),
  };
}

function isOtherEntity(labels: PrometheusSample['labels']): boolean {
  return OTHER_ENTITIES.some((label) => label in labels);
}

class GrowingSeries implements DcgmSeries {
  readonly labels: Map<string, string> = new Map();
  readonly values: Map<string, number> = new Map();
  readonly instances: Map<number, Map<string, number>> = new Map();
  readonly xidCounts: Map<string, Map<string, number>> = new Map();

  constructor(readonly uuid: string) {}

  add({ name, labels, value }: PrometheusSample): void {
    for (const [label, text] of Object.entries(labels)) addOnce(this.labels, label, text);
    const instance = labels.GPU_I_ID ?? '';
    if (instance !== '') this.#addToInstance(instance, name, value);
    else if (XID_COUNTS.includes(name)) addOnce(inner(this.xidCounts, name), labels.xid ?? '', value);
    else addOnce(this.values, name, value);
  }

  #addToInstance(instance: string, name: string, value: number): void {
    if (/^\d{1,6}$/.test(instance)) addOnce(inner(this.instances, Number(instance)), name, value);
  }
}

/** The exporter repeats a GPU's series for each pod that shares it; the first one counts. */
function addOnce<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  if (!map.has(key)) map.set(key, value);
}

function inner<Key>(maps: Map<Key, Map<string, number>>, key: Key): Map<string, number> {
  const map = maps.get(key) ?? new Map<string, number>();
  maps.set(key, map);
  return map;
}

/** A page of many GPUs is searched once per name, not once per GPU. */
function remembered(find: (name: string) => Scale): (name: string) => Scale {
  const known = new Map<string, Scale>();
  return (name) => {
    const scale = known.has(name) ? (known.get(name) ?? null) : find(name);
    known.set(name, scale);
    return scale;
  };
}

/** The exporter writes ratios with six decimals and percentages without any. */
function scaleOf(name: string, samples: readonly PrometheusSample[], text: string): Scale {
  const values = samples.filter((sample) => sample.name === name && !isBlank(sample.value)).map(({ value }) => value);
  if (values.some((value) => value > 1)) return 'percent';
  if (values.some((value) => value > 0 && value < 1)) return 'ratio';
  return new RegExp(`^${name}\\{[^\\n]*\\} [01]\\.0+(?:[ \\t\\r]|$)`, 'm').test(text) ? 'ratio' : null;
}
