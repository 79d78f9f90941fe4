const MAX_PROBLEMS = 20;

/** What is wrong with a page: the first problems in full and a count of the rest, however long the page is. */
export class ProblemList {
  private readonly texts: string[] = [];
  private count = 0;

  add(line: number, reason: string): void {
    this.count += 1;
    if (this.texts.length < MAX_PROBLEMS) this.texts.push(`line ${line}: ${reason}`);
  }

  sentences(): readonly string[] {
    const more = this.count - this.texts.length;
    return more > 0 ? [...this.texts, `and ${more} further problems`] : this.texts;
  }
}
