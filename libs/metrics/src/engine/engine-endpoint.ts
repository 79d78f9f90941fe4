/** Where an engine listens; credentials of its URL are kept apart from every text that is shown. */
export interface EngineEndpoint {
  /** Base URL without credentials, query and trailing slash. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function engineEndpoint(configuredUrl: string): EngineEndpoint {
  const url = new URL(configuredUrl);
  const { username, password } = url;
  const baseUrl = `${url.origin}${url.pathname}`.replace(/\/+$/, '');
  if (username === '' && password === '') return { baseUrl, headers: {} };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { baseUrl, headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } };
}

/** Each endpoint once, in the order given. */
export function engineEndpoints(configuredUrls: readonly string[]): EngineEndpoint[] {
  const byUrl = new Map(configuredUrls.map(engineEndpoint).map((endpoint) => [endpoint.baseUrl, endpoint]));
  return [...byUrl.values()];
}
