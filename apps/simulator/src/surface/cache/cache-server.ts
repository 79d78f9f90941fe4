import type { CacheView, EngineView } from '../../machine/machine-view.js';
import type { CommandOutcome, HostCommand, SimulatedHost } from '../host-port.js';
import {
  type Answer,
  LoopbackServer,
  PROMETHEUS_TEXT,
  type Request,
  routed,
  type Routes,
} from '../http/loopback-server.js';
import { pythonNumber, renderPage, SIMULATED_MARK } from '../prometheus/families.js';
import { processFamilies } from '../engine/process-families.js';
import { type CachePageFacts, lmcacheFamilies } from './lmcache-families.js';
import { RemoteGets } from './remote-gets.js';

const BYTES_PER_GIB = 1024 ** 3;
const VERSION = '0.4.6';

/** LMCache's internal API in the process of an engine: answers while the engine's process serves. */
export class CacheServer {
  readonly #server: LoopbackServer;
  readonly #remoteGets = new RemoteGets();

  constructor(
    private readonly host: SimulatedHost,
    private readonly position: number,
    port = 0,
  ) {
    this.#server = new LoopbackServer((request) => this.#answer(request), port);
  }

  get url(): string {
    return this.#server.url;
  }

  async start(): Promise<void> {
    await this.#server.open();
    await this.follow();
  }

  /** Of an engine that hangs the threads of the internal API live on. */
  async follow(): Promise<void> {
    this.#remoteGets.observe(this.cache);
    const { state } = this.engine;
    const isListening = state === 'serving' || state === 'hung';
    if (isListening !== this.#server.isOpen) await (isListening ? this.#server.open() : this.#server.close());
  }

  async stop(): Promise<void> {
    await this.#server.close();
  }

  facts(): CachePageFacts {
    const { cache } = this;
    this.#remoteGets.observe(cache);
    return { cache, remoteGets: this.#remoteGets.view() };
  }

  get cache(): CacheView {
    const cache = this.host.view().caches[this.position];
    if (cache === undefined) throw new Error(`there is no cache ${this.position}`);
    return cache;
  }

  private get engine(): EngineView {
    const { engines } = this.host.view();
    const engine = engines.find(({ id }) => id === this.cache.engine);
    if (engine === undefined) throw new Error(`there is no engine ${this.cache.engine}`);
    return engine;
  }

  #answer(request: Request): Promise<Answer | null> | Answer | null {
    return routed({ ...this.#readRoutes(), ...this.#writeRoutes() }, request);
  }

  #readRoutes(): Routes {
    const { cache, engine } = this;
    return {
      'GET /metrics': () => ({ status: 200, type: PROMETHEUS_TEXT, body: this.#page(engine) }),
      'GET /backends': () => ok(Object.fromEntries(backendsOf(cache).map((name) => [name, name]))),
      'GET /conf': (query) => ok(configOf(cache, query.get('names'))),
      'GET /lmc_version': () => ok(VERSION),
      'GET /version': () => ok(`${VERSION}-simulated`),
      'GET /periodic-threads-health': () => ok(threadsHealth(cache)),
      'GET /bypass/list': () =>
        ok({ status: 'success', bypassed_backends: cache.bypassed, all_backends: backendsOf(cache) }),
      'GET /hot_cache_freeze_mode/status': () => ok(freezeAnswer(cache.isFrozen, 'is')),
    };
  }

  #page(engine: EngineView): string {
    const families = [...processFamilies(engine), ...lmcacheFamilies(this.facts(), engine), SIMULATED_MARK];
    return renderPage(families, pythonNumber);
  }

  #writeRoutes(): Routes {
    return {
      'PUT /bypass/add': (query) => this.#bypass(query, true),
      'PUT /bypass/remove': (query) => this.#bypass(query, false),
      'PUT /hot_cache_freeze_mode/enable': () => this.#freeze(true),
      'PUT /hot_cache_freeze_mode/disable': () => this.#freeze(false),
      'DELETE /cache/clear': (query) => this.#clear(query),
    };
  }

  async #bypass(query: URLSearchParams, isBypassed: boolean): Promise<Answer> {
    const backend = query.get('backend_name') ?? '';
    const names = backendsOf(this.cache);
    if (backend === '') return refused('Missing parameter', 'backend_name is required');
    if (!names.includes(backend)) {
      const available = names.map((name) => `'${name}'`).join(', ');
      return refused('Unknown backend', `Backend '${backend}' not found. Available: [${available}]`);
    }
    const wasBypassed = this.cache.bypassed.includes(backend);
    const command = { kind: 'cache-bypass', cache: this.position, backend, isBypassed } as const;
    return this.#performed(command, `Failed to ${isBypassed ? 'add' : 'remove'} bypass backend`, () => ({
      status: 'success',
      backend_name: backend,
      bypassed: isBypassed,
      [isBypassed ? 'was_already_bypassed' : 'was_bypassed']: wasBypassed,
      bypassed_backends: this.cache.bypassed,
    }));
  }

  #freeze(isFrozen: boolean): Promise<Answer> {
    const failure = `Failed to ${isFrozen ? 'enable' : 'disable'} hot cache freeze mode`;
    return this.#performed({ kind: 'cache-freeze', cache: this.position, isFrozen }, failure, () =>
      freezeAnswer(isFrozen, 'was set'),
    );
  }

  #clear(query: URLSearchParams): Promise<Answer> {
    const given = query.getAll('locations');
    const locations = given.length === 0 ? null : given;
    return this.#performed(
      { kind: 'cache-clear', cache: this.position, locations },
      'Failed to clear cache',
      (outcome) => ({
        status: 'success',
        num_removed: outcome.count ?? 0,
        locations,
        request_configs: null,
      }),
    );
  }

  async #performed(
    command: HostCommand,
    failure: string,
    done: (outcome: Extract<CommandOutcome, { kind: 'done' }>) => unknown,
  ): Promise<Answer> {
    const outcome = await this.host.perform(command);
    if (outcome.kind === 'done') return json(done(outcome));
    const message = outcome.kind === 'denied' ? 'permission denied' : outcome.reason;
    return json({ error: failure, message }, 500);
  }
}

