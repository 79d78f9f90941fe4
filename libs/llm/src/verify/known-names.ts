import type { InsightRequest } from '@app/core';
import { normalise } from './normalise.js';
import { tagsOfText } from './tags.js';
import { isEveryday, isNeutral, isTradeTerm } from './vocabulary.js';

/** Ids of rules and actions start with one of these. */
const ID_PREFIX =
  /^(?:gpu|vllm|sglang|lmcache|k8s|router|host|engine|collect|notify|open|kv|fleet|cache|nvidia|node)[-:]/;
const ENGLISH_COMPOUND =
  /^[a-z]+-(?:bound|side|level|wide|specific|related|based|local|heavy|limited|intensive|only|call|to|backed|aware|cache|memory|reported|internal|hours?|hour|by-[a-z]+)\b/;
/** Terms of the trade that carry a digit and measure nothing. */
const COMMON_TERMS =
  /^(?:p\d{2}|l[12]|k8s|s3|x86_64|h2d|d2h|hbm\d?e?|gddr\d|e2e|95th|99th|50th|90th|avg\d{2,3}|load\d{1,2}m?|i\/o|io|nvme)$/i;
/** Units of one letter, behind a number. */
const UNIT_LETTER = /^[BCJW]$/;
const UNIT = /^(?:[kmgt]?i?b(?:ytes?)?|[a-z]+)\/(?:s|sec|second|min|minute|h|token)$/i;
const WORDS = /[\p{L}\d_][\p{L}\d_]*(?:(?:[-./:@+]|::)[\p{L}\d_]+)*(?:'s)?/gu;
/** Software, clouds and makers that are no part of a serving host; in lower case they would pass as words. */
const OTHER_PRODUCTS =
  /^(?:grafana|prometheus-operator|redis|kafka|postgres(?:ql)?|mysql|mongodb|nginx|envoy|slurm|ray|pytorch|tensorflow|jax|ollama|triton|tgi|llama\.?cpp|docker|podman|containerd|terraform|ansible|helm|jenkins|datadog|splunk|pagerduty|slack|jira|aws|azure|gcp|ec2|sagemaker|bedrock|openai|anthropic|claude|gpt|chatgpt|gemini|mistral|deepseek|huggingface|intel|amd|rocm|mi300x?|tpu|xeon|epyc|ubuntu|debian|redhat|centos|windows|macos|crontab|cron|ssh|tmux|vim|chatbot|bitcoin|ethereum|monero|xmrig|infiniband|mellanox|cisco|dell|supermicro|blackwell|hopper|ampere|ada|volta|turing|geforce|quadro|tesla)$/i;
const NUMBER_LIKE = /^[+-]?\d[\d.,/:-]*(?:[a-z%]{1,3}|st|nd|rd|th)?$/i;

/** Names as a whole. A word out of a label is none: labels are written by others, and may hold anything. */
function exactNames({ analysis, snapshot, target }: InsightRequest): string[] {
  return [
    target,
    snapshot.hostname ?? '',
    ...snapshot.gpus.flatMap(({ uuid, name, pciBusId, architecture }) => [uuid, name, pciBusId, architecture]),
    ...snapshot.engines.flatMap(({ id, model, version, kind }) => [id, model, model?.split('/').at(-1), version, kind]),
    ...snapshot.caches.map(({ id }) => id),
    ...analysis.findings
      .filter(isConfirmed)
      .flatMap(({ id, subject, evidence }) => [
        id,
        subject.id,
        subject.label,
        ...evidence.flatMap((entry) => [
          entry.id,
          entry.signal,
          entry.signal.split('.').at(-1),
          ...entry.source.split(', '),
          ...[entry.value, entry.threshold].flatMap((value) =>
            typeof value === 'string' ? [value, ...value.split(', ')] : [],
          ),
        ]),
      ]),
  ].filter((name): name is string => typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME);
}

function isConfirmed({ state }: InsightRequest['analysis']['findings'][number]): boolean {
  return state === 'confirmed';
}

/** Texts of our own, in which every word is known. */
function ownTexts({ analysis, candidateActions }: InsightRequest): string[] {
  const confirmed = analysis.findings.filter(isConfirmed);
  return [
    ...confirmed.flatMap(({ ruleId, evidence, candidateActions: actions }) => [
      ruleId,
      ...evidence.map(({ thresholdSource }) => thresholdSource ?? ''),
      ...actions.flatMap(({ type, parameters }) => [type, ...Object.entries(parameters).flat().map(String)]),
    ]),
    ...candidateActions.flatMap(({ type, title, description, preconditions, parameters }) => [
      type,
      title,
      description,
      ...preconditions,
      ...Object.keys(parameters.properties),
    ]),
  ];
}

const LONGEST_NAME = 200;
const MOST_JUDGED = 5000;
const TOKEN = /[^\s"'(),;!?]+/gu;
/** Marks of a word that is a name or code rather than prose. */
const IS_MARKED = /[\p{L}].*[\d_/:.@=-]|[\d_/:.@=-].*\p{L}|:|\d\.\d+\.\d|\d-\d|^\//u;
const TRAILING = /[.:]+$/;

/** The names that the analysis knows: devices, models, rules, actions, signals, sources. */
export class KnownNames {
  private readonly exact: ReadonlySet<string>;
  /** Words of titles and summaries, which may stand capitalised. */
  private readonly words: ReadonlySet<string>;
  private readonly judged: Map<string, boolean> = new Map();
  /** Names of several words, longest first. */
  private readonly phrases: readonly string[];

  constructor(request: InsightRequest) {
    const names = exactNames(request).map((name) => normalise(name).toLowerCase());
    const own = normalise(ownTexts(request).join(' \n ')).toLowerCase();
    const tokens = (own.match(TOKEN) ?? []).map((token) => token.replace(TRAILING, ''));
    this.exact = new Set([...names, ...tokens]);
    const told = request.analysis.findings.filter(isConfirmed).map(({ title, summary }) => `${title} ${summary}`);
    this.words = new Set(
      normalise(`${told.join(' ')} ${own}`)
        .toLowerCase()
        .match(/[\p{L}]+/gu) ?? [],
    );
    this.phrases = [...new Set(names)]
      .filter((name) => name.includes(' ') && /\d|[:/_]/.test(name))
      .sort((left, right) => right.length - left.length);
  }

  /** Whether the request has this very name. */
  knows(name: string): boolean {
    return this.exact.has(normalise(name).toLowerCase());
  }

  /** Takes known names out of a lower-case sentence, at the same length. */
  mask(sentence: string): string {
    let masked = sentence;
    for (const phrase of this.phrases) masked = masked.split(phrase).join(hidden(phrase));
    return masked.replace(TOKEN, (token) => {
      const name = token.replace(TRAILING, '');
      return IS_MARKED.test(name) && this.exact.has(name) ? hidden(name) + token.slice(name.length) : token;
    });
  }

  /** The first word of a sentence that is a name nobody knows; null when there is none. */
  unknownIn(sentence: string): string | null {
    let isFirst = true;
    for (const { 0: word, index } of sentence.matchAll(WORDS)) {
      if (sentence[index - 1] === '°' || (UNIT_LETTER.test(word) && /\d\s?$/.test(sentence.slice(0, index)))) continue;
      const plain = word.replace(/'s$/, '');
      const starts = isFirst || /["(:]\s*$/.test(sentence.slice(Math.max(0, index - 3), index));
      isFirst = false;
      if (!this.isFamiliar(plain, starts)) return plain;
    }
    return null;
  }

  private isFamiliar(word: string, starts: boolean): boolean {
    const key = starts ? `^${word}` : word;
    const known = this.judged.get(key);
    if (known !== undefined) return known;
    const isFamiliar = this.judge(word, starts);
    if (this.judged.size < MOST_JUDGED) this.judged.set(key, isFamiliar);
    return isFamiliar;
  }

  private judge(word: string, starts: boolean): boolean {
    if (COMMON_TERMS.test(word) || UNIT.test(word) || isTradeTerm(word)) return true;
    if (NUMBER_LIKE.test(word)) return !/^\d+\.\d+\.\d+|:/.test(word) || this.knows(word);
    if (OTHER_PRODUCTS.test(word)) return this.knows(word);
    if (isIdentifier(word)) return this.knows(word);
    if (!/^\p{Lu}/u.test(word)) return true;
    return this.isWord(word, starts);
  }

  /** A capitalised word begins a sentence or title, or is a name. */
  private isWord(word: string, starts: boolean): boolean {
    const parts = word.split(/[-/]/);
    const isPlain = parts.every(
      (part) =>
        isEveryday(part) ||
        isNeutral(part.toLowerCase()) ||
        tagsOfText(part.toLowerCase()).size > 0 ||
        this.words.has(part.toLowerCase()),
    );
    if (isPlain) return true;
    if (/^\p{Lu}{2,}/u.test(word)) return this.knows(word);
    return (starts && /(?:ing|tion|ly|ness|ment)$/.test(word)) || this.knows(word);
  }
}

function isIdentifier(text: string): boolean {
  if (/[\d_@]|::|\p{Ll}\p{Lu}|[\p{L}]\.[\p{L}]/u.test(text)) return true;
  if (/[/:]/.test(text)) return !text.split(/[/:]/).every((part) => isEveryday(part));
  return ID_PREFIX.test(text) && !ENGLISH_COMPOUND.test(text);
}

function hidden(text: string): string {
  return '\u00b7'.repeat(text.length);
}
