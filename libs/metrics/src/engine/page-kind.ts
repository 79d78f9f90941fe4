export const PAGE_KINDS = ['vllm', 'sglang', 'lmcache', 'dcgm', 'node-exporter'] as const;
export type PageKind = (typeof PAGE_KINDS)[number];

/** By how its series begin, at the start of a line; the comments that announce a series count too. */
const KINDS: Readonly<Record<PageKind, RegExp>> = {
  vllm: /^[ \t]{0,16}(?:# (?:TYPE|HELP) )?(?:vllm:|ray_vllm[:_])\w/m,
  sglang: /^[ \t]{0,16}(?:# (?:TYPE|HELP) )?sglang[:_]\w/m,
  lmcache: /^[ \t]{0,16}(?:# (?:TYPE|HELP) )?lmcache(?:_mp)?[:_]\w/m,
  dcgm: /^[ \t]{0,16}(?:# (?:TYPE|HELP) )?DCGM_(?:FI|EXP)_\w/m,
  'node-exporter':
    /^[ \t]{0,16}(?:# (?:TYPE|HELP) )?node_(?:boot|cpu|disk|exporter|filesystem|load|memory|network|pressure|time|uname|vmstat)\w/m,
};

/** In every text that the expression fits; looking for a word costs a fraction of looking at each line. */
const WORDS: Readonly<Record<PageKind, string>> = {
  vllm: 'vllm',
  sglang: 'sglang',
  lmcache: 'lmcache',
  dcgm: 'DCGM_',
  'node-exporter': 'node_',
};

const DESCRIPTIONS: Readonly<Record<PageKind, string>> = {
  vllm: 'a vLLM page',
  sglang: 'an SGLang page',
  lmcache: 'an LMCache page',
  dcgm: 'a dcgm-exporter page',
  'node-exporter': 'a node_exporter page',
};

/** Whose series a metrics page has; of several programs where it is a collection, empty for a page of none of them. */
export function pageKinds(text: string): ReadonlySet<PageKind> {
  return new Set(PAGE_KINDS.filter((kind) => text.includes(WORDS[kind]) && KINDS[kind].test(text)));
}

/** What a page is that has no engine on it. */
export function describeForeignPage(text: string): string {
  const [kind] = pageKinds(text);
  if (kind !== undefined) return DESCRIPTIONS[kind];
  return /^\s{0,64}<(?:!doctype|html)/i.test(text) ? 'an HTML page' : 'a page without any engine metrics';
}
