import type { Engine } from '@app/core';

/** `value` takes the next word, `switch` none; `connector` is JSON of which two names are kept. */
type FlagForm = 'value' | 'switch' | 'connector';

interface Flag {
  readonly form: FlagForm;
  /** Other spellings, without dashes. */
  readonly aliases?: readonly string[];
}

const VALUE: Flag = { form: 'value' };
const SWITCH: Flag = { form: 'switch' };
const aka = (...aliases: string[]): Flag => ({ form: 'value', aliases });

/** Only what stands here is kept: a command line may hold keys, and new flags for them appear with new versions. */
const SHARED_FLAGS: Readonly<Record<string, Flag>> = {
  port: VALUE,
  host: VALUE,
  quantization: aka('q'),
  'tensor-parallel-size': aka('tp', 'tp-size'),
  'pipeline-parallel-size': aka('pp', 'pp-size'),
  'data-parallel-size': aka('dp', 'dp-size'),
  'kv-cache-dtype': VALUE,
  dtype: VALUE,
};

const FLAGS: Readonly<Record<Engine['kind'], Readonly<Record<string, Flag>>>> = {
  vllm: {
    ...SHARED_FLAGS,
    model: VALUE,
    'api-server-count': aka('asc'),
    'block-size': VALUE,
    'cpu-offload-gb': VALUE,
    'enable-chunked-prefill': SWITCH,
    'enable-expert-parallel': SWITCH,
    'enable-lora': SWITCH,
    'enable-prefix-caching': SWITCH,
    'enable-sleep-mode': SWITCH,
    'enforce-eager': SWITCH,
    'gpu-memory-utilization': VALUE,
    'kv-transfer-config': { form: 'connector' },
    'long-prefill-token-threshold': VALUE,
    'max-cpu-loras': VALUE,
    'max-long-partial-prefills': VALUE,
    'max-loras': VALUE,
    'max-model-len': VALUE,
    'max-num-batched-tokens': VALUE,
    'max-num-partial-prefills': VALUE,
    'max-num-seqs': VALUE,
    'num-gpu-blocks-override': VALUE,
    'swap-space': VALUE,
  },
  sglang: {
    ...SHARED_FLAGS,
    model: aka('model-path'),
    'attention-backend': VALUE,
    'chunked-prefill-size': VALUE,
    'context-length': VALUE,
    'cuda-graph-max-bs': VALUE,
    'disable-radix-cache': SWITCH,
    'enable-hierarchical-cache': SWITCH,
    'enable-lmcache': SWITCH,
    'enable-metrics': SWITCH,
    'hicache-ratio': VALUE,
    'hicache-size': VALUE,
    'max-loras-per-batch': VALUE,
    'max-prefill-tokens': VALUE,
    'max-running-requests': VALUE,
    'max-total-tokens': VALUE,
    'mem-fraction-static': VALUE,
    'page-size': VALUE,
    'schedule-conservativeness': VALUE,
    'schedule-policy': VALUE,
    'speculative-algorithm': VALUE,
  },
};

const SPELLINGS: Readonly<Record<Engine['kind'], ReadonlyMap<string, string>>> = {
  vllm: spellingsOf(FLAGS.vllm),
  sglang: spellingsOf(FLAGS.sglang),
};

/** Numbers, words, paths and model names; not the user part of an URL nor a query, which may be credentials. */
const PLAIN_VALUE = /^[\w.,:/+-]{1,200}$/;
const CONNECTOR_FIELDS = ['kv_connector', 'kv_role'] as const;

/** Known flags of an engine's command line by their long name. Everything else is not even looked at. */
export function flagsIn(kind: Engine['kind'], words: readonly string[]): Record<string, string> {
  const flags: Record<string, string> = {};
  words.forEach((word, at) => {
    if (!word.startsWith('-')) return;
    const [spelling = '', inline] = splitOnce(word.replace(/^--?/, ''), '=');
    const name = spelling.replaceAll('_', '-');
    const known = SPELLINGS[kind].get(name);
    const value =
      known === undefined
        ? switchedOff(kind, name)
        : { name: known, text: valueOf(FLAGS[kind][known]?.form, inline, words.slice(at + 1)) };
    if (value !== null && value.text !== null) flags[value.name] = value.text;
  });
  return flags;
}

function spellingsOf(flags: Readonly<Record<string, Flag>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(flags).flatMap(([name, { aliases }]) =>
      [name, ...(aliases ?? [])].map((spelling): [string, string] => [spelling, name]),
    ),
  );
}

/** `--no-enable-prefix-caching` and the like. */
function switchedOff(kind: Engine['kind'], name: string): { name: string; text: string } | null {
  const positive = name.startsWith('no-') ? name.slice('no-'.length) : '';
  const known = SPELLINGS[kind].get(positive);
  return known !== undefined && FLAGS[kind][known]?.form === 'switch' ? { name: known, text: 'false' } : null;
}

function valueOf(form: FlagForm | undefined, inline: string | undefined, following: readonly string[]): string | null {
  if (form === 'connector') return connectorIn(inline ?? jsonWords(following));
  const text = inline ?? (form === 'switch' ? 'true' : following[0]);
  return text !== undefined && PLAIN_VALUE.test(text) && !/^--?[a-z]/i.test(text) ? text : null;
}

/** A command line that was copied with blanks has its JSON in several words. */
function jsonWords(following: readonly string[]): string {
  const end = following.findIndex((word) => word.startsWith('-'));
  return following.slice(0, end === -1 ? following.length : end).join(' ');
}

/** Names the connector and its role, as JSON again; the rest of that JSON may hold addresses and keys. */
function connectorIn(json: string): string | null {
  const fields = CONNECTOR_FIELDS.flatMap((field) => {
    const name = new RegExp(`"${field}"\\s{0,8}:\\s{0,8}"([\\w.-]{1,64})"`).exec(json)?.[1];
    return name === undefined ? [] : [[field, name]];
  });
  return fields.length === 0 ? null : JSON.stringify(Object.fromEntries(fields));
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
