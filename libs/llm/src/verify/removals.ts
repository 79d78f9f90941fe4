import type { Insights } from '@app/core';
import { asData } from '../untrusted-text.js';

/** More is not read; the counts tell how many there were. */
const MOST_KEPT = 60;
const LONGEST_REASON = 300;

/** Counts what was checked and keeps what did not hold. */
export class Removals {
  private readonly removed: Insights['grounding']['removed'][number][] = [];
  private claims: number = 0;
  private verified: number = 0;
  private omitted: number = 0;

  /** Counts one claim; with a problem it goes to the removed ones. */
  count(text: string, problem: string | null): boolean {
    this.claims += 1;
    if (problem === null) this.verified += 1;
    else this.note(text, problem);
    return problem === null;
  }

  /** Counts claims that were not looked at one by one. */
  countMany(claims: number, problem: string): void {
    if (claims <= 0) return;
    this.claims += claims;
    this.note(`${claims} more`, problem);
  }

  /** Lists something as removed that is no claim of its own. */
  note(text: string, reason: string): void {
    if (this.removed.length >= MOST_KEPT) this.omitted += 1;
    else this.removed.push({ text: asData(text), reason: asData(reason, LONGEST_REASON) });
  }

  grounding(): Insights['grounding'] {
    const more = { text: `${this.omitted} more`, reason: 'Only the first removals are listed.' };
    return {
      claims: this.claims,
      verified: this.verified,
      removed: this.omitted === 0 ? [...this.removed] : [...this.removed, more],
    };
  }
}
