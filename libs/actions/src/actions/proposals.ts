import type { Precondition, Proposal, ProposalResult } from '../action.js';

export function proposed(proposal: Proposal): ProposalResult {
  return { kind: 'proposal', proposal };
}

export function impossible(reason: string): Extract<ProposalResult, { kind: 'impossible' }> {
  return { kind: 'impossible', reason };
}

export function isImpossible<T extends object>(
  found: T | Extract<ProposalResult, { kind: 'impossible' }>,
): found is Extract<ProposalResult, { kind: 'impossible' }> {
  return 'kind' in found && found.kind === 'impossible' && 'reason' in found;
}

/** `holds: null` stands for what could not be read. */
export function condition(text: string, holds: boolean | null): Precondition {
  return { text, holds };
}

/** True only where it is so for all, null where one of them could not be read. */
export function allHold(values: readonly (boolean | null)[]): boolean | null {
  if (values.includes(false)) return false;
  return values.includes(null) ? null : true;
}
