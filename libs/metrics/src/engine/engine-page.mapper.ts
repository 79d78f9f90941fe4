import type { EnginePage } from './engine-page.js';
import { describeForeignPage, pageKinds } from './page-kind.js';
import { mapSglangPage } from './sglang-page.mapper.js';
import { mapVllmPage } from './vllm-page.mapper.js';

/** Reads the engines of a `/metrics` page, of whichever kind its series are; a page of no engine is foreign. */
export function mapEnginePage(text: string): EnginePage {
  const kinds = pageKinds(text);
  const pages = [
    ...(kinds.has('vllm') ? [mapVllmPage(text)] : []),
    ...(kinds.has('sglang') ? [mapSglangPage(text)] : []),
  ];
  const [only] = pages;
  if (only !== undefined && pages.length === 1) return only;
  return {
    engines: pages.flatMap(({ engines }) => engines),
    simulated: pages.some(({ simulated }) => simulated),
    problems: [...new Set(pages.flatMap(({ problems }) => problems))],
    isUnknownVersion: pages.some(({ isUnknownVersion }) => isUnknownVersion),
    foreign: pages.length === 0 ? describeForeignPage(text) : null,
  };
}
