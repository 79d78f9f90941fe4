import type { Severity } from '@app/core';

export const XID_CLASSES = ['app', 'ignore', 'reset', 'reboot', 'hardware', 'workflow', 'recovery', 'unknown'] as const;
/**
 * Who has to act: `app` its application, `ignore` nobody, `reset` and `reboot` whoever owns the GPU or host, `hardware`
 * a person at the machine, `workflow` one of NVIDIA's procedures, `recovery` whatever the new recovery action says,
 * `unknown` nobody has said.
 */
export type XidClass = (typeof XID_CLASSES)[number];

/** One line of the catalogue, with what NVIDIA says and where we say something else. */
export interface XidRow {
  readonly codes: readonly number[];
  readonly meaning: string;
  /** NVIDIA's immediate action, in its own words. */
  readonly immediateAction: string | null;
  /** NVIDIA's investigatory action; CS: contact support, SW: investigate software, APP: check the application. */
  readonly investigatoryAction: string | null;
  readonly class: XidClass;
  readonly severity: Severity;
  /** Why class or severity differ from NVIDIA's table; null where they don't. */
  readonly deviation: string | null;
  readonly source: string;
  /** Of the source. */
  readonly date: string;
}

const CATALOGUE = {
  source: "NVIDIA's XID catalogue (docs.nvidia.com/deploy/xid-errors), as gpud generated it",
  date: '2025-10-29',
};
const HEADERS = { source: "NVIDIA's open kernel modules 595.44.03, nverror.h (names only)", date: '2026-03-13' };

type Actions = readonly [immediate: string | null, investigatory: string | null];

const NONE_GIVEN: Actions = [null, null];
const IGNORE: Actions = ['IGNORE', 'CS'];
const RESTART: Actions = ['RESTART_APP', 'CS'];
const RESET: Actions = ['RESET_GPU', 'CS'];

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function row(
  codes: number | readonly number[],
  meaning: string,
  [immediateAction, investigatoryAction]: Actions,
  xidClass: XidClass,
  severity: Severity,
  more: Partial<Pick<XidRow, 'deviation' | 'source' | 'date'>> = {},
): XidRow {
  const actions = { immediateAction, investigatoryAction };
  const numbers = typeof codes === 'number' ? [codes] : codes;
  return { codes: numbers, meaning, ...actions, class: xidClass, severity, deviation: null, ...CATALOGUE, ...more };
}

const because = (deviation: string): Pick<XidRow, 'deviation'> => ({ deviation });

const APPLICATION_ROWS: readonly XidRow[] = [
  row(8, 'GPU stopped processing (channel idle time-out)', RESTART, 'app', 'low'),
  row([11, 25, 32], 'invalid, corrupted or illegal push buffer stream', ['RESTART_APP', 'APP'], 'app', 'low'),
  row(13, 'graphics engine exception', ['RESTART_APP', 'WORKFLOW_XID_13'], 'app', 'low'),
  row(31, 'GPU memory page fault', ['RESTART_APP', 'WORKFLOW_XID_31'], 'app', 'low'),
  row([...range(39, 41), ...range(70, 72), ...range(75, 77), 85], 'copy engine error', RESTART, 'app', 'low'),
  row(range(126, 135), 'copy engine error', RESTART, 'app', 'low'),
  row(43, 'GPU stopped processing (reset channel)', IGNORE, 'app', 'low', {
    ...because('the process that owned the channel has lost it, so its engine is worth a look'),
  }),
  row(45, 'preemptive cleanup because of earlier errors', ['WORKFLOW_XID_45', null], 'app', 'info', {
    ...because('alone it mostly says that a process was killed'),
  }),
  row([60, 68, 83, 84, 88, 89, ...range(96, 98)], 'video decoder error', ['RESTART_APP', 'SW, CS'], 'app', 'low'),
  row(69, 'graphics engine class error', ['RESTART_APP', 'APP'], 'app', 'low'),
  row(80, 'corrupted data sent to the GPU', ['RESTART_APP', 'APP'], 'app', 'low'),
  row([82, ...range(99, 105)], 'JPEG engine error', RESTART, 'app', 'low'),
  row([86, 139], 'optical flow engine error', RESTART, 'app', 'low'),
  row(94, 'contained memory error', ['RESTART_APP', 'IGNORE'], 'app', 'high', {
    ...because('the application that dies is the engine'),
  }),
  row(159, 'coherent hub interface error', ['CHECK_UVM', null], 'app', 'medium'),
];

const IGNORED_ROWS: readonly XidRow[] = [
  row([14, 108], 'unused', ['IGNORE', null], 'ignore', 'info'),
  row([37, 38], 'driver firmware error', ['IGNORE', 'APP, CS'], 'ignore', 'info'),
  row(44, 'graphics engine fault during context switch', IGNORE, 'ignore', 'info'),
  row(63, 'memory remapping event', ['IGNORE', 'IGNORE'], 'ignore', 'info', {
    ...because('harmless by itself; the remap that it leaves pending is a finding of its own'),
  }),
  row([66, 67], 'illegal access by the driver', ['IGNORE', 'SW, CS'], 'ignore', 'info'),
  row(78, 'vGPU start error', ['UPDATE_SWFW', null], 'ignore', 'low'),
  row(92, 'high rate of corrected memory errors', IGNORE, 'ignore', 'info'),
  row(93, 'infoROM wear limit exceeded', IGNORE, 'ignore', 'info'),
  row([106, 107], 'test message of the management bus', ['IGNORE', null], 'ignore', 'info'),
  row(121, 'chip-to-chip link error', IGNORE, 'ignore', 'info'),
  row(137, 'NVLink privilege error', ['IGNORE', 'XID_137_FLOW'], 'ignore', 'low'),
  row(141, 'CUDA fast path error', IGNORE, 'ignore', 'info'),
  row(152, 'deep learning accelerator memory fault', IGNORE, 'ignore', 'info'),
  row(153, 'deep learning accelerator time-out', IGNORE, 'ignore', 'info'),
  row(157, 'resource retirement failure', IGNORE, 'ignore', 'medium', {
    ...because('the retirement did not work, which somebody should know'),
  }),
  row(160, 'channel retirement event', ['IGNORE', 'SW'], 'ignore', 'info'),
  row(161, 'channel retirement failure', ['IGNORE', 'SW'], 'ignore', 'medium'),
  row(range(162, 164), 'power smoothing event', NONE_GIVEN, 'ignore', 'info'),
  row(165, 'power smoothing lifetime exhausted', NONE_GIVEN, 'ignore', 'low'),
];

