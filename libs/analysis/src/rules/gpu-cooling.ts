import type { Gpu } from '@app/core';
import { gpuClassOf } from './gpu-class.js';

/** Cards without a fan of their own, which depend on the air flow of a chassis that may not be made for them. */
const PASSIVE_CARDS = /\b(?:PCIE?|NVL|T4G?|L2|L4|L20|L40S?|A2|A10G?|A16|A30|A40|P4|P40)\b/i;

/** Whether slowing down for heat is how such a card is meant to work under load. */
export function isThermallyLimited({ name, fanRatio }: Gpu): boolean {
  if (gpuClassOf(name) === 'consumer') return true;
  return fanRatio === null && PASSIVE_CARDS.test(name ?? '');
}
