import { existsSync } from 'node:fs';
import type { Agent, OutgoingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { Settings } from '@app/config';

/** How the API server is reached as whoever we are there. */
export interface KubernetesConnection {
  readonly server: string;
  /** Made anew for each request: tokens of a service account are renewed on disk. */
  authorize(): Promise<{ readonly headers: Readonly<Record<string, string>>; readonly agent?: Agent }>;
}

type KubernetesSettings = NonNullable<Settings['kubernetes']>;

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount/token';
/** What the library makes up where it finds no configuration at all: whatever listens there is no cluster of ours. */
const MADE_UP_SERVER = 'http://localhost:8080';

/**
 * Reads the configured kubeconfig, else that of the pod's service account, else the default one. The client library is
 * loaded here and not before: it takes a second and 60 MB.
 */
export async function connectKubernetes({ kubeconfig }: KubernetesSettings): Promise<KubernetesConnection> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  if (kubeconfig !== null) config.loadFromFile(kubeconfig);
  else if (existsSync(SERVICE_ACCOUNT)) config.loadFromCluster();
  else config.loadFromDefault();
  const server = config.getCurrentCluster()?.server;
  if (server === undefined || (kubeconfig === null && server === MADE_UP_SERVER)) {
    throw new Error('there is no service account, and no kubeconfig that names a cluster');
  }
  return {
    server: server.replace(/\/+$/, ''),
    async authorize() {
      const options: RequestOptions = { headers: {} };
      await config.applyToHTTPSOptions(options);
      const given = Object.entries((options.headers ?? {}) as OutgoingHttpHeaders);
      const headers: Record<string, string> = Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
      if (typeof options.auth === 'string') headers['Authorization'] = basicAuthorization(options.auth);
      return { headers, ...(typeof options.agent === 'object' ? { agent: options.agent } : {}) };
    },
  };
}

function basicAuthorization(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}
