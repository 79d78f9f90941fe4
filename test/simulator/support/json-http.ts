const TIMEOUT_MS = 20_000;

export async function getJson<T>(url: string): Promise<T> {
  return (await answer(url, { method: 'GET' })).json() as Promise<T>;
}

export async function postJson<T>(url: string, body: unknown = {}): Promise<T> {
  const headers = { 'Content-Type': 'application/json' };
  return (await answer(url, { method: 'POST', headers, body: JSON.stringify(body) })).json() as Promise<T>;
}

async function answer(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response;
}
