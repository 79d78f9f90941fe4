import { performance } from 'node:perf_hooks';
import { fetchText, type HttpText } from '../http/http-text.js';
import { NodeExporterTracker, type NodeExporterReading } from './node-exporter-tracker.js';

const MAX_PAGE_BYTES = 8 * 1024 * 1024;

export type NodeExporterAnswer =
  | Extract<NodeExporterReading, { ok: true }>
  | { readonly ok: false; readonly status: Extract<HttpText, { ok: false }>['status']; readonly reason: string };

/** Fetches the `/metrics` page of a node_exporter. */
export class NodeExporterClient {
  /** Without credentials and query, to be shown. */
  readonly source: string;
  private readonly url: string;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly tracker = new NodeExporterTracker();

  constructor(
    configuredUrl: string,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    const url = new URL(configuredUrl);
    const { username, password } = url;
    // fetch refuses addresses that hold credentials.
    this.headers =
      username === '' && password === ''
        ? {}
        : { authorization: `Basic ${Buffer.from(`${plain(username)}:${plain(password)}`).toString('base64')}` };
    url.username = '';
    url.password = '';
    url.hash = '';
    this.url = url.href;
    this.source = `${url.origin}${url.pathname}`;
  }

  /** Never throws; answers within the deadline. */
  async read(timeoutMs: number): Promise<NodeExporterAnswer> {
    const page = await fetchText(this.url, { timeoutMs, maxBytes: MAX_PAGE_BYTES, headers: this.headers });
    if (!page.ok) return { ok: false, status: page.status, reason: `${this.source} ${page.reason}` };
    const reading = this.tracker.read(page.text, this.monotonicMs());
    return reading.ok ? reading : { ok: false, status: 'failed', reason: `${this.source} ${reading.reason}` };
  }
}

/** A percent sign that escapes nothing stands for itself. */
function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
