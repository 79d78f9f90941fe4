import { describe, expect, it } from '@jest/globals';
import { isFailureClass, isRootClass, newRecoveryAction, xidEntryOf } from './xid-catalogue.js';
import { XID_TABLE } from './xid-table.js';

const entryOf = (code: number, message = '') => xidEntryOf({ code, message });

describe('XID catalogue', () => {
  it('has no code twice, and a source with a date for every row', () => {
    const codes = XID_TABLE.flatMap((row) => row.codes);
    expect(new Set(codes).size).toBe(codes.length);
    for (const { source, date } of XID_TABLE) expect(`${source} ${date}`).toMatch(/\S \d{4}-\d\d-\d\d$/);
  });

  it.each([
    [8, 'app', 'low'],
    [45, 'app', 'info'],
    [63, 'ignore', 'info'],
    [64, 'reset', 'critical'],
    [72, 'app', 'low'],
    [79, 'reboot', 'critical'],
    [54, 'hardware', 'critical'],
    [48, 'workflow', 'critical'],
    [94, 'app', 'high'],
    [95, 'reset', 'critical'],
    [109, 'reset', 'high'],
    [135, 'app', 'low'],
    [151, 'reboot', 'high'],
    [157, 'ignore', 'medium'],
    [167, 'unknown', 'high'],
    [174, 'unknown', 'info'],
  ] as const)('puts XID %d into the class %s as %s', (code, xidClass, severity) => {
    expect(entryOf(code)).toMatchObject({ class: xidClass, severity });
  });

  it('says why where it differs from NVIDIA', () => {
    for (const code of [43, 63, 94, 109, 156, 157]) expect(entryOf(code)?.deviation).not.toBeNull();
    expect(entryOf(79)).toMatchObject({ immediateAction: 'RESTART_BM', deviation: null });
  });

  it('lets the line of a Blackwell link error say whether it is fatal', () => {
    const severities = ['Fatal, link 3', 'Nonfatal', 'Non-fatal', 'non fatal', 'no word of it'].map(
      (message) => entryOf(147, message)?.severity,
    );
    expect(severities).toEqual(['critical', 'low', 'low', 'low', 'low']);
  });

  it('knows no remedy for codes that nobody describes', () => {
    expect(entryOf(1)).toMatchObject({ meaning: 'unused', class: 'unknown', severity: 'medium' });
    expect(entryOf(999)).toMatchObject({ meaning: 'not in the catalogue', class: 'unknown', severity: 'medium' });
    expect(xidEntryOf({ code: null, message: '' })).toBeNull();
  });

  it('tells failures of the GPU from errors of an application, and what is certain from what may be', () => {
    expect([isFailureClass('reset'), isFailureClass('unknown'), isFailureClass('app')]).toEqual([true, true, false]);
    expect([isRootClass('workflow'), isRootClass('unknown')]).toEqual([true, false]);
  });
});

describe('newRecoveryAction', () => {
  it.each([
    ['GPU recovery action changed from 0x0 (None) to 0x4 (Drain and Reset)', 'Drain and Reset'],
    ['GPU recovery action changed from 0x1 (GPU Reset Required) to 0x0 (None)', 'None'],
    ['GPU recovery action changed from 0x0 to 0x2', 'Node Reboot'],
    ['GPU recovery action changed from 0x0 (None) to 0x63', null],
    ['GPU recovery action changed', null],
    [`to ${'0'.repeat(10_000)} to (((`, null],
  ])('reads %j', (message, action) => {
    expect(newRecoveryAction(message)).toBe(action);
  });
});
