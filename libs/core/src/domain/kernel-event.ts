/** An incident of the kernel log; repeated lines are one. */
export interface KernelEvent {
  /** Of its first line. */
  readonly at: string;
  /** Of its last line; equal to `at` for a single one. */
  readonly lastAt: string;
  /** `xid`, `oom-kill`, `gpu-lost` and the like. */
  readonly kind: string;
  readonly code: number | null;
  readonly pciBusId: string | null;
  /** Process that the line names; null when none. */
  readonly pid: number | null;
  readonly processName: string | null;
  readonly message: string;
  /** Lines about the same: same kind, code and bus id within a minute of each other. */
  readonly count: number;
}
