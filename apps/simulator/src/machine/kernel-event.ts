/** Something that the kernel says in its log. */
export type KernelEvent =
  | { readonly kind: 'xid'; readonly gpu: number; readonly pciBusId: string; readonly code: number }
  | { readonly kind: 'off-bus'; readonly gpu: number; readonly pciBusId: string }
  | { readonly kind: 'oom-kill'; readonly pid: number; readonly process: string; readonly residentBytes: number };

export type LoggedEvent = KernelEvent & {
  /** Counts from 1 without gaps. */
  readonly sequence: number;
  readonly atMs: number;
};

/** Older ones are forgotten. */
const MOST = 256;

export class KernelEvents {
  #events: readonly LoggedEvent[] = [];
  #sequence = 0;

  get all(): readonly LoggedEvent[] {
    return this.#events;
  }

  add(event: KernelEvent, atMs: number): void {
    this.#sequence += 1;
    this.#events = [...this.#events.slice(1 - MOST), { ...event, sequence: this.#sequence, atMs }];
  }
}
