import type { Clock } from '@app/core';
import { findExecutable } from './find-executable.js';
import { HangCircuit } from './hang-circuit.js';
import { type ExitedRun, HelperProcess } from './helper-process.js';
import { isGroupGoneSoon } from './process-group.js';
import { parseNvidiaSmiXml } from './nvidia-smi.xml.js';

/** What came of asking nvidia-smi; `damage` says why the data is only a part of a log. */
export type NvidiaSmiAnswer =
  | {
      readonly kind: 'data';
      readonly data: unknown;
      readonly warning: string | null;
      readonly damage?: string | null;
    }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'exit'; readonly exitCode: number | null; readonly signal: string | null; readonly output: string }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly output: string }
  | { readonly kind: 'timeout'; readonly timeoutMs: number }
  | { readonly kind: 'paused'; readonly retryInMs: number }
  | { readonly kind: 'still-hanging' }
  | { readonly kind: 'not-run'; readonly reason: string };

/** Whoever reads nvidia-smi needs only this of the client. */
export interface NvidiaSmiReader {
  read(options: { readonly timeoutMs: number }): Promise<NvidiaSmiAnswer>;
}

export interface NvidiaSmiClientOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Looked at on every read. Only what nvidia-smi needs of it is handed on, so no secret reaches a child. */
  readonly environment?: () => NodeJS.ProcessEnv;
}

const PROGRAM = 'nvidia-smi';
const PASSED_ON = /^(PATH|HOME|TMPDIR|LD_LIBRARY_PATH|SystemRoot|NVIDIA_.*|CUDA_.*)$/;
const CLOSED: NvidiaSmiAnswer = { kind: 'not-run', reason: 'the agent is shutting down' };

/** Calls node-nvidia-smi so that it can neither hang, pile up nor leave a process behind. */
export class NvidiaSmiClient implements NvidiaSmiReader {
  readonly #environment: () => NodeJS.ProcessEnv;
  readonly #helper: HelperProcess = new HelperProcess();
  readonly #circuit: HangCircuit;
  #flight: Promise<NvidiaSmiAnswer> | null = null;
  #hungGroupId: number | null = null;
  #isClosed: boolean = false;

  constructor(options: NvidiaSmiClientOptions) {
    this.#environment = options.environment ?? ((): NodeJS.ProcessEnv => process.env);
    this.#circuit = new HangCircuit(options.clock);
  }

  /** Never rejects for what nvidia-smi does. A call made while one is under way joins it, and its deadline. */
  read({ timeoutMs }: { readonly timeoutMs: number }): Promise<NvidiaSmiAnswer> {
    this.#flight ??= this.#read(timeoutMs).finally(() => {
      this.#flight = null;
    });
    return this.#flight;
  }

  /** Kills whatever runs for good; a read under way answers soon after. */
  close(): void {
    this.#isClosed = true;
    this.#helper.kill();
  }

  async #read(timeoutMs: number): Promise<NvidiaSmiAnswer> {
    const retryInMs = this.#circuit.pauseLeftMs();
    if (retryInMs > 0) return { kind: 'paused', retryInMs };
    if (this.#hungGroupId !== null && !(await isGroupGoneSoon(this.#hungGroupId))) return { kind: 'still-hanging' };
    this.#hungGroupId = null;
    const environment = minimalEnvironment(this.#environment());
    const file = await findExecutable(PROGRAM, environment.PATH ?? '');
    if (file === null) return { kind: 'not-found' };
    if (this.#isClosed) return CLOSED;
    const answer = await this.#ask(environment, timeoutMs);
    if (answer.kind === 'timeout') this.#circuit.recordHang();
    else this.#circuit.recordAnswer();
    return answer;
  }

  async #ask(environment: NodeJS.ProcessEnv, timeoutMs: number): Promise<NvidiaSmiAnswer> {
    const answer = await this.#helper.ask(environment, timeoutMs);
    switch (answer.kind) {
      case 'exited':
        return answerFromExit(answer);
      case 'too-large':
        return { kind: 'unreadable', reason: `it wrote more than ${answer.limitBytes} bytes`, output: '' };
      case 'not-started':
        return { kind: 'not-run', reason: `it could not be started (${answer.code})` };
      case 'died':
        return this.#isClosed ? CLOSED : { kind: 'not-run', reason: answer.message };
      case 'timeout':
        this.#hungGroupId = answer.groupId;
        return { kind: 'timeout', timeoutMs };
    }
  }
}

function minimalEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const passedOn = Object.entries(environment).filter(([name]) => PASSED_ON.test(name));
  // Messages and decimal points do not depend on the host's language.
  return { ...Object.fromEntries(passedOn), LC_ALL: 'C' };
}

/** Judges a text as if nvidia-smi had just printed it, for text that was copied off a machine. */
export function answerFromText(stdout: string, stderr = ''): NvidiaSmiAnswer {
  const parsed = parseNvidiaSmiXml(stdout);
  if (parsed.kind === 'empty') return { kind: 'unreadable', reason: 'it wrote nothing', output: stderr };
  if (parsed.kind === 'broken') return { kind: 'unreadable', reason: parsed.reason, output: stdout };
  const warning = [stderr.trim(), parsed.textAround].filter((part) => part !== '').join(' ');
  return { kind: 'data', data: parsed.data, warning: warning === '' ? null : warning, damage: parsed.damage };
}

/** A run of nvidia-smi as it was copied off a machine. */
export interface NvidiaSmiRecording {
  readonly stdout: string;
  readonly stderr?: string | undefined;
  /** Absent: the run succeeded, as far as anybody noted. */
  readonly exitCode?: number | null | undefined;
}

/** Judges a recorded run as a live one with the same outputs. */
export function answerFromRecording({ stdout, stderr = '', exitCode }: NvidiaSmiRecording): NvidiaSmiAnswer {
  return answerFromExit({ exitCode: exitCode ?? 0, signal: null, stdout, stderr });
}

function answerFromExit({ exitCode, signal, stdout, stderr }: ExitedRun): NvidiaSmiAnswer {
  if (exitCode === 0) return answerFromText(stdout, stderr);
  return { kind: 'exit', exitCode, signal, output: `${stdout} ${stderr}` };
}
