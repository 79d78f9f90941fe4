const MICROSECONDS_PER_MS = 1000;

/** CPU milliseconds of this process: what a text costs, whatever else the machine is busy with. */
export function cpuMs(): number {
  return process.cpuUsage().user / MICROSECONDS_PER_MS;
}
