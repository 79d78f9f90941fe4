import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { call } from './support/http.js';

const START_DEADLINE_MS = 90_000;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** `npm start` as a user types it, built anew if the sources are newer. */
describe('npm start', () => {
  let folder: string;
  let child: ChildProcess | null = null;
  let output = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'agent-process-'));
    output = '';
  });
  afterEach(() => {
    if (child !== null && child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  function npmStart(env: Record<string, string>): { exit: Promise<number | null>; announced: () => Promise<void> } {
    const inherited = { ...process.env };
    delete inherited['NODE_OPTIONS'];
    const started = spawn('npm', ['start'], {
      env: { ...inherited, DATA_DIR: folder, GPU_SOURCE: 'none', ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    const exit = new Promise<number | null>((resolve) => started.on('exit', (code) => resolve(code)));
    const take = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    started.stdout.on('data', take);
    started.stderr.on('data', take);
    const announced = (): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (output.includes('/optimize/status')) resolve();
        };
        started.stdout.on('data', look);
        look();
        void exit.then(() => reject(new Error(`npm start ended early:\n${output}`)));
      });
    return { exit, announced };
  }

  it(
    'prints the URLs, makes a first run, and exits 0 on SIGTERM',
    async () => {
      const port = await freePort();
      const { exit, announced } = npmStart({ PORT: String(port) });
      await announced();
      expect(output).toContain(`http://127.0.0.1:${port}/docs`);
      const url = `http://127.0.0.1:${port}`;
      const first = async (): Promise<Record<string, unknown>> => {
        const { lastRun } = (await call(`${url}/optimize/status`)).json() as {
          lastRun: Record<string, unknown> | null;
        };
        return lastRun ?? first();
      };
      const summary = await first();
      const run = (await call(`${url}/optimize/runs/${String(summary['id'])}`)).json();
      expect(run).toMatchObject({ status: 'succeeded', mode: 'recommend', llm: false, requestedBy: 'startup' });
      child?.kill('SIGTERM');
      expect(await exit).toBe(0);
      await expect(call(`${url}/health/live`)).rejects.toThrow();
    },
    START_DEADLINE_MS,
  );

  it(
    'names every wrong variable and exits 78 before it listens',
    async () => {
      const { exit } = npmStart({ PORT: 'eighty', SAMPLE_INTERVAL_MS: '1', HOST: '0.0.0.0' });
      expect(await exit).toBe(78);
      for (const name of ['PORT', 'SAMPLE_INTERVAL_MS', 'HOST']) expect(output).toContain(`${name}:`);
      expect(output).not.toContain('eighty');
    },
    START_DEADLINE_MS,
  );
});
