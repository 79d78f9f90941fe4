import { writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ChildProgram, freePort, startProgram } from './child-program.js';
import { getJson, type JsonAnswer, send } from './json-http.js';
import type { RunningHost } from './simulated-host.js';

const PROGRAM = 'dist/apps/agent/apps/agent/src/main.js';
const START_MS = 30_000;

/** What is read here of the agent's findings. */
export interface SeenFinding {
  readonly id: string;
  readonly ruleId: string;
  readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'info';
  readonly state: 'suspected' | 'confirmed';
  readonly rootCause: boolean;
  readonly subject: { readonly kind: string; readonly label: string };
  readonly title: string;
  readonly summary: string;
}

export interface SeenAnalysis {
  readonly items: readonly SeenFinding[];
  readonly healthStatus: string;
  readonly primaryBottleneck: string | null;
  readonly notEvaluated: readonly {
    readonly ruleId: string;
    readonly subject: string | null;
    readonly reason: string;
  }[];
}

export interface WatchingAgent {
  readonly url: string;
  /** Where its data lies, and its stop file would. */
  readonly dataFolder: string;
  findings(): Promise<SeenAnalysis>;
  send(method: string, path: string, body?: unknown): Promise<JsonAnswer>;
  stop(): Promise<void>;
}

/**
 * Starts the built agent on a simulated host; it knows nothing of the simulation but the addresses. What it writes lies in
 * the folder of the host, which goes with that.
 */
export async function startAgent(
  host: RunningHost,
  settings: Readonly<Record<string, string>>,
  configFile: string,
): Promise<WatchingAgent> {
  const { PATH: binFolder, DATA_DIR: dataFolder = '', ...sources } = host.environment;
  const config = join(dirname(dataFolder), 'agent.yaml');
  writeFileSync(config, configFile);
  const port = await freePort();
  const program = startProgram(['--max-semi-space-size=2', PROGRAM], {
    ...sources,
    PATH: `${binFolder}${delimiter}${process.env['PATH'] ?? ''}`,
    PORT: String(port),
    DATA_DIR: dataFolder,
    CONFIG_FILE: config,
    LLM_ENABLED: 'false',
    ...settings,
  });
  // Its log is for nobody here, and a pipe that nobody reads would hold it up.
  program.child.stdout?.resume();
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilListening(url, program);
  } catch (error) {
    await program.stop();
    throw error;
  }
  return {
    url,
    dataFolder,
    findings: () => getJson(`${url}/targets/local/findings`),
    send: (method, path, body) => send(`${url}${path}`, method, body),
    stop: () => program.stop(),
  };
}

async function untilListening(url: string, { child, errors }: ChildProgram): Promise<void> {
  const deadline = performance.now() + START_MS;
  for (;;) {
    try {
      if ((await fetch(`${url}/health/live`)).ok) return;
    } catch {
      // Not yet.
    }
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`the agent did not start:\n${errors()}`);
    await delay(50);
  }
}
