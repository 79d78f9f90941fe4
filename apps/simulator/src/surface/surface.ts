import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CacheServer } from './cache/cache-server.js';
import type { CachePageFacts } from './cache/lmcache-families.js';
import { EngineServer } from './engine/engine-server.js';
import { dcgmPage } from './gpu/dcgm-page.js';
import { SmiServer } from './gpu/smi-server.js';
import { KernelLogFile } from './host/kernel-log-file.js';
import { nodeExporterPage } from './host/node-exporter-page.js';
import type { SimulatedHost } from './host-port.js';
import { LoopbackServer, PROMETHEUS_TEXT, type Request, routed } from './http/loopback-server.js';

export interface SurfaceOptions {
  /** Folder for `bin/nvidia-smi` and `kernel.log`; it exists, and its owner removes it. */
  readonly folder: string;
  /** Fixed ports; 0, which is the default, takes any free one. Engines and caches stand in the order of the view. */
  readonly ports?: SurfacePorts;
  /** Admin endpoints of the engines (`VLLM_SERVER_DEV_MODE=1`); on by default. */
  readonly hasDevEndpoints?: boolean;
  /**
   * Whether the pages of the engines tell of their caches too, as with PROMETHEUS_MULTIPROC_DIR; off by default, since a
   * reader of both then sees each cache twice.
   */
  readonly hasCachesOnEnginePages?: boolean;
}

export interface SurfacePorts {
  readonly engines?: readonly number[];
  readonly caches?: readonly number[];
  readonly dcgm?: number;
  readonly nodeExporter?: number;
  readonly nvidiaSmi?: number;
}

/** Where everything is, once it was started. */
export interface SurfaceEndpoints {
  /** Folder for PATH that holds `nvidia-smi`. */
  readonly binFolder: string;
  /** `127.0.0.1:port` for RESOURCE_SIMULATOR; the executable in `binFolder` knows it without. */
  readonly nvidiaSmiAddress: string;
  readonly engineUrls: readonly string[];
  readonly cacheUrls: readonly string[];
  readonly dcgmUrl: string;
  readonly nodeExporterUrl: string;
  readonly kernelLogFile: string;
}

/** How soon an engine that stops or starts closes or opens its port. */
const FOLLOW_MS = 100;

/** All that can be read of a host from outside, in the formats of the real parts. Owns servers and files; no process. */
export class Surface {
  /** Servers of the engines and the caches, in the order of the view; there after the start. */
  readonly engines: EngineServer[] = [];
  readonly caches: CacheServer[] = [];
  readonly kernelLog: KernelLogFile;
  #nvidiaSmi: SmiServer | null = null;
  #exporters: LoopbackServer[] = [];
  #host: SimulatedHost | null = null;
  #timer: NodeJS.Timeout | null = null;
  #following: Promise<void> = Promise.resolve();

  constructor(private readonly options: SurfaceOptions) {
    this.kernelLog = new KernelLogFile(join(options.folder, 'kernel.log'));
  }

  /** How `nvidia-smi` misbehaves is set here. */
  get nvidiaSmi(): SmiServer {
    if (this.#nvidiaSmi === null) throw new Error('the surface is not started');
    return this.#nvidiaSmi;
  }

  /** A port that is taken ends it with that error, and nothing stays open. */
  async start(host: SimulatedHost): Promise<SurfaceEndpoints> {
    try {
      return await this.#start(host);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Waits until every port is as the engines' states want it and the log is written; happens by itself a moment later. */
  follow(): Promise<void> {
    if (this.#host !== null) this.kernelLog.follow(this.#host.view());
    this.#following = this.#following
      .then(async () => {
        for (const server of [...this.engines, ...this.caches]) await server.follow();
      })
      // A port that somebody else took in the meantime is tried again at the next turn.
      .catch(() => undefined);
    return this.#following;
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    await this.#following;
    const servers = [...this.engines, ...this.caches];
    await Promise.all(servers.map((server) => server.stop()));
    await Promise.all(this.#exporters.map((server) => server.close()));
    await this.#nvidiaSmi?.stop();
  }

  async #start(host: SimulatedHost): Promise<SurfaceEndpoints> {
    const { folder, ports = {} } = this.options;
    const view = host.view();
    this.#host = host;
    this.kernelLog.start(view);
    this.kernelLog.follow(view);
    this.caches.push(...view.caches.map((_, index) => new CacheServer(host, index, ports.caches?.[index])));
    this.engines.push(...view.engines.map((_, index) => this.#engineServer(host, index)));
    const dcgm = page(ports.dcgm, () => dcgmPage(host.view(), this.kernelLog.lastXids));
    const nodeExporter = page(ports.nodeExporter, () => nodeExporterPage(host.view()));
    this.#exporters = [dcgm, nodeExporter];
    this.#nvidiaSmi = new SmiServer(host);
    for (const server of [...this.caches, ...this.engines]) await server.start();
    for (const server of this.#exporters) await server.open();
    const nvidiaSmiAddress = await this.#nvidiaSmi.start(ports.nvidiaSmi);
    this.#timer = setInterval(() => void this.follow(), FOLLOW_MS);
    return {
      binFolder: installNvidiaSmi(folder, nvidiaSmiAddress),
      nvidiaSmiAddress,
      engineUrls: this.engines.map(({ url }) => url),
      cacheUrls: this.caches.map(({ url }) => url),
      dcgmUrl: `${dcgm.url}/metrics`,
      nodeExporterUrl: `${nodeExporter.url}/metrics`,
      kernelLogFile: this.kernelLog.path,
    };
  }

  #engineServer(host: SimulatedHost, index: number): EngineServer {
    const { ports, hasDevEndpoints = true, hasCachesOnEnginePages = false } = this.options;
    const cacheFacts = (): CachePageFacts | null => {
      const id = host.view().engines[index]?.id;
      const cache = hasCachesOnEnginePages ? this.caches.find(({ cache: { engine } }) => engine === id) : undefined;
      return cache?.facts() ?? null;
    };
    return new EngineServer(host, index, { port: ports?.engines?.[index] ?? 0, hasDevEndpoints, cacheFacts });
  }
}

function page(port: number | undefined, text: () => string): LoopbackServer {
  const routes = { 'GET /metrics': () => ({ status: 200, type: PROMETHEUS_TEXT, body: text() }) };
  return new LoopbackServer((request: Request) => routed(routes, request), port);
}

/** A name in a folder of its own, with the address beside it, because a reader may pass on nothing but PATH. */
function installNvidiaSmi(folder: string, address: string): string {
  const binFolder = join(folder, 'bin');
  mkdirSync(binFolder, { recursive: true });
  writeFileSync(join(binFolder, 'nvidia-smi.address'), `${address}\n`);
  const programs = programFolder();
  for (const name of ['nvidia-smi', 'nvidia-smi.mjs']) {
    if (!existsSync(join(binFolder, name))) symlinkSync(join(programs, name), join(binFolder, name));
  }
  return binFolder;
}

/** `apps/simulator/bin` of the repository, from the sources as from what was built of them. */
function programFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const programs = join(folder, 'apps/simulator/bin');
    if (existsSync(join(programs, 'nvidia-smi'))) return programs;
    if (folder === dirname(folder)) throw new Error('apps/simulator/bin is missing');
  }
}
