import { describe, expect, it } from '@jest/globals';
import { anXidMessage, oomKillMessages } from '@app/testing/metrics';
import { isMarkedSimulated, printableMessage, reportedEvent } from './kernel-events.js';

describe('reportedEvent', () => {
  it('reads code, bus id and process of an XID', () => {
    expect(reportedEvent(anXidMessage({ code: 31, pid: 1234, name: 'python3', text: 'Ch 00000008' }))).toEqual({
      kind: 'xid',
      code: 31,
      pciBusId: '0000:3b:00',
      pid: 1234,
      processName: 'python3',
      subject: '',
    });
  });

  it('knows no process where the driver knows none', () => {
    expect(reportedEvent(anXidMessage())).toMatchObject({ code: 79, pid: null, processName: null });
  });

  it.each([
    ['NVRM: Xid (0000:03:00): 13, Graphics Exception', 13, '0000:03:00', null],
    ['NVRM: Xid (PCI:0000:9b:00 GPU-I:05): 94, pid=7194, name=python, Contained', 94, '0000:9b:00', 7194],
    ["NVRM: Xid (PCI:0000:3b:00.0): 43, pid='77', name=a b, Ch 1", 43, '0000:3b:00.0', 77],
    ['simulated: NVRM: Xid (PCI:0000:3b:00): 48, DBE', 48, '0000:3b:00', null],
    ['NVRM: Xid (PCI:0000:3b:00): 63', 63, '0000:3b:00', null],
  ])('reads %s', (message, code, pciBusId, pid) => {
    expect(reportedEvent(message)).toMatchObject({ kind: 'xid', code, pciBusId, pid });
  });

  it.each([
    'NVRM: Xid (PCI:0000:3b:00): many',
    'NVRM: Xid (PCI:0000:3b:00): 79.5, x',
    'NVRM: Xid (PCI:0000:3b:00): 123456, x',
    'NVRM: Xid (): 79, x',
    'audit: comm="NVRM: Xid (PCI:0000:3b:00): 79,"',
    'python3[7]: NVRM: Xid (PCI:0000:3b:00): 79, x',
    'NVRM: GPU at PCI:0000:3b:00: GPU-b850f46d-d5ea-c752-ddf3-c697f26ea6d4',
  ])('sees no event in %s', (message) => {
    expect(reportedEvent(message)).toBeNull();
  });

  it('tells new recovery actions, and fatal from non-fatal NVLink errors, apart', () => {
    const changed = (to: string) =>
      reportedEvent(anXidMessage({ code: 154, text: `GPU recovery action changed from 0x0 (None) to ${to}` }));
    expect(changed('0x4 (Drain and Reset)')).toMatchObject({ code: 154, subject: '0x4 (Drain and Reset)' });
    expect(changed('0x0 (None)')).toMatchObject({ subject: '0x0 (None)' });
    const link = (text: string) => reportedEvent(anXidMessage({ code: 145, text }))?.subject;
    expect([link('RLW Nonfatal XC0'), link('RLW Non-fatal'), link('RLW Fatal XC0')]).toEqual(['', '', 'fatal']);
  });

  it('does not take the error of a switch for one of a GPU', () => {
    expect(
      reportedEvent('nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 12028, Non-fatal, Link 32 egress error (First)'),
    ).toMatchObject({ kind: 'sxid', code: 12028, pciBusId: '0000:c1:00.0', subject: '' });
  });

  it.each([
    ['NVRM: GPU at 0000:03:00: GPU-b850f46d-d5ea-c752-ddf3-c697f26ea6d4 has fallen off the bus.', '0000:03:00'],
    ['NVRM: GPU 0000:3b:00.0: GPU has fallen off the bus.', '0000:3b:00.0'],
    ['NVRM: The NVIDIA GPU 0000:03:00.0\n NVRM: (PCI ID: 10de:1db6) has\n NVRM: fallen off the bus', '0000:03:00.0'],
    ['NVRM: Assertion failed: GPU lost from the bus [NV_ERR_GPU_IS_LOST] (0x0000000F)', null],
  ])('knows a lost GPU by %s', (message, pciBusId) => {
    expect(reportedEvent(message)).toMatchObject({ kind: 'gpu-lost', code: null, pciBusId });
  });

  it.each([
    ...oomKillMessages({ pid: 4242, name: 'python3' }),
    oomKillMessages({ pid: 4242, name: 'python3', cgroup: null })[1],
    'Out of memory: Kill process 4242 (python3) score 905 or sacrifice child',
    'Killed process 4242 (python3) total-vm:1kB',
    'oom-kill:constraint=X,task_memcg=/a,task=evil,pid=1,uid=2,b,task=python3,pid=4242,uid=0',
  ])('reads who was killed in %s', (message) => {
    expect(reportedEvent(message)).toMatchObject({ kind: 'oom-kill', pid: 4242, processName: 'python3' });
  });

  it.each([
    ['pcieport 0000:00:01.0: AER: Corrected error received: 0000:3b:00.0', '0000:3b:00.0', 'corrected'],
    ['pcieport 0000:80:01.1: AER: Multiple Uncorrected (Fatal) error received: 0000:3b:00.0', '0000:3b:00.0', 'fatal'],
    ['pcieport 0000:00:1c.0: AER: Correctable error message received from 0000:3b:00.0', '0000:3b:00.0', 'corrected'],
    ['nvidia 0000:3b:00.0: PCIe Bus Error: severity=Uncorrected (Non-Fatal), type=x', '0000:3b:00.0', 'uncorrected'],
    ['nvidia 0000:3b:00.0: AER: PCIe Bus Error: severity=Corrected, type=x', '0000:3b:00.0', 'corrected'],
  ])('names the device of %s', (message, pciBusId, subject) => {
    expect(reportedEvent(message)).toMatchObject({ kind: 'pcie-aer', pciBusId, subject });
  });

  it.each([
    ['NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build', 'driver-loaded', ''],
    ['nvidia-nvlink: Unregistered Nvlink Core, major device number 510', 'driver-unloaded', ''],
    ['NVRM: API mismatch: the client has the version 535.54.03, but', 'driver-mismatch', ''],
    ['NVRM: GPU 0000:3b:00.0: RmInitAdapter failed! (0x26:0x56:1482)', 'gpu-init-failed', ''],
    ['NVRM: knvlinkCoreTrainLinks: NVLink training failed on link 3', 'nvlink', ''],
    ['mce: [Hardware Error]: CPU 1: Machine Check: 0 Bank 8: cc00008001010091', 'memory-error', 'mce'],
    ['EDAC MC0: 1 CE memory read error on CPU_SrcID#0_MC#0', 'memory-error', 'MC0 CE'],
    ['EDAC MC1: 1 UE memory scrubbing error', 'memory-error', 'MC1 UE'],
    ['Memory failure: 0x12345: recovery action for dirty LRU page: Recovered', 'memory-error', 'page'],
    ['I/O error, dev nvme0n1, sector 12345 op 0x0:(READ)', 'io-error', 'nvme0n1'],
    ['blk_update_request: critical medium error, dev sda, sector 1', 'io-error', 'sda'],
    ['Buffer I/O error on dev dm-0, logical block 7', 'io-error', 'dm-0'],
    ['EXT4-fs error (device sda1): ext4_lookup', 'io-error', 'sda1'],
    ['XFS (nvme0n1p1): metadata I/O error in "xfs_trans"', 'io-error', 'nvme0n1p1'],
    ['nvme nvme0: I/O 123 QID 4 timeout, aborting', 'io-error', 'nvme0'],
    ['INFO: task nvidia-smi:123 blocked for more than 120 seconds.', 'hung-task', '123'],
    ['Linux version 6.8.0-45-generic (buildd@lcy02) #45-Ubuntu', 'boot', ''],
  ])('reads %s as %s', (message, kind, subject) => {
    expect(reportedEvent(message)).toMatchObject({ kind, subject });
  });

  it('names a task that hangs', () => {
    const message = 'INFO: task kworker/0:1:55 blocked for more than 120 seconds.';
    expect(reportedEvent(message)).toMatchObject({ processName: 'kworker/0:1', pid: 55 });
  });

  it.each(['I/O error, dev sr0, sector 0', 'usb 1-1: new device', 'mce: CPU0: Thermal monitoring enabled', ''])(
    'leaves "%s" alone',
    (message) => expect(reportedEvent(message)).toBeNull(),
  );
});

describe('printableMessage', () => {
  it('removes control characters, bidirectional marks and halves of characters, and cuts', () => {
    expect(printableMessage('a\u001b[31m\n\u202eb\ud800c')).toBe('a [31m b c');
    expect(printableMessage('x'.repeat(5000))).toHaveLength(300);
    expect(printableMessage(`${' '.repeat(5000)}x`)).toBe('x');
  });
});

describe('isMarkedSimulated', () => {
  it('knows the mark', () => {
    expect(isMarkedSimulated('NVRM: Xid (PCI:0000:3b:00): 79, simulated: x')).toBe(true);
    expect(isMarkedSimulated(anXidMessage())).toBe(false);
  });
});
