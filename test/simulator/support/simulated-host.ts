import { postJson } from './json-http.js';
import { type ChildProgram, startProgram } from './child-program.js';

const PROGRAM = 'dist/simulator/apps/simulator/src/main.js';

/** A running simulator: how to control it, and how to read it. */
export interface RunningHost {
  readonly controlUrl: string;
  /** PATH is the folder that goes in front. */
  readonly environment: Readonly<Record<string, string>>;
  inject(fault: string, parameters?: Readonly<Record<string, number>>): Promise<void>;
  stop(): Promise<void>;
}

export async function startHost(options: readonly string[]): Promise<RunningHost> {
  const argv = ['--max-semi-space-size=4', PROGRAM, '--json', '--port', '0', ...options];
  const program = startProgram(argv, { PATH: process.env['PATH'] ?? '' });
  const { control, environment } = await announced(program);
  return {
    controlUrl: control,
    environment,
    inject: async (fault, parameters = {}) => {
      await postJson(`${control}/faults`, { fault, parameters });
    },
    stop: () => program.stop(),
  };
}

function announced({ child, errors }: ChildProgram): Promise<{ control: string; environment: Record<string, string> }> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const end = text.indexOf('\n');
      if (end >= 0) resolve(JSON.parse(text.slice(0, end)) as { control: string; environment: Record<string, string> });
    });
    child.once('close', () => reject(new Error(`the simulator did not start:\n${errors()}`)));
  });
}
