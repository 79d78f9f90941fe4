/** Something that a contract suite tries, and how to leave nothing of it behind. */
export interface OpenPart<Part> {
  readonly part: Part;
  readonly close: () => void;
}
