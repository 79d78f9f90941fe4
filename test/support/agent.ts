import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { loadSettings } from '@app/config';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApp } from '../../apps/agent/src/create-app.js';

export interface TestAgent {
  readonly url: string;
  readonly app: NestExpressApplication;
  readonly folder: string;
  stop(): Promise<void>;
}

export interface TestAgentOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Put before PATH, for a fake nvidia-smi. */
  readonly binFolder?: string;
  /** Keep the data of an agent that was stopped before. */
  readonly dataDir?: string;
}

/** The real service on a free loopback port, with a data folder of its own that is gone afterwards. */
export async function startAgent(options: TestAgentOptions = {}): Promise<TestAgent> {
  const folder = mkdtempSync(join(tmpdir(), 'agent-e2e-'));
  const path = process.env['PATH'];
  if (options.binFolder !== undefined) process.env['PATH'] = `${options.binFolder}${delimiter}${path}`;
  const settings = loadSettings({
    PORT: '0',
    DATA_DIR: options.dataDir ?? folder,
    GPU_SOURCE: options.binFolder === undefined ? 'none' : 'auto',
    // What the kernel of the machine that runs the tests has to say is no part of a test.
    KERNEL_LOG: 'none',
    SHUTDOWN_GRACE_MS: '2000',
    ...options.env,
  });
  const app = await createApp(settings, false);
  await app.listen(settings.http.port, settings.http.host);
  const { port } = app.getHttpServer().address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    app,
    folder,
    stop: async () => {
      await app.close();
      process.env['PATH'] = path;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
