import { delimiter, join } from 'node:path';
import type { Simulation } from '../control/simulation.js';

/** What a reader of the host is started with; PATH is the folder that goes in front. */
export interface ReaderEnvironment {
  readonly PATH: string;
  readonly ENGINE_URLS: string;
  readonly LMCACHE_URLS: string;
  readonly DCGM_URL: string;
  readonly NODE_EXPORTER_URL: string;
  readonly KERNEL_LOG: string;
  readonly DATA_DIR: string;
}

export function readerEnvironment({ endpoints, folder }: Pick<Simulation, 'endpoints' | 'folder'>): ReaderEnvironment {
  return {
    PATH: endpoints.binFolder,
    ENGINE_URLS: endpoints.engineUrls.join(','),
    LMCACHE_URLS: endpoints.cacheUrls.join(','),
    DCGM_URL: endpoints.dcgmUrl,
    NODE_EXPORTER_URL: endpoints.nodeExporterUrl,
    KERNEL_LOG: endpoints.kernelLogFile,
    DATA_DIR: join(folder, 'data'),
  };
}

/** Lines for a shell. */
export function announcement(controlUrl: string, environment: ReaderEnvironment): string {
  const { PATH, ...others } = environment;
  const lines = [`export PATH=${PATH}${delimiter}$PATH`, ...Object.entries(others).map(([k, v]) => `export ${k}=${v}`)];
  return `
  A simulated host; none of its numbers is of a real one
    control  ${controlUrl}  (/state, /faults, /faults/catalogue, /behaviours)
    faults   curl -X POST ${controlUrl}/faults -H 'Content-Type: application/json' -d '{"fault":"power-brake"}'

  To read it, in another terminal:

${lines.map((line) => `    ${line}`).join('\n')}
    npm start

`;
}
