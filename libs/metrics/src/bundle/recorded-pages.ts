import { type PageKind, pageKinds } from '../engine/index.js';
import type { BundlePage } from './bundle.schema.js';

/** What one frame holds of one address. */
export interface RecordedAddress {
  /** Base URL without credentials; null for pages whose address nobody noted. */
  readonly url: string | null;
  /** Position among the frame's pages; names an engine without an address. */
  readonly position: number;
  /** The metrics page, or how asking for it failed. */
  readonly page: RecordedPage | null;
  /** Other paths of the same address, by path. */
  readonly beside: ReadonlyMap<string, RecordedPage>;
}

export interface RecordedPage {
  /** HTTP status; 0 where nobody answered. */
  readonly status: number;
  readonly text: string;
}

const METRICS = '/metrics';
/** Longest first: `/api/status` ends like `/status`. */
const BESIDE = [
  '/periodic-threads-health',
  '/api/healthcheck',
  '/healthcheck',
  '/api/status',
  '/v1/models',
  '/health_generate',
  '/health',
  '/version',
  '/status',
  '/conf',
];

/** Groups a frame's pages by the address that they were fetched from. */
export function addressesOf(pages: readonly BundlePage[]): readonly RecordedAddress[] {
  const byUrl = new Map<string, RecordedAddress>();
  const nameless: RecordedAddress[] = [];
  pages.forEach(({ url, status = 200, text }, position) => {
    const page = { status, text };
    if (url === undefined) {
      nameless.push({ url: null, position, page, beside: new Map() });
      return;
    }
    const { base, path } = splitUrl(url);
    const known = byUrl.get(base) ?? { url: base, position, page: null, beside: new Map<string, RecordedPage>() };
    byUrl.set(
      base,
      path === METRICS ? { ...known, page } : { ...known, beside: new Map([...known.beside, [path, page]]) },
    );
  });
  return [...byUrl.values(), ...nameless].sort((one, other) => one.position - other.position);
}

/** A person may have noted an address in any form; what does not end in a known path is taken for a metrics page. */
function splitUrl(url: string): { base: string; path: string } {
  const [address = ''] = url.trim().split(/[?#]/, 1);
  const bare = address.replace(/\/+$/, '').replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
  const path = [METRICS, ...BESIDE].find((candidate) => bare.endsWith(candidate));
  return path === undefined ? { base: bare, path: METRICS } : { base: bare.slice(0, -path.length), path };
}

/** Conventional ports of exporters whose page is missing in every frame. */
const PORTS: Readonly<Record<string, PageKind>> = { '9400': 'dcgm', '9100': 'node-exporter' };

/** Learns what each address is from all frames, so that a failed probe is known for what it was a probe of. */
export class AddressKinds {
  private readonly byUrl = new Map<string, Set<PageKind>>();

  learn(addresses: readonly RecordedAddress[]): void {
    for (const { url, page } of addresses) {
      if (url === null || page === null || page.status !== 200) continue;
      const kinds = this.byUrl.get(url) ?? new Set<PageKind>();
      for (const kind of pageKinds(page.text)) kinds.add(kind);
      this.byUrl.set(url, kinds);
    }
  }

  /** Empty for a page of an exporter that nobody here knows. */
  of({ url, page, beside }: RecordedAddress): ReadonlySet<PageKind> {
    const learnt = url === null ? undefined : this.byUrl.get(url);
    if (learnt !== undefined && learnt.size > 0) return learnt;
    if (page?.status === 200) return pageKinds(page.text);
    // Never answered: only its address says what it may have been.
    const port = /:(\d+)(?:\/|$)/.exec(url?.replace(/^[a-z]+:\/\//i, '') ?? '')?.[1] ?? '';
    const isEngineLike = page !== null || beside.has('/health') || beside.has('/v1/models');
    return new Set(PORTS[port] !== undefined ? [PORTS[port]] : isEngineLike ? ['vllm'] : []);
  }
}
