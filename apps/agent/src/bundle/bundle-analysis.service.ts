import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Settings } from '@app/config';
import { AppError, Clock } from '@app/core';
import { Piscina } from 'piscina';
import type { BundleAnalysis, BundleOutcome, BundleTask, JudgingSettings } from './bundle.task.js';

/** One at a time, so that recordings leave a core to the service; those that wait are few and held in memory. */
const MAX_WAITING = 4;
const DEADLINE_MS = 120_000;
/** The thread goes when nobody has sent a recording for a while, and its memory with it. */
const IDLE_MS = 30_000;
const MAX_HEAP_MIB = 1_024;
const RETRY_AFTER_SECONDS = 10;

/** Analyses recordings off the event loop. */
@Injectable()
export class BundleAnalysisService implements OnApplicationShutdown {
  private pool: Piscina<BundleTask, BundleOutcome> | null = null;

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws AppError `malformed_request`, `validation_failed`, `payload_too_large` for one that needs more time or
   * memory than it may have, `rate_limited` while others are being read
   */
  async analyse(body: Uint8Array): Promise<BundleAnalysis> {
    const outcome = await this.run({ body, settings: this.judging(), nowMs: this.clock.now() });
    switch (outcome.kind) {
      case 'analysed':
        return outcome.analysis;
      case 'malformed':
        throw new AppError('malformed_request', `The request could not be read: ${outcome.reason}`);
      case 'invalid':
        throw invalid(outcome.errors);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool?.destroy();
  }

  private async run(task: BundleTask): Promise<BundleOutcome> {
    const pool = (this.pool ??= createPool());
    if (pool.queueSize >= MAX_WAITING) throw tooMany();
    try {
      const options = { transferList: [task.body.buffer as ArrayBuffer], signal: AbortSignal.timeout(DEADLINE_MS) };
      return await pool.run(task, options);
    } catch (error) {
      throw explained(error);
    }
  }

  /** Only these, since what goes to the thread is copied; the rest is not its business. */
  private judging(): JudgingSettings {
    const { sampling, durations, slo, thresholds, targets } = this.settings;
    return { sampling, durations, slo, thresholds, targets };
  }
}

function createPool(): Piscina<BundleTask, BundleOutcome> {
  const built = fileURLToPath(new URL('./bundle.worker.js', import.meta.url));
  const isBuilt = existsSync(built);
  const loader = new URL('./run-worker-from-source.mjs', import.meta.url).href;
  return new Piscina({
    filename: isBuilt ? built : fileURLToPath(new URL('./bundle.worker.ts', import.meta.url)),
    execArgv: isBuilt ? [] : ['--no-warnings', '--import', loader],
    minThreads: 0,
    maxThreads: 1,
    maxQueue: MAX_WAITING,
    idleTimeout: IDLE_MS,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
    // A recording is data: nothing in it is worth the service's secrets.
    env: {},
  });
}

function explained(error: unknown): AppError {
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  if (name === 'AbortError' || name === 'TimeoutError') {
    return tooLarge(`could not be analysed within ${DEADLINE_MS / 1000} s`, error);
  }
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return tooLarge(`needs more than ${MAX_HEAP_MIB} MiB of memory`, error);
  if (message?.includes('queue') === true) return tooMany();
  return new AppError('analysis_failed', 'The recording could not be analysed.', { cause: error });
}

function tooLarge(what: string, cause: unknown): AppError {
  return new AppError('payload_too_large', `The recording ${what}; send fewer frames.`, { cause });
}

function tooMany(): AppError {
  const message = 'Other recordings are being analysed; try again after the time in Retry-After.';
  return new AppError('rate_limited', message, { details: { retryAfterSeconds: RETRY_AFTER_SECONDS } });
}

function invalid(errors: Extract<BundleOutcome, { kind: 'invalid' }>['errors']): AppError {
  const paths = [...new Set(errors.map(({ path }) => path))].join(', ');
  return new AppError('validation_failed', `The request is not valid: ${paths}.`, { details: { errors } });
}
