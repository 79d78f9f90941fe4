import type { InsightRequest } from '@app/core';
import type { Dice, Make } from './hostile-makers.js';
import { numbers, disguised, wrongUnits, swapped, unknownSubjects, bounds, quantities } from './hostile-numbers.js';
import {
  trends,
  health,
  dismissal,
  absence,
  times,
  faults,
  actions,
  commands,
  names,
  meta,
  done,
  severities,
  counts,
  languages,
  causes,
} from './hostile-words.js';

export { Dice } from './hostile-makers.js';

export const ATTACKS = [
  'invented-number',
  'wrong-unit',
  'disguised-number',
  'swapped-subject',
  'unknown-subject',
  'swapped-bound',
  'wrong-quantity',
  'invented-trend',
  'health',
  'dismissal',
  'absence',
  'time',
  'invented-fault',
  'action',
  'command',
  'name',
  'meta',
  'done',
  'cause',
  'severity',
  'count',
  'language',
] as const;
export type Attack = (typeof ATTACKS)[number];

/** A sentence that no reading backs. */
export interface HostileSentence {
  readonly attack: Attack;
  readonly text: string;
}

const MAKERS: Readonly<Record<Attack, Make>> = {
  'invented-number': numbers,
  'wrong-unit': wrongUnits,
  'disguised-number': disguised,
  'swapped-subject': swapped,
  'unknown-subject': unknownSubjects,
  'swapped-bound': bounds,
  'wrong-quantity': quantities,
  'invented-trend': trends,
  health,
  dismissal,
  absence,
  time: times,
  'invented-fault': faults,
  action: actions,
  command: commands,
  name: names,
  meta,
  done,
  cause: causes,
  severity: severities,
  count: counts,
  language: languages,
};

/** Every false sentence of one kind that can be told of a request. */
export function hostileSentences(request: InsightRequest, attack: Attack, dice: Dice): HostileSentence[] {
  return MAKERS[attack](request, dice).map((text) => ({ attack, text }));
}
