import { basename } from 'node:path';
import type { HostView } from '../../machine/machine-view.js';
import { counter, type Family, gauge, type Row } from '../prometheus/families.js';

type Disk = HostView['disks'][number];
type Interface = HostView['network'][number];

/** Bytes of a request and of a packet, where the machine counts only bytes (estimates: read-ahead, and a full frame). */
const REQUEST_BYTES = 128 * 1024;
const PACKET_BYTES = 1400;
/** 25 Gbit/s. */
const LINK_BYTES_PER_SECOND = 3.125e9;
/** One inode for so many bytes, the default of ext4. */
const BYTES_PER_INODE = 16_384;

/** A disk counts once, however many of its file systems are mounted. */
export function diskFamilies({ disks }: HostView): Family[] {
  const byDevice = [...new Map(disks.map((disk) => [basename(disk.device), disk])).entries()];
  const family = (name: string, help: string, read: (disk: Disk) => number): Family =>
    counter(
      `node_disk_${name}_total`,
      help,
      byDevice.map(([device, disk]): Row => ['', { device }, read(disk)]),
    );
  const readShare = ({ readBytes, writtenBytes }: Disk): number =>
    readBytes + writtenBytes === 0 ? 0 : readBytes / (readBytes + writtenBytes);
  return [
    family('io_time_seconds', 'Total seconds spent doing I/Os.', ({ ioSeconds }) => ioSeconds),
    family('read_bytes', 'The total number of bytes read successfully.', ({ readBytes }) => Math.floor(readBytes)),
    family(
      'read_time_seconds',
      'The total number of seconds spent by all reads.',
      (disk) => disk.ioSeconds * readShare(disk),
    ),
    family('reads_completed', 'The total number of reads completed successfully.', ({ readBytes }) =>
      Math.floor(readBytes / REQUEST_BYTES),
    ),
    family(
      'write_time_seconds',
      'This is the total number of seconds spent by all writes.',
      (disk) => disk.ioSeconds * (1 - readShare(disk)),
    ),
    family('writes_completed', 'The total number of writes completed successfully.', ({ writtenBytes }) =>
      Math.floor(writtenBytes / REQUEST_BYTES),
    ),
    family('written_bytes', 'The total number of bytes written successfully.', ({ writtenBytes }) =>
      Math.floor(writtenBytes),
    ),
  ];
}

export function filesystemFamilies({ disks }: HostView): Family[] {
  const family = (name: string, help: string, read: (disk: Disk) => number): Family =>
    gauge(
      `node_filesystem_${name}`,
      help,
      disks.map((disk): Row => [
        '',
        {
          device: `/dev/${basename(disk.device)}`,
          device_error: '',
          fstype: disk.filesystem,
          mountpoint: disk.mount,
        },
        read(disk),
      ]),
    );
  return [
    family('avail_bytes', 'Filesystem space available to non-root users in bytes.', ({ freeBytes }) =>
      Math.floor(freeBytes),
    ),
    family('device_error', 'Whether an error occurred while getting statistics for the given device.', () => 0),
    family('files', 'Filesystem total file nodes.', ({ totalBytes }) => Math.floor(totalBytes / BYTES_PER_INODE)),
    family('files_free', 'Filesystem total free file nodes.', ({ totalBytes }) =>
      Math.floor((totalBytes / BYTES_PER_INODE) * 0.97),
    ),
    family('free_bytes', 'Filesystem free space in bytes.', ({ freeBytes }) => Math.floor(freeBytes)),
    family('readonly', 'Filesystem read-only status.', () => 0),
    family('size_bytes', 'Filesystem size in bytes.', ({ totalBytes }) => Math.floor(totalBytes)),
  ];
}

export function networkFamilies({ network }: HostView): Family[] {
  const rows = (read: (device: Interface) => number): Row[] =>
    network.map((device): Row => ['', { device: device.interface }, Math.floor(read(device))]);
  const statistic = (name: string, read: (device: Interface) => number): Family =>
    counter(`node_network_${name}_total`, `Network device statistic ${name}.`, rows(read));
  return [
    statistic('receive_bytes', ({ rxBytes }) => rxBytes),
    statistic('receive_drop', () => 0),
    statistic('receive_errs', ({ errors }) => errors),
    statistic('receive_packets', ({ rxBytes }) => rxBytes / PACKET_BYTES),
    gauge(
      'node_network_speed_bytes',
      'Network device property: speed_bytes',
      rows(() => LINK_BYTES_PER_SECOND),
    ),
    statistic('transmit_bytes', ({ txBytes }) => txBytes),
    statistic('transmit_drop', () => 0),
    statistic('transmit_errs', () => 0),
    statistic('transmit_packets', ({ txBytes }) => txBytes / PACKET_BYTES),
    gauge(
      'node_network_up',
      "Value is 1 if operstate is 'up', 0 otherwise.",
      rows(() => 1),
    ),
  ];
}