const RESET_ROWS: readonly XidRow[] = [
  row(46, 'GPU stopped processing (time-out)', RESET, 'reset', 'critical'),
  row(62, 'internal micro-controller halt', RESET, 'reset', 'critical'),
  row(64, 'memory remapping failure', RESET, 'reset', 'critical'),
  row(95, 'uncontained memory error', ['RESET_GPU', 'IGNORE'], 'reset', 'critical'),
  row(109, 'context switch time-out', RESET, 'reset', 'high', {
    ...because('device plugins take it for an application error: an engine often survives it'),
  }),
  row(110, 'security fault', ['RESET_GPU', 'SW'], 'reset', 'critical'),
  row(119, 'GSP RPC time-out', ['RESET_GPU', 'SW'], 'reset', 'critical'),
  row(120, 'GSP error', ['RESET_GPU', 'SW'], 'reset', 'critical'),
  row(136, 'link training failed', ['RESET_GPU', 'check link signal'], 'reset', 'critical'),
  row(140, 'unrecovered ECC error', RESET, 'reset', 'critical'),
  row(143, 'GPU initialisation error', RESET, 'reset', 'critical'),
  row(155, 'NVLink software-defined error', ['RESET_GPU', 'SW'], 'reset', 'critical'),
  row(156, 'resource retirement event', ['RESET_GPU', 'IGNORE'], 'reset', 'high', {
    ...because('like a pending repair it may wait for the next maintenance window'),
  }),
  row(158, 'GPU fatal time-out', RESET, 'reset', 'critical'),
];

const NVLINK5: Actions = ['WORKFLOW_NVLINK5_ERR', null];

const OTHER_ROWS: readonly XidRow[] = [
  row(79, 'GPU has fallen off the bus', ['RESTART_BM', 'CS'], 'reboot', 'critical'),
  row(151, 'key rotation error', ['RESTART_VM', 'CS'], 'reboot', 'high'),
  row(54, 'auxiliary power is not connected', ['CHECK_MECHANICALS', 'CS'], 'hardware', 'critical'),
  row(48, 'double-bit ECC error', ['WORKFLOW_XID_48', null], 'workflow', 'critical'),
  row(74, 'NVLink error', ['WORKFLOW_NVLINK_ERR', 'CS'], 'workflow', 'critical'),
  ...['SAW', 'RLW', 'TLW', 'TREX', 'NVLPW_CTRL', 'NETIR', 'MSE'].map((unit, index) =>
    row(144 + index, `NVLink error of the unit ${unit}`, NVLINK5, 'workflow', 'critical', {
      ...because('low where the line does not say that it is fatal'),
    }),
  ),
  row(171, 'uncorrectable DRAM error', ['WORKFLOW_XID_48', null], 'workflow', 'critical'),
  row(172, 'uncorrectable SRAM error', ['WORKFLOW_XID_48', null], 'workflow', 'critical'),
  row(154, 'GPU recovery action changed', ['as the new action says', null], 'recovery', 'info'),
];

const UNKNOWN_ROWS: readonly XidRow[] = [
  row(61, 'unused (once a micro-controller breakpoint)', ['CONTACT_SUPPORT', null], 'unknown', 'medium'),
  row(142, 'video encoder error', ['CONTACT_SUPPORT', null], 'unknown', 'medium'),
  row([166, 170], 'NVLink in confidential-computing mode', NONE_GIVEN, 'unknown', 'medium'),
  row(167, 'PCIe fatal time-out', NONE_GIVEN, 'unknown', 'high'),
  row(168, 'reduced GPU memory capacity', NONE_GIVEN, 'unknown', 'high'),
  row(169, 'security micro-controller halt', NONE_GIVEN, 'unknown', 'high'),
  row(173, 'chip-to-chip fatal link failure', NONE_GIVEN, 'unknown', 'high', HEADERS),
  row(174, 'silent process kill', NONE_GIVEN, 'unknown', 'info', HEADERS),
  row(175, 'memory subsystem error', NONE_GIVEN, 'unknown', 'high', HEADERS),
  row(176, 'PCIe correctable error fault', NONE_GIVEN, 'unknown', 'medium', HEADERS),
];

/** NVIDIA's XID catalogue: every code that has a meaning. */
export const XID_TABLE: readonly XidRow[] = [
  ...APPLICATION_ROWS,
  ...IGNORED_ROWS,
  ...RESET_ROWS,
  ...OTHER_ROWS,
  ...UNKNOWN_ROWS,
];

/** The codes below 139 that the catalogue lists without a use. */
export const UNUSED_XID: XidRow = row([], 'unused', ['CONTACT_SUPPORT', null], 'unknown', 'medium');
/** Codes that are newer than the catalogue. */
export const UNLISTED_XID: XidRow = row([], 'not in the catalogue', NONE_GIVEN, 'unknown', 'medium');
