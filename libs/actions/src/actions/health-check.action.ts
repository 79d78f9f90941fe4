import type { DeviceState, Finding, Snapshot, Subject } from '@app/core';
import type { ActionTask, ExecutionOutput } from '../action.js';
import type { HttpExecutor } from '../executors/http.executor.js';
import type { HttpResult } from '../executors/http-request.js';
import { cacheAddress, subjectOfCache } from './cache-subject.js';
import { addressOf, engineForFinding, subjectOfEngine } from './engine-subject.js';
import { impossible, isImpossible } from './proposals.js';
import { isNewLook, ReadOnlyAction } from './read-only.action.js';
import { enginesOfCache } from './reach.js';

type Answers = Readonly<Record<string, string>>;
const CHECK_TIMEOUT_MS = 5_000;
const MOST_CHARACTERS = 300;
const MOST_PAGE_BYTES = 8 * 1024 * 1024;

/** Asks an address how it is. A dead one is an answer as well, which is why the look alone is the success. */
abstract class HealthCheckAction extends ReadOnlyAction {
  protected abstract readonly paths: readonly `/${string}`[];

  constructor(
    protected readonly http: HttpExecutor,
    private readonly nothingConfigured: string,
  ) {
    super();
  }

  async unavailable(): Promise<string | null> {
    return this.http.baseUrls.length === 0 ? this.nothingConfigured : null;
  }

  async read({ subject }: ActionTask): Promise<DeviceState> {
    const url = addressOf(subject.id);
    const answers = await Promise.all(
      this.paths.map(async (path) => {
        const call = { method: 'GET', path, timeoutMs: CHECK_TIMEOUT_MS, maxBytes: MOST_PAGE_BYTES } as const;
        return [path, describe(await this.http.send(url, call))] as const;
      }),
    );
    const found: Answers = Object.fromEntries(answers);
    return { answers: found, isHealthy: this.verdict(found) };
  }

  isReached(state: DeviceState, _task: ActionTask, before: DeviceState): boolean {
    return isNewLook(state, before);
  }

  async execute(task: ActionTask): Promise<ExecutionOutput> {
    const { answers, isHealthy } = (await this.read(task)) as { answers: Answers; isHealthy: boolean };
    const lines = Object.entries(answers).map(([path, answer]) => `${path}: ${answer}`);
    return { isAccepted: true, text: `${isHealthy ? 'Healthy' : 'Not healthy'}. ${lines.join('; ')}` };
  }

  protected preview(subject: Subject): string {
    return this.paths.map((path) => `GET ${addressOf(subject.id)}${path}`).join(', ');
  }

  protected abstract verdict(answers: Answers): boolean;
}

/** Generates nothing: `/health_generate` would be traffic. */
export class EngineHealthCheckAction extends HealthCheckAction {
  readonly type = 'engine-health-check';
  protected readonly paths = ['/health', '/version', '/v1/models', '/metrics'] as const;

  constructor(http: HttpExecutor) {
    super(http, 'No engine is configured (ENGINE_URLS).');
  }

  protected override subject(finding: Finding, snapshot: Snapshot): Subject | ReturnType<typeof impossible> {
    const engine = engineForFinding(finding, snapshot);
    if (isImpossible(engine)) return engine;
    const url = addressOf(engine.id);
    return this.http.has(url) ? subjectOfEngine(engine) : impossible(`${url} is none of the configured ENGINE_URLS`);
  }

  protected verdict(answers: Answers): boolean {
    return answers['/health']?.startsWith('200') === true && answers['/v1/models']?.startsWith('200') === true;
  }
}

/** Both generations are asked; each has some of the paths. */
export class LmcacheHealthCheckAction extends HealthCheckAction {
  readonly type = 'lmcache-health-check';
  protected readonly paths = ['/healthcheck', '/api/healthcheck', '/periodic-threads-health', '/backends'] as const;

  constructor(http: HttpExecutor) {
    super(http, 'No LMCache address is configured (LMCACHE_URLS).');
  }

  protected override subject({ subject }: Finding, snapshot: Snapshot): Subject | ReturnType<typeof impossible> {
    const addressed = snapshot.caches.filter((cache) => cacheAddress(cache, this.http) !== null);
    const own = addressed.find(({ id }) => id === subject.id);
    const engineId = snapshot.caches.find(({ id }) => id === subject.id)?.engineId ?? subject.id;
    const near = addressed.find((cache) => enginesOfCache(cache, snapshot).some(({ id }) => id === engineId));
    const isOfHost = subject.kind === 'host' || subject.kind === 'fleet' || subject.kind === 'gpu';
    const found = own ?? near ?? (isOfHost ? addressed[0] : undefined);
    return found === undefined
      ? impossible(`no cache with a configured address belongs to ${subject.label}`)
      : subjectOfCache(found);
  }

  protected verdict(answers: Answers): boolean {
    const texts = Object.values(answers);
    const saysIll = /"healthy":\s*false|"unhealthy"|^503/;
    return texts.some((text) => text.startsWith('200')) && !texts.some((text) => saysIll.test(text));
  }
}

function describe(result: HttpResult): string {
  if (result.kind === 'failure') return result.reason;
  const line = result.text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  const isPage = line.startsWith('# ') || line.length > MOST_CHARACTERS;
  return `${result.status}${line === '' ? '' : ` ${isPage ? `${result.text.length} characters` : line}`}`;
}
