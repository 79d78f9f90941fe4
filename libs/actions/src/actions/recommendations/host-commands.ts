import type { Snapshot } from '@app/core';
import { type Advice, engineOf, given, gpuOf, type Recommendation, word } from './recommendation.js';

/** The mount with the least room left, as a share. */
function fullestMount({ system }: Snapshot): string {
  const shares = (system?.disks ?? []).map(({ mount, totalBytes, freeBytes }) => ({
    mount,
    share: totalBytes && freeBytes !== null ? freeBytes / totalBytes : 1,
  }));
  const [fullest] = shares.sort((a, b) => a.share - b.share);
  return fullest === undefined ? '<mount>' : word(fullest.mount);
}

function numaNodeOf(advice: Advice): string {
  const { snapshot } = advice;
  const uuids = engineOf(advice)?.gpuUuids ?? [];
  const gpu = gpuOf(advice) ?? snapshot.gpus.find(({ uuid }) => uuid !== null && uuids.includes(uuid));
  return gpu?.numaNode === null || gpu === undefined ? '<NUMA node of its GPU>' : String(gpu.numaNode);
}

export const HOST_COMMANDS: Readonly<Record<string, Recommendation>> = {
  'host-kill-process': (advice) => {
    const pid = given(advice, 'pid');
    return `look who it is first (ps -o pid,user,lstart,args -p ${pid}), then kill -TERM ${pid}`;
  },
  'host-free-disk': ({ snapshot }) => {
    const mount = fullestMount(snapshot);
    return `du -xh --max-depth=3 ${mount} | sort -h | tail -20, then choose what may go: old model snapshots (hf cache delete), logs (journalctl --vacuum-size=1G), images (docker image prune)`;
  },
  'host-fix-time': () =>
    'chronyc tracking; systemctl restart chronyd; chronyc waitsync 10 (a step of the clock ends leases early)',
  'host-fix-driver': () =>
    'stop every GPU process, then align driver, libraries and Fabric Manager to one version and reboot, or: rmmod nvidia_uvm nvidia_drm nvidia_modeset nvidia; modprobe nvidia',
  'host-tune': (advice) => {
    const node = numaNodeOf(advice);
    return `numactl --cpunodebind=${node} --membind=${node} <engine command>; cpupower frequency-set -g performance`;
  },
};
