import { messageOf, withoutSecrets } from '@app/core';
import type { ActionTask, ExecutionOutput } from '../action.js';
import type { HttpExecutor } from '../executors/http.executor.js';
import { driverKernelLines } from '../host/kernel-lines.js';
import type { NvidiaSmiExecutor } from '../host/nvidia-smi.executor.js';
import { explainRun } from '../host/nvidia-smi.failures.js';
import { largestProcesses } from '../host/process-list.js';
import type { ActionDeps } from './action-deps.js';
import { FileAction } from './read-only.action.js';

export interface DiagnosticsParts {
  readonly smi: Pick<NvidiaSmiExecutor, 'report'>;
  readonly engines: Pick<HttpExecutor, 'baseUrls' | 'send'>;
  readonly caches: Pick<HttpExecutor, 'baseUrls' | 'send'>;
}

/** Volatile counters and the ring buffer are gone after a reset: order of importance, for the file is bounded. */
const REPORTS: readonly (readonly string[])[] = [
  ['-q', '-x'],
  ['nvlink', '-s'],
  ['nvlink', '-e'],
  ['topo', '-m'],
  ['--query-compute-apps=gpu_uuid,pid,process_name,used_memory', '--format=csv'],
];
const MOST_REPORT_BYTES = 1024 * 1024;
const MOST_PAGE_BYTES = 1024 * 1024;
const MOST_PART_CHARACTERS = 1024 * 1024;
const MOST_CHARACTERS = 8 * 1024 * 1024;

interface Part {
  readonly name: string;
  readonly text?: string;
  readonly missing?: string;
}

/** Keeps what a reset or a reboot would erase, in one file for its owner. */
export class CollectDiagnosticsAction extends FileAction {
  readonly type = 'collect-diagnostics';
  override readonly executeWithinMs = 180_000;

  constructor(
    private readonly parts: DiagnosticsParts,
    private readonly deps: Pick<ActionDeps, 'settings' | 'clock'>,
  ) {
    super(deps.settings.store.dataDir, 'diagnostics', 'json');
  }

  async execute(task: ActionTask): Promise<ExecutionOutput> {
    const parts = bounded([
      ...(await this.gpuParts()),
      await this.kernelPart(),
      ...(await this.pageParts()),
      await processPart(),
    ]);
    const head = {
      collectedAt: this.deps.clock.isoNow(),
      runId: task.runId,
      target: task.target,
      subject: task.subject,
    };
    try {
      const { path, bytes } = this.files.write(this.nameOf(task), `${JSON.stringify({ ...head, parts }, null, 1)}\n`);
      const missing = parts.filter((part) => part.missing !== undefined).map(({ name }) => name);
      const left = missing.length === 0 ? '' : ` Not to be had: ${missing.join(', ')}.`;
      return { isAccepted: true, text: `${path} (${bytes} bytes).${left}` };
    } catch (error) {
      return { isAccepted: false, isDefinite: true, text: `The file could not be written: ${messageOf(error)}` };
    }
  }

  protected preview(): string {
    return `write ${REPORTS.map((argv) => `nvidia-smi ${argv.join(' ')}`).join(', ')}, driver lines of the kernel log, metrics pages and the process list to DATA_DIR/diagnostics`;
  }

  private async gpuParts(): Promise<Part[]> {
    if (this.deps.settings.sources.gpu === 'none') return [{ name: 'nvidia-smi', missing: 'GPU_SOURCE is none' }];
    const parts: Part[] = [];
    for (const argv of REPORTS) {
      const name = `nvidia-smi ${argv.join(' ')}`;
      const run = await this.parts.smi.report(argv, MOST_REPORT_BYTES);
      if (run.kind === 'exited' && run.exitCode === 0) parts.push({ name, text: run.stdout });
      else parts.push({ name, missing: explainRun(run).text });
    }
    return parts;
  }

  private kernelPart(): Promise<Part> {
    return partOf('kernel log', () => driverKernelLines(this.deps.settings.sources.kernelLog));
  }

  private async pageParts(): Promise<Part[]> {
    const pages = [this.parts.engines, this.parts.caches].flatMap((http) =>
      http.baseUrls.map(async (url): Promise<Part> => {
        const page = await http.send(url, { method: 'GET', path: '/metrics', maxBytes: MOST_PAGE_BYTES });
        const name = `${url}/metrics`;
        if (page.kind === 'failure') return { name, missing: page.reason };
        return page.status === 200 ? { name, text: page.text } : { name, missing: `HTTP status ${page.status}` };
      }),
    );
    return Promise.all(pages);
  }
}

function processPart(): Promise<Part> {
  return partOf('processes (pid, state, resident bytes, name)', () => largestProcesses());
}

async function partOf(name: string, read: () => Promise<string>): Promise<Part> {
  try {
    return { name, text: await read() };
  } catch (error) {
    return { name, missing: messageOf(error) };
  }
}

function bounded(parts: readonly Part[]): Part[] {
  let left = MOST_CHARACTERS;
  return parts.map((part) => {
    if (part.text === undefined) return { ...part, missing: withoutSecrets(part.missing ?? '') };
    const text = withoutSecrets(part.text.slice(0, Math.min(left, MOST_PART_CHARACTERS)));
    left -= text.length;
    return text.length < part.text.length ? { ...part, text: `${text}\n… (cut or redacted)` } : { ...part, text };
  });
}
