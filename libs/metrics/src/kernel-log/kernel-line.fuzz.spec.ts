import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cpuMs, fuzzRuns, mutatedText } from '@app/testing/fuzz';
import { aKernelLog, anXidMessage, KERNEL_BOOT_MS, KERNEL_LOG_FORMS, oomKillMessages } from '@app/testing/metrics';
import { RecordedKernelLog } from './recorded-kernel-log.js';

const MESSAGES = [
  'Linux version 6.8.0-45-generic (buildd@lcy02) #45-Ubuntu SMP',
  'NVRM: loading NVIDIA UNIX x86_64 Kernel Module  580.95.05',
  anXidMessage({ code: 31, pid: 1234, name: 'python3' }),
  anXidMessage({ code: 154, text: 'GPU recovery action changed from 0x0 (None) to 0x4 (Drain and Reset)' }),
  'NVRM: GPU at 0000:03:00: GPU-b850f46d-d5ea-c752-ddf3-c697f26ea6d4 has fallen off the bus.',
  'nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 12028, Non-fatal, Link 32 (First)',
  ...oomKillMessages(),
  'pcieport 0000:00:01.0: AER: Corrected error received: 0000:3b:00.0',
  'INFO: task nvidia-smi:123 blocked for more than 120 seconds.',
  'usb 1-1: new high-speed USB device number 2 using xhci_hcd',
];
const LINES = MESSAGES.map((message, index) => ({ sinceBootSeconds: index * 10, message }));
const AT_MS = KERNEL_BOOT_MS + 600_000;
const RUN_LIMIT_MS = 1000;

const read = (text: string) => new RecordedKernelLog().read({ text, atMs: AT_MS, bootAtMs: KERNEL_BOOT_MS });

/** Numbers that stand behind `(…):` somewhere in the text, by a looser reading than the parser's. */
function codesIn(text: string): Set<number> {
  return new Set([...text.matchAll(/\):(?:\s|\\x[0-9a-f]{2})*(\d+)/g)].map((match) => Number(match[1])));
}

describe('a damaged kernel log', () => {
  it.each(KERNEL_LOG_FORMS)('in the form %s gives no exception, no hang and no invented code', (form) => {
    fc.assert(
      fc.property(mutatedText(aKernelLog({ form, lines: LINES })), (text) => {
        const startedAtMs = cpuMs();
        const { events, gaps } = read(text);
        expect(cpuMs() - startedAtMs).toBeLessThan(RUN_LIMIT_MS);
        const codes = codesIn(text);
        const numbers = new Set((text.match(/\d+/g) ?? []).map(Number));
        for (const event of events) {
          if (event.code !== null) expect(codes).toContain(event.code);
          if (event.pid !== null) expect(numbers).toContain(event.pid);
          expect(Number.isNaN(Date.parse(event.at))).toBe(false);
          expect(event.message).toMatch(/^[^\p{Cc}]{1,600}$/u);
          expect(event.count).toBeGreaterThanOrEqual(1);
        }
        for (const { reason } of gaps) expect(reason).not.toBe('');
      }),
      { numRuns: Math.ceil(fuzzRuns() / KERNEL_LOG_FORMS.length) },
    );
  });

  it.each(KERNEL_LOG_FORMS)('keeps every fact in the form %s when it is not damaged', (form) => {
    const { events, gaps } = read(aKernelLog({ form, lines: LINES }));
    expect(gaps).toEqual([]);
    expect(events.map(({ kind, code, pid }) => [kind, code, pid])).toEqual([
      ['boot', null, null],
      ['driver-loaded', null, null],
      ['xid', 31, 1234],
      ['xid', 154, null],
      ['gpu-lost', null, null],
      ['sxid', 12028, null],
      ['oom-kill', null, 4242],
      ['pcie-aer', null, null],
      ['hung-task', null, 123],
    ]);
  });

  it('is read in good time where a line has no end', () => {
    const startedAtMs = cpuMs();
    for (const start of ['NVRM: Xid (PCI:0000:3b:00): 79, pid=', '[ 1.0] NVRM: nvlink ', 'oom-kill:', '\\x0a', ' ']) {
      read(`[    1.000000] ${start}${',task=a'.repeat(300_000)}`);
      read(start.repeat(100_000));
    }
    expect(cpuMs() - startedAtMs).toBeLessThan(5 * RUN_LIMIT_MS);
  });
});
