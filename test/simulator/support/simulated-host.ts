import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type ChildProgram, startProgram } from './child-program.js';
import { getJson, postJson, send } from './json-http.js';

const PROGRAM = 'dist/simulator/apps/simulator/src/main.js';

/** What is read here of the machine, as it is and not as somebody tells it. */
export interface MachineState {
  readonly gpus: readonly {
    readonly uuid: string;
    readonly isPersistent: boolean;
    readonly computeMode: string;
    readonly clocks: { readonly smMhz: number; readonly lockedMhz: readonly [number, number] | null };
    readonly power: { readonly requestedLimitWatts: number; readonly defaultLimitWatts: number };
  }[];
  readonly engines: readonly { readonly state: string; readonly isAsleep: boolean; readonly isPaused: boolean }[];
  readonly caches: readonly { readonly bypassed: readonly string[] }[];
}

/** What becomes of commands, as `POST /behaviours` takes it. */
export interface Misbehaviour {
  readonly commands: readonly string[];
  readonly behaviour: 'obey' | 'fail' | 'deny' | 'lie' | 'worsen';
  readonly slowSeconds?: number;
}

/** A running simulator: how to control it, and how to read it. */
export interface RunningHost {
  readonly controlUrl: string;
  /** PATH is the folder that goes in front. */
  readonly environment: Readonly<Record<string, string>>;
  /** The id by which it can be removed again. */
  inject(fault: string, parameters?: Readonly<Record<string, number>>): Promise<string>;
  remove(faultId: string): Promise<void>;
  behave(how: Misbehaviour): Promise<void>;
  state(): Promise<MachineState>;
  /** Somebody who is not the agent changes a setting of a GPU. */
  nvidiaSmi(...argv: string[]): Promise<string>;
  stop(): Promise<void>;
}

export async function startHost(options: readonly string[]): Promise<RunningHost> {
  const argv = ['--max-semi-space-size=4', PROGRAM, '--json', '--port', '0', ...options];
  const program = startProgram(argv, { PATH: process.env['PATH'] ?? '' });
  const { control, environment } = await announced(program);
  return {
    controlUrl: control,
    environment,
    inject: async (fault, parameters = {}) =>
      (await postJson<{ id: string }>(`${control}/faults`, { fault, parameters })).id,
    remove: async (faultId) => {
      await send(`${control}/faults/${faultId}`, 'DELETE');
    },
    behave: async (how) => {
      await postJson(`${control}/behaviours`, how);
    },
    state: () => getJson<MachineState>(`${control}/state`),
    nvidiaSmi: async (...given) => {
      const folder = environment['PATH'] ?? '';
      const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
      return (await promisify(execFile)(join(folder, 'nvidia-smi'), given, { env })).stdout;
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
