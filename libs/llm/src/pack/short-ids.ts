/** Gives long ids short ones in the order of asking, and the long ones back. */
export class ShortIds {
  private readonly shortOf: Map<string, string> = new Map();
  private readonly longOf: Map<string, string> = new Map();

  /** `prefix` is one small letter, such as `f` for findings. */
  constructor(private readonly prefix: string) {}

  short(long: string): string {
    const given = this.shortOf.get(long);
    if (given !== undefined) return given;
    const short = `${this.prefix}${this.shortOf.size + 1}`;
    this.shortOf.set(long, short);
    this.longOf.set(short, long);
    return short;
  }

  /** An id that was never given stays as it is: the verifier finds out what it is worth. */
  long(short: string): string {
    return this.longOf.get(short.trim().toLowerCase()) ?? short;
  }

  has(short: string): boolean {
    return this.longOf.has(short.trim().toLowerCase());
  }
}