function backendsOf({ hasRemote }: CacheView): string[] {
  return hasRemote ? ['LocalCPUBackend', 'RemoteBackend'] : ['LocalCPUBackend'];
}

/** Only what is asked for by name, as far as it is known. */
function configOf(cache: CacheView, names: string | null): Readonly<Record<string, unknown>> {
  const all = { chunk_size: cache.chunkSize, local_cpu: true, max_local_cpu_size: cache.capacityBytes / BYTES_PER_GIB };
  const wanted = names?.split(',') ?? null;
  return Object.fromEntries(Object.entries(all).filter(([name]) => wanted === null || wanted.includes(name)));
}

/** Stays with status 200 whatever it says. */
function threadsHealth({ isHealthy }: CacheView): unknown {
  const ill = { name: 'health_monitor', level: 'critical', last_run_ago: 120.5, interval: 30 };
  return { healthy: isHealthy, unhealthy_count: isHealthy ? 0 : 1, unhealthy_threads: isHealthy ? [] : [ill] };
}

function freezeAnswer(isFrozen: boolean, verb: 'is' | 'was set'): unknown {
  const word = isFrozen ? 'enabled' : 'disabled';
  const message = verb === 'is' ? `Hot cache freeze mode is ${word}` : `Hot cache freeze mode ${word} successfully`;
  return { status: 'success', hot_cache_freeze_mode: isFrozen, message };
}

function ok(body: unknown): Answer {
  return json(body);
}

function refused(error: string, message: string): Answer {
  return json({ error, message }, 400);
}

function json(body: unknown, status = 200): Answer {
  // A text alone would go out as it stands.
  return { status, type: 'application/json', body: JSON.stringify(body, null, 2) };
}
