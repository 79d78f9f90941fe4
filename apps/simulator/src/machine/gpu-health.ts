import type { EccCounts, GpuView } from './machine-view.js';
import type { GpuProduct } from './products.js';

const NO_ERRORS: EccCounts = { sramCorrectable: 0, sramUncorrectable: 0, dramCorrectable: 0, dramUncorrectable: 0 };

export interface EccError {
  readonly where: 'dram' | 'sram';
  readonly kind: 'correctable' | 'uncorrectable';
  readonly count?: number;
}

/** Errors of the memory and of the link of a GPU. */
export class GpuHealth {
  #volatile = NO_ERRORS;
  #aggregate = NO_ERRORS;
  #remap = { correctable: 0, uncorrectable: 0, isPending: false, hasFailed: false };
  #replays = 0;
  recoveryAction: GpuView['recoveryAction'] = 'None';
  isEccOn = true;

  constructor(private readonly product: GpuProduct) {}

  addError({ where, kind, count = 1 }: EccError): void {
    const name = `${where}${kind === 'correctable' ? 'Correctable' : 'Uncorrectable'}` as const;
    this.#volatile = { ...this.#volatile, [name]: this.#volatile[name] + count };
    this.#aggregate = { ...this.#aggregate, [name]: this.#aggregate[name] + count };
  }

  /** A row is to be replaced at the next reset; before Ampere there is no remapper and nothing happens. */
  remap(change: { readonly kind?: 'correctable' | 'uncorrectable'; readonly isPending?: boolean }): void {
    if (this.product.remapBanks === null) return;
    const { kind, isPending = true } = change;
    if (kind !== undefined) this.#remap = { ...this.#remap, [kind]: this.#remap[kind] + 1 };
    this.#remap = { ...this.#remap, isPending };
  }

  failRemap(hasFailed: boolean): void {
    if (this.product.remapBanks !== null) this.#remap = { ...this.#remap, hasFailed };
  }

  addReplays(count: number): void {
    this.#replays += count;
  }

  /** As after `nvidia-smi -r`: what is pending takes effect, and what counts since the driver was loaded begins anew. */
  reset(): void {
    this.#volatile = NO_ERRORS;
    this.#remap = { ...this.#remap, isPending: false };
    this.#replays = 0;
    this.recoveryAction = 'None';
  }

  get replayCount(): number {
    return this.#replays;
  }

  eccView(): GpuView['ecc'] {
    return { isOn: this.isEccOn, volatile: this.#volatile, aggregate: this.#aggregate };
  }

  remapView(): GpuView['remappedRows'] {
    const { remapBanks } = this.product;
    if (remapBanks === null) return null;
    const { correctable, uncorrectable, hasFailed } = this.#remap;
    const used = Math.min(remapBanks, correctable + uncorrectable);
    const none = hasFailed ? 1 : 0;
    // Each replaced row lowers the class of one bank: from all spare rows (max) to most of them (high).
    return { ...this.#remap, banks: { max: remapBanks - used - none, high: used, partial: 0, low: 0, none } };
  }
}
