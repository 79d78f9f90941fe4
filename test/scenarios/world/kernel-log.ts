import type { WorldGpu } from './gpu-state.js';
import type { WorldHost } from './host-state.js';
import { aKernelLog, anXidMessage, type KernelLogForm, type KernelLogLine, oomKillMessages } from './writers.js';

export interface XidDetails {
  readonly text?: string;
  readonly pid?: number;
  readonly name?: string;
}

/** Wording of the driver for some codes [XID-CAT, NVERR]; the parser needs code and bus id only. */
const XID_TEXTS: Readonly<Record<number, string>> = {
  13: 'Graphics SM Warp Exception on (GPC 3, TPC 1, SM 0): Out Of Range Address',
  31: 'Ch 00000008, intr 00000000. MMU Fault: ENGINE GRAPHICS GPCCLIENT_T1_0 faulted @ 0x7f2c_5a000000. Fault is of type FAULT_PDE ACCESS_TYPE_VIRT_READ',
  43: 'Ch 00000008',
  45: 'Ch 00000008',
  48: 'DBE (double-bit error) detected at physical address 0x1f0a2000 partition 4, subpartition 1',
  63: 'Row Remapper: New row (0x0000000010f5b6a2) marked for remapping, reset gpu to activate.',
  64: 'Row Remapper: Error recording row remapping, no spare rows available',
  74: 'NVLink: fatal error detected on link 3 (0x0, 0x0, 0x10000, 0x0, 0x0, 0x0, 0x0)',
  79: 'GPU has fallen off the bus.',
  94: 'Contained: CE User Channel (0x9). RST: No, D-RST: No',
  95: 'Uncontained: FBHUB. RST: Yes, D-RST: No',
  119: 'Timeout after 6s of waiting for RPC response from GPU0 GSP! Expected function 76 (GSP_RM_CONTROL) (0x20802a02 0x8).',
};

/** What the kernel has logged; every frame shows it all, as `dmesg` does. */
export class WorldKernelLog {
  readonly #lines: KernelLogLine[];

  constructor(
    private readonly form: KernelLogForm,
    private readonly bootAtMs: number,
    /** Seconds since boot at the present time of the world. */
    private readonly uptime: () => number,
  ) {
    this.#lines = [
      { sinceBootSeconds: 0, message: 'Linux version 6.8.0-60-generic (buildd@lcy02-amd64-054)' },
      { sinceBootSeconds: 8.412_331, message: 'nvidia: loading out-of-tree module taints kernel.' },
      {
        sinceBootSeconds: 9.902_117,
        message: 'nvidia-modeset: Loading NVIDIA Kernel Mode Setting Driver for UNIX platforms',
      },
      { sinceBootSeconds: 31.337_004, message: 'EXT4-fs (nvme0n1p2): mounted filesystem with ordered data mode.' },
    ];
  }

  /** A line of now, or of so many seconds ago; another process than the kernel cannot be told by `dmesg`. */
  line(message: string, { secondsAgo = 0, process }: { secondsAgo?: number; process?: string } = {}): this {
    const sinceBootSeconds = Math.max(0, this.uptime() - secondsAgo);
    this.#lines.push({ sinceBootSeconds, message, ...(process === undefined ? {} : { process }) });
    this.#lines.sort((one, other) => one.sinceBootSeconds - other.sinceBootSeconds);
    return this;
  }

  /** An error of a GPU, as driver and dcgm-exporter tell it: the latter keeps the last code until it restarts. */
  xid(gpu: WorldGpu, code: number, details: XidDetails = {}, secondsAgo = 0): this {
    Object.assign(gpu, { lastXid: code, xidCount: gpu.xidCount + 1 });
    const { text = XID_TEXTS[code] ?? 'Ch 00000010', pid, name } = details;
    // The driver prints the bus without its function: `PCI:0000:3b:00`.
    const busId = gpu.pciBusId.slice(4, -2).toLowerCase();
    return this.line(anXidMessage({ code, busId, text, pid: pid ?? null, name: name ?? null }), { secondsAgo });
  }

  /** A kill for want of memory, of the machine (`cgroup: null`) or of a control group; the counters go with it. */
  oomKill(host: WorldHost, { pid, name, cgroup }: { pid: number; name: string; cgroup: string | null }): this {
    host.countOomKill(cgroup === null ? 'machine' : 'cgroup');
    for (const message of oomKillMessages({ pid, name, cgroup })) this.line(message);
    return this;
  }

  text(): string {
    return aKernelLog({ form: this.form, bootAtMs: this.bootAtMs, lines: this.#lines });
  }
}
