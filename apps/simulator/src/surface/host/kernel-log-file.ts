import { appendFileSync, writeFileSync } from 'node:fs';
import type { GpuView, MachineView } from '../../machine/machine-view.js';
import { DRIVER_VERSION } from '../gpu/board-facts.js';
import { offBusMessages, oomKillMessages, xidMessage } from './kernel-messages.js';

type LoggedEvent = MachineView['kernelEvents'][number];

/** Stands in each line, and tells whoever reads the log that it is of a simulation. */
const MARK = 'simulated: ';

/** The kernel's log as `dmesg --time-format iso --follow` writes it to a file, in the time of the machine. */
export class KernelLogFile {
  readonly #lastXids = new Map<string, number>();
  #written = 0;

  constructor(readonly path: string) {}

  /** Last code of each GPU by its UUID: what dcgm-exporter tells. */
  get lastXids(): ReadonlyMap<string, number> {
    return this.#lastXids;
  }

  /** Begins anew, with what a kernel logs at its start. */
  start({ bootedAtMs, host }: MachineView): void {
    this.#written = 0;
    writeFileSync(this.path, '');
    this.#write(bootedAtMs, [`Linux version ${host.kernel} (buildd@lcy02-amd64-054)`]);
    this.#write(bootedAtMs + 9_902, [`NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  ${DRIVER_VERSION}`]);
    this.#write(bootedAtMs + 31_337, ['EXT4-fs (nvme0n1): mounted filesystem with ordered data mode.']);
  }

  /** Appends what the kernel said since the last call. */
  follow(view: MachineView): void {
    for (const event of view.kernelEvents.filter(({ sequence }) => sequence > this.#written)) {
      this.#written = event.sequence;
      this.#write(event.atMs, this.#messagesOf(event, view.gpus));
    }
  }

  /** Any message, as it stands. */
  message(atMs: number, text: string): void {
    this.#write(atMs, [text]);
  }

  #messagesOf(event: LoggedEvent, gpus: readonly GpuView[]): string[] {
    if (event.kind === 'oom-kill') {
      const { pid, process: name, residentBytes } = event;
      return oomKillMessages({ pid, name, residentBytes, cgroup: null });
    }
    const gpu = gpus.find(({ index }) => index === event.gpu);
    if (gpu === undefined) return [];
    if (event.kind === 'off-bus') return offBusMessages(gpu);
    this.#lastXids.set(gpu.uuid, event.code);
    return [xidMessage(gpu, event.code)];
  }

  #write(atMs: number, messages: readonly string[]): void {
    const lines = messages.map((text, index) => `${stamp(atMs, index)} ${MARK}${text}\n`);
    appendFileSync(this.path, lines.join(''));
  }
}

/** `2026-03-01T12:00:00,123456+00:00`; messages of one time are a microsecond apart. */
function stamp(atMs: number, index: number): string {
  const [seconds = '', rest = ''] = new Date(Math.floor(atMs)).toISOString().split('.');
  return `${seconds},${rest.slice(0, 3)}${String(index).padStart(3, '0')}+00:00`;
}
