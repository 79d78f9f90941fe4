/**
 * A place in a text that moves on over what is accepted. Sticky expressions without groups and slices of the text keep
 * a page of some hundred kilobytes from costing an array of matches for every word.
 */
export class TextCursor {
  position = 0;

  constructor(readonly text: string) {}

  /** Moves on when the sticky expression matches just here. */
  accept(sticky: RegExp): boolean {
    sticky.lastIndex = this.position;
    if (!sticky.test(this.text)) return false;
    this.position = sticky.lastIndex;
    return true;
  }

  /** Moves on over one character. */
  acceptCharacter(character: string): boolean {
    if (this.text[this.position] !== character) return false;
    this.position += 1;
    return true;
  }

  skipBlanks(): void {
    const { text } = this;
    while (text[this.position] === ' ' || text[this.position] === '\t') this.position += 1;
  }

  isAtLineEnd(): boolean {
    const next = this.text[this.position];
    return next === undefined || next === '\n';
  }

  /** The text between an earlier place and this one. */
  since(start: number): string {
    return this.text.slice(start, this.position);
  }
}
