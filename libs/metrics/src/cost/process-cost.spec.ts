import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ProcessCostMeter } from './process-cost.js';

const AGENT = 100;

interface ProcessValues {
  readonly parent: number;
  /** Clock ticks: user, system, and those of children that were waited for. */
  readonly ticks: readonly [number, number, number, number];
  readonly name?: string;
  readonly residentKib?: number | null;
}

describe('ProcessCostMeter', () => {
  let root: string;
  let meter: ProcessCostMeter;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'process-cost-'));
    meter = new ProcessCostMeter({ procRoot: root, pid: AGENT });
  });
  afterEach(() => {
    meter.onApplicationShutdown();
    rmSync(root, { recursive: true });
  });

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  function aProcess(pid: number, { parent, ticks, name = 'node', residentKib = 1000 }: ProcessValues): void {
    write(`${pid}/stat`, `${pid} (${name}) S ${parent} 1 1 0 -1 4194304 1 2 3 4 ${ticks.join(' ')} 20 0 11 0 5 6\n`);
    write(`${pid}/status`, `Name:\tx\n${residentKib === null ? '' : `VmRSS:\t    ${residentKib} kB\n`}Threads:\t1\n`);
  }

  it('reads the process itself from the runtime', async () => {
    const cost = await meter.processCost();
    expect(cost.cpuSeconds).toBeGreaterThan(0);
    expect(cost.residentBytes).toBeGreaterThan(1_000_000);
  });

  it('says nothing of children where there are no process files', async () => {
    expect(await meter.processCost()).toMatchObject({
      childProcesses: null,
      childCpuSeconds: null,
      childResidentBytes: null,
    });
  });

  it('adds up the children that each thread lists, and those that have ended', async () => {
    aProcess(AGENT, { parent: 1, ticks: [900, 900, 40, 10] });
    aProcess(201, { parent: AGENT, ticks: [100, 50, 20, 5], residentKib: 2000 });
    aProcess(202, { parent: AGENT, ticks: [1, 0, 0, 0], residentKib: 500 });
    write(`${AGENT}/task/100/children`, '201 ');
    write(`${AGENT}/task/107/children`, '202 ');
    expect(await meter.processCost()).toMatchObject({
      childProcesses: 2,
      childCpuSeconds: 2.26,
      childResidentBytes: 2500 * 1024,
    });
  });

  it('finds children by their parent where the kernel keeps no lists', async () => {
    aProcess(AGENT, { parent: 1, ticks: [1, 1, 0, 0] });
    aProcess(201, { parent: AGENT, ticks: [7, 3, 0, 0] });
    aProcess(301, { parent: 201, ticks: [500, 0, 0, 0] });
    write('self/stat', 'not a number');
    expect(await meter.processCost()).toMatchObject({ childProcesses: 1, childCpuSeconds: 0.1 });
  });

  it('counts no children as none', async () => {
    aProcess(AGENT, { parent: 1, ticks: [1, 1, 0, 0] });
    write(`${AGENT}/task/100/children`, '');
    expect(await meter.processCost()).toMatchObject({ childProcesses: 0, childCpuSeconds: 0, childResidentBytes: 0 });
  });

  it('is not misled by a name that looks like fields', async () => {
    aProcess(AGENT, { parent: 1, ticks: [1, 1, 0, 0] });
    aProcess(201, { parent: AGENT, ticks: [5, 5, 0, 0], name: 'a) R 1 1 (b' });
    write(`${AGENT}/task/100/children`, '201');
    expect(await meter.processCost()).toMatchObject({ childProcesses: 1, childCpuSeconds: 0.1 });
  });

  it('leaves out a child that is gone, one whose number was taken over, and one with unreadable numbers', async () => {
    aProcess(AGENT, { parent: 1, ticks: [1, 1, 0, 0] });
    aProcess(202, { parent: 1, ticks: [500, 0, 0, 0] });
    write('203/stat', `203 (x) S ${AGENT} 1 1`);
    write(`${AGENT}/task/100/children`, '201 202 203 word');
    expect(await meter.processCost()).toMatchObject({ childProcesses: 0, childCpuSeconds: 0, childResidentBytes: 0 });
  });

  it('says nothing of children when its own times are unreadable', async () => {
    aProcess(201, { parent: AGENT, ticks: [5, 5, 0, 0] });
    write(`${AGENT}/task/100/children`, '201');
    expect(await meter.processCost()).toMatchObject({ childProcesses: null, childCpuSeconds: null });
  });

  it('counts an ended child without memory', async () => {
    aProcess(AGENT, { parent: 1, ticks: [1, 1, 0, 0] });
    aProcess(201, { parent: AGENT, ticks: [5, 5, 0, 0], residentKib: null });
    write(`${AGENT}/task/100/children`, '201');
    expect(await meter.processCost()).toMatchObject({ childProcesses: 1, childResidentBytes: 0 });
  });

  it('never lets the time of children go down', async () => {
    aProcess(AGENT, { parent: 1, ticks: [1, 1, 0, 0] });
    aProcess(201, { parent: AGENT, ticks: [50, 0, 0, 0] });
    write(`${AGENT}/task/100/children`, '201');
    await meter.processCost();
    rmSync(join(root, '201'), { recursive: true });
    expect(await meter.processCost()).toMatchObject({ childProcesses: 0, childCpuSeconds: 0.5 });
  });
});
