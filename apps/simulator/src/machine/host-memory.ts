import type { HostView } from './machine-view.js';
import { Pressure } from './pressure.js';

const GIB = 2 ** 30;
const PAGE_BYTES = 4096;
const SYSTEM_BYTES = 9 * GIB;
const SWAP_BYTES = 8 * GIB;
/** Page cache takes this share of what is left, mostly model files, and gives it back when others want it. */
const CACHED_SHARE = 0.6;
/** Below this share of memory available the kernel reclaims all the time (estimate; its watermarks are about there). */
const TIGHT_RATIO = 0.05;
/** Reclaim at its worst: bytes swapped, and major faults, per second; a neighbour takes memory at this rate. */
const SWAP_BYTES_PER_SECOND = 150e6;
const FAULTS_PER_SECOND = 3000;
const GROWTH_BYTES_PER_SECOND = 8 * GIB;

/** Memory of the host. */
export class HostMemory {
  readonly pressure = { some: new Pressure(), full: new Pressure() };
  /** Bytes that a neighbour wants; it takes them little by little. */
  neighbourWants = 0;
  /** Share of the time that tasks wait for memory. */
  waitRatio = 0;
  #neighbourHas = 0;
  #swapUsed = 0;
  #available: number;
  #engineBytes = 0;
  #paging = { majorFaults: 0, swapIn: 0, swapOut: 0, oomKills: 0 };

  constructor(
    readonly totalBytes: number,
    readonly limitBytes: number | null,
  ) {
    this.#available = totalBytes - SYSTEM_BYTES;
  }

  /** `engineBytes`: resident memory of engines and their caches. Returns true when the kernel killed the neighbour. */
  step(seconds: number, engineBytes: number): boolean {
    this.#engineBytes = engineBytes;
    const change = this.neighbourWants - this.#neighbourHas;
    this.#neighbourHas += Math.sign(change) * Math.min(Math.abs(change), GROWTH_BYTES_PER_SECOND * seconds);
    const wanted = SYSTEM_BYTES + engineBytes + this.#neighbourHas;
    const over = Math.max(0, wanted - this.totalBytes * (1 - TIGHT_RATIO / 2));
    const isKill = over > SWAP_BYTES;
    if (isKill) {
      this.#neighbourHas = 0;
      this.#paging.oomKills += 1;
    }
    this.swap(seconds, isKill ? 0 : over);
    const held = SYSTEM_BYTES + engineBytes + this.#neighbourHas - (isKill ? 0 : over);
    this.#available = Math.max(0, this.totalBytes - held);
    this.reclaim(seconds);
    return isKill;
  }

  settle(times: number): void {
    this.#paging = {
      majorFaults: this.#paging.majorFaults * times,
      swapIn: this.#paging.swapIn * times,
      swapOut: this.#paging.swapOut * times,
      oomKills: this.#paging.oomKills,
    };
    for (const one of Object.values(this.pressure)) one.settle(times);
  }

  view(): Pick<HostView, 'memory' | 'paging'> {
    const cachedBytes = CACHED_SHARE * this.#available;
    const { majorFaults, swapIn, swapOut, oomKills } = this.#paging;
    return {
      memory: {
        totalBytes: this.totalBytes,
        availableBytes: Math.round(this.#available),
        freeBytes: Math.round(this.#available - cachedBytes),
        cachedBytes: Math.round(cachedBytes),
        swapTotalBytes: SWAP_BYTES,
        swapFreeBytes: Math.round(SWAP_BYTES - this.#swapUsed),
      },
      paging: {
        majorFaults: Math.round(majorFaults),
        swapIn: Math.round(swapIn),
        swapOut: Math.round(swapOut),
        oomKills,
      },
    };
  }

  /** Bytes that the engines' control group holds: what is resident, and page cache of the model's files. */
  get cgroupBytes(): number {
    const held = this.#engineBytes + Math.min(20 * GIB, 0.2 * this.#available);
    return Math.round(Math.min(held, this.limitBytes ?? Infinity));
  }

  /** Moves so much to the swap as does not fit, and back when it does. */
  private swap(seconds: number, over: number): void {
    const change = Math.min(SWAP_BYTES, over) - this.#swapUsed;
    const moved = Math.sign(change) * Math.min(Math.abs(change), SWAP_BYTES_PER_SECOND * 4 * seconds);
    this.#swapUsed += moved;
    if (moved > 0) this.#paging.swapOut += moved / PAGE_BYTES;
    else this.#paging.swapIn -= moved / PAGE_BYTES;
  }

  /** When memory is tight pages go out that are wanted back soon, and tasks wait for both. */
  private reclaim(seconds: number): void {
    const tightness = Math.max(0, Math.min(1, 1 - this.#available / (TIGHT_RATIO * this.totalBytes)));
    this.waitRatio = 0.45 * tightness;
    const bytes = tightness * SWAP_BYTES_PER_SECOND * seconds;
    this.#paging.swapOut += bytes / PAGE_BYTES;
    this.#paging.swapIn += bytes / PAGE_BYTES;
    this.#paging.majorFaults += (0.4 + tightness * FAULTS_PER_SECOND) * seconds;
    this.pressure.some.pass(Math.min(1, this.waitRatio * 1.6), seconds);
    this.pressure.full.pass(this.waitRatio, seconds);
  }
}
