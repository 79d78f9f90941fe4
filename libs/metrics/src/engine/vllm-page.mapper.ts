import { type EngineDialect, type EnginePage, readEnginePage, shareUnlabelled } from './engine-page.js';
import { canonicalVllmName, VLLM_NAMES } from './vllm-names.js';

const VLLM: EngineDialect = {
  names: VLLM_NAMES,
  canonicalName: canonicalVllmName,
  label: 'engine',
  enginesOf: (byLabel) => shareUnlabelled(byLabel, VLLM_NAMES),
};

/** Reads a vLLM `/metrics` page of any version; one reading per data-parallel engine on it. */
export function mapVllmPage(text: string): EnginePage {
  return readEnginePage(text, VLLM);
}
