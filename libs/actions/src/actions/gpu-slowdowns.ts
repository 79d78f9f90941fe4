import type { ClockEventReason, Gpu } from '@app/core';
import { allHold } from './proposals.js';

export const HEAT_OR_BRAKE: readonly ClockEventReason[] = [
  'hw-thermal-slowdown',
  'sw-thermal-slowdown',
  'hw-power-brake-slowdown',
];

/** Whether none of the reasons slows any of the GPUs down; null where a driver does not tell. */
export function noneActive(gpus: readonly Gpu[], reasons: readonly ClockEventReason[]): boolean | null {
  return allHold(
    gpus.map(({ clockEventReasons }) =>
      clockEventReasons === null ? null : !clockEventReasons.some((reason) => reasons.includes(reason)),
    ),
  );
}
