import { describe, expect, it } from '@jest/globals';
import type { Gap, System } from '@app/core';
import { NO_HOST_CLOCK, NO_PRESSURE } from '@app/core';
import { aSystem } from '@app/testing/metrics';
import { type HostView, mayBeSameMachine, mergedHost } from './system-merge.js';

const gap = (signal: string, reason: string): Gap => ({ signal, status: 'absent', reason });
const view = (system: System, gaps: readonly Gap[] = []): HostView => ({ system, gaps, bootSeconds: null });

const DISK = { mount: '/', filesystem: 'ext4', totalBytes: 9, freeBytes: 4, totalInodes: null, freeInodes: null };

describe('mergedHost', () => {
  it('takes a group whole, so that values of one reading are compared', () => {
    const full = aSystem();
    const page = { ...full, memory: { ...full.memory, totalBytes: 1000, availableBytes: null } };
    const { system, gaps } = mergedHost(view(page, [gap('system.memory.availableBytes', 'page')]), view(full));

    expect(system.memory).toMatchObject({ totalBytes: 1000, availableBytes: null });
    expect(gaps.map(({ reason }) => reason)).toEqual(['page']);
  });

  it("prefers the kernel's own averages, and the group that alone has values", () => {
    const full = { ...aSystem(), disks: [DISK] };
    const page = { ...full, pressure: { ...NO_PRESSURE, cpuSomeAvg10: 99 }, disks: [] };
    const gaps = [gap('system.pressure.cpuSomeAvg60', 'page'), gap('system.disks', 'page')];
    const merged = mergedHost(
      view(page, gaps),
      view({ ...full, clock: NO_HOST_CLOCK }, [gap('engines.process', 'late')]),
    );

    expect(merged.system.pressure).toEqual(full.pressure);
    expect(merged.system.disks).toEqual(full.disks);
    expect(merged.gaps).toEqual([gap('engines.process', 'late')]);
  });

  it('says of control groups what /proc says, since a page never has them', () => {
    const full = aSystem();
    const proc = gap('system.cgroup.cpuPeriods', 'proc');
    const { gaps } = mergedHost(view(full, [gap('system.cgroup.cpuPeriods', 'page')]), view(full, [proc]));

    expect(gaps).toEqual([proc]);
  });
});

describe('mayBeSameMachine', () => {
  it.each([
    [100, 101, true],
    [100, 200, false],
    [null, 200, true],
    [100, null, true],
  ])('of starts at %p and %p is %p', (one, other, expected) => {
    expect(mayBeSameMachine({ bootSeconds: one }, { bootSeconds: other })).toBe(expected);
  });
});
