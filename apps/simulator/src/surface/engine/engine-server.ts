import type { EngineView } from '../../machine/machine-view.js';
import type { CachePageFacts } from '../cache/lmcache-families.js';
import type { HostCommand, SimulatedHost } from '../host-port.js';
import {
  type Answer,
  LoopbackServer,
  PROMETHEUS_TEXT,
  type Request,
  routed,
  type Routes,
} from '../http/loopback-server.js';
import { type Renames, vllmPage } from './vllm-page.js';

export interface EngineServerOptions {
  readonly port?: number;
  readonly hasDevEndpoints: boolean;
  /** The cache of the engine as its page tells of it, or null. */
  readonly cacheFacts: () => CachePageFacts | null;
}

/** The HTTP server of one vLLM engine: it is there while the engine serves or hangs. */
export class EngineServer {
  /** Of a page by another version. */
  renames: Renames = {};
  readonly #server: LoopbackServer;
  #models = 0;

  constructor(
    private readonly host: SimulatedHost,
    private readonly position: number,
    private readonly options: EngineServerOptions,
  ) {
    this.#server = new LoopbackServer((request) => this.#answer(request), options.port);
  }

  get url(): string {
    return this.#server.url;
  }

  /** Takes its port, which it keeps, and follows the state of the engine. */
  async start(): Promise<void> {
    await this.#server.open();
    await this.follow();
  }

  /** Loading and dead engines refuse connections. */
  async follow(): Promise<void> {
    const { state } = this.engine;
    const isListening = state === 'serving' || state === 'hung';
    if (isListening === this.#server.isOpen) return;
    // A process that starts counts anew.
    if (!isListening) this.#models = 0;
    await (isListening ? this.#server.open() : this.#server.close());
  }

  async stop(): Promise<void> {
    await this.#server.close();
  }

  private get engine(): EngineView {
    const engine = this.host.view().engines[this.position];
    if (engine === undefined) throw new Error(`there is no engine ${this.position}`);
    return engine;
  }

  #answer(request: Request): Promise<Answer | null> | Answer | null {
    const { engine } = this;
    if (engine.state !== 'serving') return null;
    const routes = { ...this.#routes(engine), ...(this.options.hasDevEndpoints ? this.#devRoutes(engine) : {}) };
    return routed(routes, request);
  }

  #routes(engine: EngineView): Routes {
    return {
      'GET /health': () => ({ status: 200 }),
      'GET /ping': () => ({ status: 200 }),
      'GET /version': () => ({ status: 200, body: { version: engine.version } }),
      'GET /load': () => ({ status: 200, body: { server_load: 0 } }),
      'GET /v1/models': () => {
        this.#models += 1;
        return { status: 200, body: modelList(engine) };
      },
      'GET /metrics': () => ({ status: 200, type: PROMETHEUS_TEXT, body: this.#page(engine) }),
    };
  }

  #page(engine: EngineView): string {
    return vllmPage({ engine, cache: this.options.cacheFacts(), http: { models: this.#models } }, this.renames);
  }

  /** Those of `VLLM_SERVER_DEV_MODE=1`; without it their paths do not exist. */
  #devRoutes(engine: EngineView): Routes {
    const { position } = this;
    return {
      'GET /is_sleeping': () => ({ status: 200, body: { is_sleeping: engine.isAsleep } }),
      'POST /sleep': (query) =>
        this.#perform({ kind: 'engine-sleep', engine: position, level: Number(query.get('level') ?? 1) }),
      'POST /wake_up': () => this.#perform({ kind: 'engine-wake', engine: position }),
      'GET /is_paused': () => ({ status: 200, body: { is_paused: engine.isPaused } }),
      'POST /pause': () => this.#perform({ kind: 'engine-pause', engine: position }, { status: 'paused' }),
      'POST /resume': () => this.#perform({ kind: 'engine-resume', engine: position }, { status: 'resumed' }),
      'POST /reset_prefix_cache': () => this.#resetPrefixCache(),
    };
  }

  /** Answers 200 also where blocks in use kept it from happening; the body tells. */
  async #resetPrefixCache(): Promise<Answer> {
    const outcome = await this.host.perform({ kind: 'engine-reset-prefix-cache', engine: this.position });
    return { status: 200, body: { success: outcome.kind === 'done' } };
  }

  async #perform(command: HostCommand, body?: unknown): Promise<Answer> {
    const outcome = await this.host.perform(command);
    if (outcome.kind === 'done') return { status: 200, body };
    if (outcome.kind === 'denied') return { status: 401, body: { error: 'Unauthorized' } };
    return { status: 500, body: { error: outcome.reason } };
  }
}

function modelList({ model, startedAtMs, maxModelLen }: EngineView): unknown {
  const card = {
    id: model,
    object: 'model',
    created: Math.floor(startedAtMs / 1000),
    owned_by: 'vllm',
    root: model,
    parent: null,
    max_model_len: maxModelLen,
  };
  return { object: 'list', data: [card] };
}
