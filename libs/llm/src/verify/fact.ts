import type { TagSet } from './tags.js';
import type { Dimension } from './units.js';

export const FACT_ROLES = ['value', 'bound', 'window', 'parameter', 'text'] as const;
/** `text` is a number in the words of the analysis; it was read in whatever role they give it. */
export type FactRole = (typeof FACT_ROLES)[number];

/** A number that the analysis knows, in the base unit of its dimension. */
export interface Fact {
  /** The same for the same reading of another analysis of the same subject. */
  readonly key: string;
  readonly role: FactRole;
  readonly dimension: Dimension;
  readonly value: number;
  /** Scale of the unit in which it is stored, for sentences that leave the unit out. */
  readonly nativeScale: number;
  readonly tags: TagSet;
  /** Words that say what kind of bound it is: `default`, `objective`. */
  readonly kind: string;
  /** For a value its bound, for a bound the value that was held against it. */
  readonly other: number | null;
  readonly isPerMinute: boolean;
}
