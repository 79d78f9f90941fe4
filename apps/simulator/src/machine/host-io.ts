import type { HostView } from './machine-view.js';
import { Pressure } from './pressure.js';
import type { Random } from './random.js';

const GIB = 2 ** 30;
/** What an NVMe disk of a server does at most, reads and writes together (data sheets: 3 to 7 GB/s). */
const DISK_BYTES_PER_SECOND = 3.2e9;
/** Log files and the journal. */
const LOG_BYTES_PER_SECOND = 250_000;
/** A request's HTTP head and JSON, a prompt token as text, and a streamed token as a server-sent event (estimates). */
const REQUEST_BYTES = 1500;
const PROMPT_TOKEN_BYTES = 4.5;
const STREAMED_TOKEN_BYTES = 210;
const BASE_NETWORK_BYTES_PER_SECOND = 40_000;

export interface IoDemand {
  /** Bytes per second that engines read from the disk of the models. */
  readonly modelBytesPerSecond: number;
  /** Bytes per second that a neighbour reads and writes on the root disk. */
  readonly neighbourBytesPerSecond: number;
  readonly requests: number;
  readonly promptTokens: number;
  readonly generatedTokens: number;
  /** Bytes of a remote cache. */
  readonly cacheRxBytes: number;
  readonly cacheTxBytes: number;
}

class Disk {
  readBytes = 0;
  writtenBytes = 0;
  ioSeconds = 0;

  /** Returns the share of the time that the disk was busy. */
  move(seconds: number, readBytes: number, writtenBytes: number): number {
    const room = DISK_BYTES_PER_SECOND * seconds;
    const share = Math.min(1, room / Math.max(1, readBytes + writtenBytes));
    this.readBytes += readBytes * share;
    this.writtenBytes += writtenBytes * share;
    const busy = Math.min(1, (readBytes + writtenBytes) / room);
    this.ioSeconds += busy * seconds;
    return busy;
  }
}

/** Disks and network of the host. */
export class HostIo {
  readonly pressure = { some: new Pressure(), full: new Pressure() };
  /** Share of the time that tasks wait for a disk. */
  waitRatio = 0;
  /** Share of the root disk that is full. */
  rootUsedRatio = 0.43;
  networkErrors = 0;
  readonly #root = new Disk();
  readonly #models = new Disk();
  #rxBytes = 0;
  #txBytes = 0;

  constructor(private readonly random: Random) {}

  step(seconds: number, demand: IoDemand): void {
    const noise = Math.max(0.2, 1 + 0.1 * this.random.normal());
    const neighbour = demand.neighbourBytesPerSecond * seconds;
    const root = this.#root.move(seconds, 0.3 * neighbour, 0.7 * neighbour + LOG_BYTES_PER_SECOND * seconds * noise);
    const models = this.#models.move(seconds, demand.modelBytesPerSecond * seconds, 0);
    this.#rxBytes +=
      BASE_NETWORK_BYTES_PER_SECOND * noise * seconds +
      demand.requests * REQUEST_BYTES +
      demand.promptTokens * PROMPT_TOKEN_BYTES +
      demand.cacheRxBytes;
    this.#txBytes +=
      BASE_NETWORK_BYTES_PER_SECOND * noise * seconds +
      demand.requests * REQUEST_BYTES * 0.4 +
      demand.generatedTokens * STREAMED_TOKEN_BYTES +
      demand.cacheTxBytes;
    // Queues build up towards a full disk; one that only reads a model ahead makes nobody else wait (estimates).
    this.waitRatio = Math.min(0.9, 0.85 * root ** 4 + 0.1 * models);
    this.pressure.some.pass(this.waitRatio, seconds);
    this.pressure.full.pass(0.7 * this.waitRatio, seconds);
  }

  settle(times: number): void {
    for (const disk of [this.#root, this.#models]) {
      disk.readBytes *= times;
      disk.writtenBytes *= times;
      disk.ioSeconds *= times;
    }
    this.#rxBytes *= times;
    this.#txBytes *= times;
    for (const one of Object.values(this.pressure)) one.settle(times);
  }

  view(): Pick<HostView, 'disks' | 'network'> {
    const disk = (
      device: string,
      mount: string,
      filesystem: string,
      sizeGib: number,
      used: number,
      { ...moved }: Disk,
    ) => ({
      device,
      mount,
      filesystem,
      totalBytes: sizeGib * GIB,
      freeBytes: Math.round(sizeGib * GIB * (1 - used)),
      readBytes: Math.round(moved.readBytes),
      writtenBytes: Math.round(moved.writtenBytes),
      ioSeconds: moved.ioSeconds,
    });
    return {
      disks: [
        disk('nvme0n1', '/', 'ext4', 440, this.rootUsedRatio, this.#root),
        disk('nvme1n1', '/var/lib/models', 'xfs', 3500, 0.46, this.#models),
      ],
      network: [
        {
          interface: 'eth0',
          rxBytes: Math.round(this.#rxBytes),
          txBytes: Math.round(this.#txBytes),
          errors: this.networkErrors,
        },
      ],
    };
  }
}
