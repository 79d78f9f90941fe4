/** A process of an inference engine, or one that it started. */
export interface HostProcess {
  readonly pid: number;
  readonly parentPid: number | null;
  /** Its whole command line, which may hold secrets: never to be stored or shown as it is. */
  readonly arguments: readonly string[];
  /** CPU time of the interval over wall time: 1 = one core busy. */
  readonly cpuCores: number | null;
  readonly residentBytes: number | null;
  /** CPUs it may run on, as the kernel lists them (`0-15,32-47`). */
  readonly cpusAllowed: string | null;
  /** Control group of version 2. */
  readonly cgroupPath: string | null;
}
