import { parseString } from 'xml2js';

/** What a text that should be `nvidia-smi -q -x` holds: the parsed XML and the text around it, or why it is not XML. */
export type ParsedNvidiaSmiXml =
  | { readonly kind: 'data'; readonly data: unknown; readonly textAround: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'broken'; readonly reason: string };

const LOG_END = '</nvidia_smi_log>';

/**
 * Parses with the options that node-nvidia-smi uses, so that live and copied text give the same object. Text before or
 * after the log, as the driver's infoROM warning, is set aside.
 */
export function parseNvidiaSmiXml(text: string): ParsedNvidiaSmiXml {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') return { kind: 'empty' };
  const start = Math.max(0, trimmed.search(/<\?xml|<!DOCTYPE|<nvidia_smi_log/));
  const lastTag = trimmed.lastIndexOf(LOG_END);
  const end = lastTag < start ? trimmed.length : lastTag + LOG_END.length;
  let result: ParsedNvidiaSmiXml = { kind: 'broken', reason: 'the XML ends early' };
  let isSettled = false;
  parseString(trimmed.slice(start, end), { explicitArray: false, trim: true }, (error, data: unknown) => {
    // The parser reports every further error too; the first one says what is wrong.
    if (isSettled) return;
    isSettled = true;
    if (error) result = { kind: 'broken', reason: error.message.split('\n')[0] ?? 'unknown error' };
    else result = { kind: 'data', data, textAround: `${trimmed.slice(0, start)} ${trimmed.slice(end)}`.trim() };
  });
  return result;
}
