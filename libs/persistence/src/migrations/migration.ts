/** A step of the schema's history. Released migrations are never edited: a later one corrects them. */
export interface Migration {
  /** Number and name; the order in the list is the order of application. */
  readonly name: string;
  readonly statements: readonly string[];
}
