export interface KernelEvent {
  readonly at: string;
  /** `xid`, `oom-kill`, `gpu-lost` and the like. */
  readonly kind: string;
  readonly code: number | null;
  readonly pciBusId: string | null;
  readonly message: string;
  readonly count: number;
}
