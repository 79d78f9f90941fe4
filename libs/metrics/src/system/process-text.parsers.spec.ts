import { describe, expect, it } from '@jest/globals';
import { processFiles } from '@app/testing/metrics';
import { parseCommandLine, parseProcessStat, parseProcessStatus } from './process-text.parsers.js';

describe('parseCommandLine', () => {
  it.each([
    ['vllm\0serve\0m\0', ['vllm', 'serve', 'm']],
    ['vllm\0--api-key\0\0--port\u00008000\0', ['vllm', '--api-key', '', '--port', '8000']],
    ['vllm serve  m --port 8000\n', ['vllm', 'serve', 'm', '--port', '8000']],
    ['VLLM::EngineCore\0\0\0\0', ['VLLM::EngineCore']],
    ['nginx: worker process\0', ['nginx:', 'worker', 'process']],
    ['', []],
    ['\0\0', []],
  ])('reads %j', (text, expected) => {
    expect(parseCommandLine(text)).toEqual(expected);
  });
});

describe('parseProcessStat', () => {
  it('counts the fields from the last bracket of the name', () => {
    const text = processFiles(7, { parentPid: 3, name: 'a) S 1 (b', userTicks: 40, systemTicks: 2, startTicks: 900 });

    expect(parseProcessStat(text['/proc/7/stat'] ?? '')).toEqual({
      parentPid: 3,
      cpuTicks: 42,
      startTicks: 900,
      isKernelThread: false,
    });
  });

  it('knows a thread of the kernel by its flag', () => {
    expect(parseProcessStat('9 (kworker/0:1) I 2 0 0 0 -1 69238880 0 0 0 0 0 1 0 0 20 0 1 0 5 0 0')).toMatchObject({
      isKernelThread: true,
    });
  });

  it.each(['', '7 (x)', '7 (x) S 1', '7 (x) S one 2 3', 'no brackets S 1'])('has nothing in %j', (text) => {
    expect(parseProcessStat(text)).toBeNull();
  });
});

describe('parseProcessStatus', () => {
  it('reads parent, memory and CPUs', () => {
    const text = processFiles(7, { parentPid: 3, residentKib: 2048, cpusAllowed: '0-15,32-47' });

    expect(parseProcessStatus(text['/proc/7/status'] ?? '')).toEqual({
      parentPid: 3,
      residentBytes: 2_097_152,
      cpusAllowed: '0-15,32-47',
    });
  });

  it('has no memory of a process of the kernel', () => {
    expect(parseProcessStatus('Name:\tkthreadd\nPPid:\t0\n')).toEqual({
      parentPid: 0,
      residentBytes: null,
      cpusAllowed: null,
    });
  });
});
