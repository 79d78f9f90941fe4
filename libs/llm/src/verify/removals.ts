import type { Insights } from '@app/core';
import { asData } from '../untrusted-text.js';

/** Counts what was checked and keeps what did not hold. */
export class Removals {
  private readonly removed: Insights['grounding']['removed'][number][] = [];
  private claims: number = 0;
  private verified: number = 0;

  /** Counts one claim; with a problem it goes to the removed ones. */
  count(text: string, problem: string | null): boolean {
    this.claims += 1;
    if (problem === null) this.verified += 1;
    else this.note(text, problem);
    return problem === null;
  }

  /** Lists something as removed that is no claim of its own. */
  note(text: string, reason: string): void {
    this.removed.push({ text: asData(text), reason: asData(reason) });
  }

  grounding(): Insights['grounding'] {
    return { claims: this.claims, verified: this.verified, removed: [...this.removed] };
  }
}
