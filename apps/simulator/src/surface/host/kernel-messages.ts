import type { GpuView } from '../../machine/machine-view.js';

/** Wording of the driver for some codes, as public logs have it. */
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

type Board = Pick<GpuView, 'pciBusId' | 'uuid' | 'serial'>;

/** `NVRM: Xid (PCI:0000:3b:00): 79, pid=…`: the driver names the bus without its function. */
export function xidMessage(gpu: Board, code: number): string {
  const busId = shortBusId(gpu).slice(0, -2);
  const text = XID_TEXTS[code] ?? 'Ch 00000010';
  return `NVRM: Xid (PCI:${busId}): ${code}, pid='<unknown>', name=<unknown>, ${text}`;
}

/** What the driver writes when a GPU does not answer on the bus any more, beside the Xid 79 that goes with it. */
export function offBusMessages(gpu: Board): string[] {
  const busId = shortBusId(gpu);
  return [
    `NVRM: GPU at PCI:${busId.slice(0, -2)}: ${gpu.uuid}`,
    `NVRM: GPU Board Serial Number: ${gpu.serial}`,
    `NVRM: GPU ${busId}: GPU has fallen off the bus.`,
    `NVRM: GPU ${busId}: GPU serial number is ${gpu.serial}.`,
  ];
}

export interface OomVictim {
  readonly pid: number;
  readonly name: string;
  readonly residentBytes: number;
  /** Path of the control group whose limit was reached; null: the machine had no memory left. */
  readonly cgroup: string | null;
}

/** The lines that the kernel writes about one kill for want of memory. */
export function oomKillMessages({ pid, name, residentBytes, cgroup }: OomVictim): string[] {
  const residentKib = Math.round(residentBytes / 1024);
  const constraint =
    cgroup === null
      ? 'constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom'
      : `constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0-1,oom_memcg=${cgroup}`;
  const shortage = cgroup === null ? 'Out of memory' : 'Memory cgroup out of memory';
  return [
    `${name} invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0`,
    `oom-kill:${constraint},task_memcg=${cgroup ?? '/system.slice'},task=${name},pid=${pid},uid=0`,
    `${shortage}: Killed process ${pid} (${name}) total-vm:${residentKib * 2}kB, anon-rss:${residentKib}kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:${Math.round(residentKib / 512)}kB oom_score_adj:0`,
  ];
}

/** `0000:3b:00.0`, as the kernel writes an address. */
function shortBusId({ pciBusId }: Board): string {
  return pciBusId.slice(-12).toLowerCase();
}
