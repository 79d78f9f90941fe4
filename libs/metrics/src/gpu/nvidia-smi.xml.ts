import { parseString } from 'xml2js';
import { salvageLog } from './nvidia-smi.salvage.js';
import { parsePlainXml } from './plain-xml.js';

/**
 * What a text that should be `nvidia-smi -q -x` holds: the parsed XML and the text around it, or why it is not XML.
 * `damage` says why the data is only a part of a log.
 */
export type ParsedNvidiaSmiXml =
  | { readonly kind: 'data'; readonly data: unknown; readonly textAround: string; readonly damage: string | null }
  | { readonly kind: 'empty' }
  | { readonly kind: 'broken'; readonly reason: string };

type ParsedXml =
  { readonly kind: 'data'; readonly data: unknown } | { readonly kind: 'broken'; readonly reason: string };

const LOG_START = /<\?xml|<!DOCTYPE|<nvidia_smi_log|<gpu[\s>]/;
const LOG_END = '</nvidia_smi_log>';
/**
 * Declarations say nothing that is needed here, and the parser takes quadratic time over one that does not end. Comments
 * and CDATA are no declarations.
 */
const DECLARATION = /<!(?!--|\[CDATA\[)[^>]*>?/g;
const FRAGMENT = 'it holds no nvidia_smi_log element, only a part of one';

/**
 * Gives the object that node-nvidia-smi gives for a whole log. Text before or after the log, as the driver's infoROM
 * warning, is set aside. Of a damaged log the GPUs that can be read are kept.
 */
export function parseNvidiaSmiXml(text: string): ParsedNvidiaSmiXml {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') return { kind: 'empty' };
  const start = Math.max(0, trimmed.search(LOG_START));
  const end = endOfLog(trimmed, start);
  const log = trimmed.slice(start, end);
  const parsed = parseXml(log);
  if (parsed.kind === 'broken') return salvaged(log, parsed.reason) ?? parsed;
  if (!isGpuAlone(parsed.data)) {
    return { ...parsed, textAround: `${trimmed.slice(0, start)} ${trimmed.slice(end)}`.trim(), damage: null };
  }
  return salvaged(log, FRAGMENT) ?? { kind: 'broken', reason: FRAGMENT };
}

function endOfLog(text: string, start: number): number {
  const last = text.lastIndexOf(LOG_END);
  return last < start ? text.length : last + LOG_END.length;
}

function isGpuAlone(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'gpu' in data;
}

/** The first error ends it: the parser would report every further one, and throw the second. */
function parseXml(text: string): ParsedXml {
  const xml = text.replace(DECLARATION, '');
  let data: unknown = parsePlainXml(xml);
  if (data !== null) return { kind: 'data', data };
  try {
    parseString(xml, { explicitArray: false, trim: true }, (error, parsed: unknown) => {
      if (error) throw error;
      data = parsed;
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'broken', reason: reason.split('\n')[0] ?? 'unknown error' };
  }
  return data === null ? { kind: 'broken', reason: 'the XML ends early' } : { kind: 'data', data };
}

/** Null when not one GPU can be read. A GPU of which nothing is left stays as an empty element, so that it is counted. */
function salvaged(text: string, damage: string): ParsedNvidiaSmiXml | null {
  const { head, gpus } = salvageLog(text);
  const elements = gpus.map((gpu) => elementOf(gpu, 'gpu'));
  if (!elements.some((element) => element !== null)) return null;
  const headElement = elementOf(head, 'nvidia_smi_log');
  const log = { ...headElement, gpu: elements.map((element) => element ?? '') };
  return { kind: 'data', data: { nvidia_smi_log: log }, textAround: '', damage };
}

function elementOf(text: string | null, name: string): object | null {
  const parsed = text === null ? null : parseXml(text);
  if (parsed?.kind !== 'data') return null;
  const element: unknown = Object.entries(parsed.data ?? {}).find(([key]) => key === name)?.[1];
  return typeof element === 'object' ? element : null;
}
