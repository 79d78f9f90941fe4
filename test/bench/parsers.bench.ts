import { XMLParser } from 'fast-xml-parser';
import parsePrometheusTextFormat from 'parse-prometheus-text-format';
import { mapNvidiaSmi } from '../../libs/metrics/src/gpu/nvidia-smi.mapper.js';
import { parseNvidiaSmiXml } from '../../libs/metrics/src/gpu/nvidia-smi.xml.js';
import { parsePrometheusText } from '../../libs/metrics/src/prometheus/index.js';
import type { LogSchema } from '../../libs/testing/src/gpu/index.js';
import { aPrometheusPage } from '../../libs/testing/src/metrics/index.js';
import { type Bound, type Figure, type Topic, median, say } from './figure.js';
import { atLeast, eightGpuXml, GPUS } from './inputs.js';

/** Enough for the compiler to have seen the code: a service parses for weeks. */
const WARM_UPS = 15;
const ROUNDS = 41;
/** A host exporter with every collector on writes this much. */
const PAGE_BYTES = 380_000;
const XML = [
  { schema: 11, bytes: 140_000, bound: { below: 15 } },
  { schema: 13, bytes: 360_000, bound: { below: 40 } },
] as const satisfies readonly { schema: LogSchema; bytes: number; bound: Bound }[];

/** How long it takes to read what sources print, beside the packages that could do it. */
export const parsersTopic: Topic = {
  name: 'parsers',
  measure: () => Promise.resolve([...measurePage(), ...XML.flatMap(measureXml)]),
};

function measurePage(): Figure[] {
  const page = atLeast(PAGE_BYTES, aPrometheusPage({ bytes: PAGE_BYTES }));
  const { samples, problems } = parsePrometheusText(page);
  if (samples.length === 0 || problems.length > 0) throw new Error('the page is not read in full');
  // One family in four, as a collector that wants a part of a page.
  const keep = (name: string): boolean => name.endsWith('_load');
  const kept = parsePrometheusText(page, { keep }).samples.length;
  const size = `metrics page of ${page.length} bytes`;
  say(`input: ${size}, ${samples.length} samples, ${kept} of them wanted by the reader of a part`);
  return [
    timed(`${size}, all of it`, { below: 10 }, () => parsePrometheusText(page)),
    timed(`${size}, the wanted part`, { below: 10 }, () => parsePrometheusText(page, { keep })),
    timed(`${size}, parse-prometheus-text-format`, null, () => parsePrometheusTextFormat(page)),
  ];
}

function measureXml({ schema, bytes, bound }: (typeof XML)[number]): Figure[] {
  const xml = atLeast(bytes, eightGpuXml(schema, bytes));
  const size = `nvidia-smi of ${GPUS} GPUs, schema ${schema}, ${xml.length} bytes`;
  say(`input: ${size}`);
  const fast = new XMLParser({ parseTagValue: false, trimValues: true });
  return [
    timed(`${size}, plain reader and mapper`, bound, () => {
      const parsed = parseNvidiaSmiXml(xml);
      expectGpus(parsed.kind === 'data' ? parsed.data : null);
    }),
    timed(`${size}, fast-xml-parser and mapper`, null, () => expectGpus(fast.parse(xml))),
  ];
}

function expectGpus(data: unknown): void {
  const { gpus } = mapNvidiaSmi(data);
  const used = gpus.filter((gpu) => gpu.memory.usedBytes !== null);
  if (used.length !== GPUS) throw new Error(`${used.length} GPUs were read, not ${GPUS}`);
}

function timed(name: string, bound: Bound | null, work: () => unknown): Figure {
  for (let i = 0; i < WARM_UPS; i += 1) work();
  const times = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now();
    work();
    return performance.now() - begun;
  });
  // On a machine that others use too, the best says more of the code than the median does.
  const note = `best ${Math.min(...times).toFixed(1)} ms`;
  return { name: `${name}, median of ${ROUNDS}`, value: median(times), unit: 'ms', bound, digits: 1, note };
}
