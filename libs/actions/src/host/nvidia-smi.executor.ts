import { DeviceUnreadableError, type ExecutionOutput } from '../action.js';
import { type ProcessRun, runBounded } from './bounded-process.js';
import { findExecutable } from './find-executable.js';
import { explainRun, quoteOutput } from './nvidia-smi.failures.js';
import { type GpuSetting, settingArguments } from './nvidia-smi.settings.js';

/** Whole GPUs only: a MIG instance has a UUID of its own form and is nobody's to set. */
const GPU_UUID = /^GPU-[0-9a-f-]{36}$/i;

const QUERY_TIMEOUT_MS = 10_000;
const SET_TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 64 * 1024;
/** What the driver writes in the place of a value that it does not have or could not read. */
const NO_VALUE =
  /^\[?(n\/?a|not supported|not found|unknown|unknown error|err!?|error|gpu is lost.*|(gpu )?requires? reset.*|insufficient permissions?|requested functionality.*|)\]?$/i;

/** Values of the asked fields, by field; null where the driver gives none. */
export type SmiRow = Readonly<Record<string, string | null>>;

export interface NvidiaSmiExecutorOptions {
  /** Looked at on every run; nothing but PATH is handed on. */
  readonly environment?: () => NodeJS.ProcessEnv;
  readonly setTimeoutMs?: number;
  readonly queryTimeoutMs?: number;
}

export function isGpuUuid(id: string): boolean {
  return GPU_UUID.test(id);
}

/** Runs nvidia-smi to read settings of GPUs and to change them. Command lines are made here, of checked UUIDs and numbers. */
export class NvidiaSmiExecutor {
  private readonly environment: () => NodeJS.ProcessEnv;
  private readonly setTimeoutMs: number;
  private readonly queryTimeoutMs: number;

  constructor(options: NvidiaSmiExecutorOptions = {}) {
    this.environment = options.environment ?? ((): NodeJS.ProcessEnv => process.env);
    this.setTimeoutMs = options.setTimeoutMs ?? SET_TIMEOUT_MS;
    this.queryTimeoutMs = options.queryTimeoutMs ?? QUERY_TIMEOUT_MS;
  }

  /** Why it can't be run; null when it can. */
  async unavailable(): Promise<string | null> {
    return (await this.find()) === null ? 'nvidia-smi is not on PATH; install the NVIDIA driver tools.' : null;
  }

  /**
   * One row for each GPU, in the order asked for.
   * @throws DeviceUnreadableError
   */
  async query(uuids: readonly string[], fields: readonly string[]): Promise<readonly SmiRow[]> {
    const refusal = refuse(uuids);
    if (refusal !== null) throw new DeviceUnreadableError(refusal);
    const asked = ['uuid', ...fields];
    const argv = [`--query-gpu=${asked.join(',')}`, '--format=csv,noheader,nounits', '-i', uuids.join(',')];
    const run = await this.run(argv, this.queryTimeoutMs, MAX_OUTPUT_BYTES);
    if (run.kind !== 'exited' || run.exitCode !== 0) throw new DeviceUnreadableError(explainRun(run).text);
    const rows = rowsIn(run.stdout, asked);
    return uuids.map((uuid) => {
      const row = rows.find((each) => each['uuid']?.toLowerCase() === uuid.toLowerCase());
      if (row === undefined) throw new DeviceUnreadableError(`nvidia-smi told nothing of ${uuid}.${quoteOutput(run)}`);
      return row;
    });
  }

  /** One process for all GPUs. Its word counts for nothing until the settings are read back. */
  async set(uuids: readonly string[], setting: GpuSetting): Promise<ExecutionOutput> {
    const refusal = refuse(uuids);
    if (refusal !== null) return { isAccepted: false, isDefinite: true, text: refusal };
    const argv = ['-i', uuids.join(','), ...settingArguments(setting)];
    const run = await this.run(argv, this.setTimeoutMs, MAX_OUTPUT_BYTES);
    if (run.kind === 'exited' && run.exitCode === 0) {
      return { isAccepted: true, text: `nvidia-smi ended with code 0.${quoteOutput(run)}` };
    }
    return { isAccepted: false, ...explainRun(run) };
  }

  /** A text for a person, e.g. the whole log; empty arguments are its summary. */
  report(argv: readonly string[], maxBytes: number): Promise<ProcessRun> {
    return this.run(argv, this.setTimeoutMs, maxBytes);
  }

  private async run(argv: readonly string[], timeoutMs: number, maxBytes: number): Promise<ProcessRun> {
    const file = await this.find();
    if (file === null) return { kind: 'not-started', reason: 'it is not on PATH' };
    // Messages and decimal points do not depend on the host's language.
    return runBounded({ file, argv, env: { PATH: this.path(), LC_ALL: 'C' }, timeoutMs, maxBytes });
  }

  private find(): Promise<string | null> {
    return findExecutable('nvidia-smi', this.path());
  }

  private path(): string {
    return this.environment()['PATH'] ?? '';
  }
}

function refuse(uuids: readonly string[]): string | null {
  if (uuids.length === 0) return 'No GPU was named; nothing was run.';
  const wrong = uuids.find((uuid) => !isGpuUuid(uuid));
  return wrong === undefined ? null : `${JSON.stringify(wrong.slice(0, 80))} is no UUID of a GPU; nothing was run.`;
}

function rowsIn(csv: string, fields: readonly string[]): SmiRow[] {
  return csv
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length === fields.length)
    .map((cells) => Object.fromEntries(fields.map((field, at) => [field, valueIn(cells[at] ?? '')])));
}

function valueIn(cell: string): string | null {
  return NO_VALUE.test(cell) ? null : cell;
}
