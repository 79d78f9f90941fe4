import type { InsightRequest } from '@app/core';

const LITERALS =
  /[a-z][a-z0-9+.-]*:\/\/[^\s"')\]]+|\b[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9]\b|\b\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\b\d+\.\d+\.\d+(?:\.\d+)*\b/giu;
const WORDS = /[\p{L}_][\p{L}\d_]*(?:[-./:][\p{L}\d_]+)*/gu;
/** Ids of rules and actions start with one of these. */
const ID_PREFIX = /^(?:gpu|vllm|sglang|lmcache|k8s|router|host|engine|collect|notify|open|kv|fleet)[-:]/;
const ENGLISH_COMPOUND =
  /^[a-z]+-(?:bound|side|level|wide|specific|related|based|local|heavy|limited|intensive|only|call|to|backed|aware)\b/;
/** Terms of the trade that carry a digit and measure nothing. */
const COMMON_TERMS = /^(?:p\d{2}|fp\d{1,2}|bf16|int[48]|l[12]|k8s|s3|x86_64|h2d|d2h)$/i;

function namesIn({ analysis, candidateActions, snapshot, target }: InsightRequest): string[] {
  return [
    target,
    snapshot.hostname ?? '',
    ...snapshot.gpus.flatMap(({ uuid, name, pciBusId }) => [uuid ?? '', name ?? '', pciBusId ?? '']),
    ...snapshot.engines.flatMap(({ id, model, version }) => [id, model ?? '', version ?? '']),
    ...analysis.findings.flatMap(({ subject }) => [subject.id, subject.label]),
    ...candidateActions.map(({ title }) => title),
  ];
}

function wordsOf({ analysis, candidateActions }: InsightRequest): string[] {
  return [
    ...analysis.findings.flatMap((finding) => [
      finding.id,
      finding.ruleId,
      finding.title,
      finding.summary,
      ...finding.candidateActions.flatMap(({ type, parameters }) => [type, ...Object.values(parameters).map(String)]),
    ]),
    ...analysis.findings.flatMap(({ evidence }) =>
      evidence.flatMap(({ id, signal, source, thresholdSource, value, threshold }) => [
        id,
        signal,
        source,
        thresholdSource ?? '',
        ...[value, threshold].filter((text) => typeof text === 'string'),
      ]),
    ),
    ...candidateActions.flatMap(({ type, description, preconditions, parameters }) => [
      type,
      description,
      ...preconditions,
      ...Object.keys(parameters.properties),
    ]),
  ];
}

/** The names that the analysis knows: devices, models, rules, actions, signals, sources. */
export class KnownNames {
  private readonly names: string;
  private readonly everything: string;
  /** Names of several words, such as `NVIDIA H100 80GB HBM3`, longest first. */
  private readonly phrases: readonly string[];

  constructor(request: InsightRequest) {
    const names = namesIn(request);
    this.phrases = [...new Set(names)]
      .filter((name) => /\p{L}/u.test(name) && /\d/.test(name) && name.length >= 3)
      .sort((left, right) => right.length - left.length);
    this.names = names.join('\n').toLowerCase();
    this.everything = [...names, ...wordsOf(request)].join('\n').toLowerCase();
  }

  knows(name: string): boolean {
    return hasWord(this.everything, name.toLowerCase());
  }

  /** Whether `GPU` and `3` together name something. */
  knowsNumbered(word: string, number: string): boolean {
    if (!/\p{L}/u.test(word)) return false;
    const name = word.toLowerCase();
    return ['', ' ', '-', ' #'].some((gap) => hasWord(this.names, `${name}${gap}${number}`));
  }

  /** Splits a sentence into names that are not known and the rest, in which only numbers are left to check. */
  check(sentence: string): { readonly unknown: string[]; readonly rest: string } {
    const unknown: string[] = [];
    const blank = (text: string): string => {
      if (!this.knows(text)) unknown.push(text);
      return mask(text);
    };
    const rest = maskAll(sentence, this.phrases)
      .replace(LITERALS, (text) => blank(text.replace(/[.,;:]+$/, '')))
      .replace(WORDS, (text) => {
        if (!isIdentifier(text)) return text;
        return COMMON_TERMS.test(text) ? mask(text) : blank(text);
      });
    return { unknown, rest };
  }
}

/** Keeps lengths, so that what stands around a name stays around it. */
function mask(text: string): string {
  return '\u00b7'.repeat(text.length);
}

function maskAll(sentence: string, phrases: readonly string[]): string {
  let masked = sentence;
  for (const phrase of phrases) {
    const escaped = phrase.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    masked = masked.replace(new RegExp(`(?<![\\p{L}\\d_])${escaped}(?![\\p{L}\\d_])`, 'giu'), mask);
  }
  return masked;
}

function isIdentifier(text: string): boolean {
  if (/\/(?:s|sec|second)$/.test(text) && !/\d/.test(text)) return false;
  if (/[\d_]/.test(text)) return true;
  return ID_PREFIX.test(text) && !ENGLISH_COMPOUND.test(text);
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const around = `${text[at - 1] ?? ' '}${text[at + word.length] ?? ' '}`;
    if (!/[\p{L}\d_]/u.test(around)) return true;
  }
  return false;
}
