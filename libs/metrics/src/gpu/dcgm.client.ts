import { fetchText, type HttpText } from '../http/http-text.js';

const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** Whoever reads dcgm-exporter needs only this of the client. */
export interface DcgmPageReader {
  /** What is read, as it may be shown. */
  readonly source: string;
  read(options: { readonly timeoutMs: number }): Promise<HttpText>;
}

/** Fetches the `/metrics` page of one dcgm-exporter. Credentials of its URL are kept out of every text that is shown. */
export class DcgmClient implements DcgmPageReader {
  readonly source: string;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(configuredUrl: string) {
    const url = new URL(configuredUrl);
    this.#headers = basicAuthorization(url);
    url.username = '';
    url.password = '';
    url.hash = '';
    this.#url = url.href;
    this.source = `dcgm-exporter at ${url.origin}${url.pathname}`;
  }

  /** Never throws for a page that cannot be read. */
  read({ timeoutMs }: { readonly timeoutMs: number }): Promise<HttpText> {
    return fetchText(this.#url, { timeoutMs, maxBytes: MAX_PAGE_BYTES, headers: this.#headers });
  }
}

function basicAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}
